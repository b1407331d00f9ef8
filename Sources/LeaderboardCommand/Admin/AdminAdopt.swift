import Board
import Text
import ArgumentParser
import Leaderboard
import LeaderboardService

/// `leaderboard admin adopt (USER… | --all) --reason TEXT [--dry-run | --yes]`
struct AdminAdopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Take scores that another service wrote into the audit.",
        discussion: """
            While the service runs: the users keep the scores that they have, and an entry of the audit (adopt) for each says by \
            how much it is beside what the audit adds up to; a verify is clean after it. What was written of a suspended user \
            meanwhile does not count. --all also takes members that are no user ids off the board, and leaves those out who have no score any \
            more: name them if that was meant. Suspensions are not adopted: rebuild, or suspend. It shows what it would record, and asks; where nobody can be asked it needs --yes.
            """
    )

    @Argument(help: "The users' ids.")
    var users: [String] = []

    @Flag(help: "All users whose score is not what the audit says.")
    var all = false

    @OptionGroup var consent: ReasonedConsent
    @OptionGroup var board: BoardOption

    func validate() throws {
        guard all != !users.isEmpty else { throw ValidationError("Give either users or --all.") }
        for user in users where (try? UserID(user)) == nil {
            throw ValidationError("\(user.printable) is no user id.")
        }
    }

    func run() async throws {
        let (all, consent) = (all, consent)
        let users = Set(try users.map { try UserID($0) })
        let act = try OperatorAct.onThisMachine(consent.reason)
        let left = try await onBoard(board) { store, eventLoop -> [UserID] in
            var report = try await AuditVerification(store, on: eventLoop).run()
            guard report.faultCount == 0 else {
                report.showChain()
                throw CommandFailure("the audit's chain is broken: see above, and verify")
            }
            if !all { report = report.concerning(users) }
            report.showDifferences()
            report.showUnexplained()
            report.showRows()
            var adoption = Adoption(report, takesLosses: !all)
            let isAsked = !adoption.items.isEmpty || all && !(report.unexplained.isEmpty && report.hasSoundRows)
            guard isAsked else {
                print("There is nothing to adopt.")
                return adoption.left
            }
            let count = adoption.items.count.counted("user")
            guard try consent.isGiven("Record the scores of \(count) as they are?") else { return [] }
            if all {
                let moved = try await store.setAsideAll(on: eventLoop)
                if moved > 0 { print("\(moved.counted("member")) taken off: no users of the board.") }
                if !report.hasSoundRows {
                    try await store.putRowsRight(report, on: eventLoop)
                    adoption = Adoption(try await AuditVerification(store, on: eventLoop).run())
                }
            }
            try await store.adopt(adoption, by: act, on: eventLoop)
            print("\(adoption.items.count.counted("user")) adopted.")
            return adoption.left
        }
        guard !left.isEmpty else { return }
        let names = left.prefix(10).map(\.description).joined(separator: ", ") + (left.count > 10 ? ", …" : "")
        throw CommandFailure(
            "not adopted: \(names). Their suspension or place is not what the audit says, or they have no score any more: rebuild puts that right"
        )
    }
}
