import ArgumentParser
import Leaderboard

/// `leaderboard admin accept --reason TEXT [--dry-run | --yes]`
struct AdminAccept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Go on over an audit that does not hold together.",
        discussion: """
            For an audit of which entries were edited or removed and no backup has them (otherwise: rebuild --from). What is lost stays \
            lost: an entry of the audit (accept) says who accepted it, why and where, and from then on verify finds no fault \
            there, says so, and finds the next one. Users keep the scores that they have, and nobody's suspension ends: where that is not \
            what is left of the audit adds up to, entries (recover) tell it. To have the scores that the rest adds up to, rebuild --force before. It \
            shows the places, and asks; where nobody can be asked it needs --yes.
            """
    )

    @OptionGroup var consent: ReasonedConsent
    @OptionGroup var board: BoardOption

    func run() async throws {
        let consent = consent
        let act = try OperatorAct.onThisMachine(consent.reason)
        try await onBoard(board) { store, eventLoop in
            let report = try await AuditVerification(store, on: eventLoop).run()
            report.showChain()
            report.showDifferences()
            guard report.faultCount > 0 else { return print("There is nothing to accept.") }
            guard try consent.isGiven("Go on over \(report.faultCount.counted("fault")), which nobody finds any more?")
            else { return }
            let recorded = try await store.accept(by: act, on: eventLoop)
            print("\(report.faultCount.counted("fault")) accepted, \(recorded.counted("user")) recorded as they are.")
            let after = try await AuditVerification(store, on: eventLoop).run()
            if !after.isSound { throw CommandFailure(after.advice.joined(separator: " ")) }
        }
    }
}
