import Board
import ArgumentParser
import Leaderboard
import LeaderboardService
import Text

/// `leaderboard admin rebuild [--from FILE] [--force] [--dry-run | --yes]`
struct AdminRebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make scores, places among equals and suspensions what the audit says.",
        discussion: """
            While the service runs: what users gain meanwhile is added, and viewers see the result. Users of whom the audit \
            knows nothing (any more) keep their scores; those of whom it knows a part keep what they had before. \
            verify lists points of which a whole audit tells nothing.

            With --from, what the board lost of its audit comes back from the backup, be it all or a part, and \
            with it scores and suspensions. Of users whose entries had been trimmed before the backup was made, the backup's score counts, \
            and what was added since. A board whose whole audit is lost goes on where the backup ended. If changes are \
            lost that neither has, that is refused. With --force it is done: who has a score keeps it, and where it is not \
            what is left of the audit adds up to, a new entry of the audit (recover) says by how much. It shows what is wrong, and asks; \
            where nobody can be asked it needs --yes.
            """
    )

    @Option(
        help: ArgumentHelp("A backup: its audit goes before what the stream still has.", valueName: "file")
    )
    var from: String?

    @Flag(help: "Rebuild even though the audit's chain of hashes is broken, or changes are lost.")
    var force = false

    @OptionGroup var consent: Consent
    @OptionGroup var board: BoardOption

    func run() async throws {
        let (consent, force) = (consent, force)
        let file = try from.map { try BackupInput($0) }
        try await onBoard(board, mustExist: file == nil) { store, eventLoop in
            var older: BackupAudit?
            if let file { older = try await BackupAudit(file.lines, beside: store, on: eventLoop) }
            let report = try await AuditVerification(store, older: older, on: eventLoop).run()
            if report.faultCount > 0 { report.showChain() }
            report.showWithoutHistory()
            report.showFromBackup()
            report.showDifferences()
            report.showRows()
            let refusal = report.faultCount > 0 && !force ? report.refusal : nil
            guard refusal == nil || !consent.dryRun else {
                return print("Without --dry-run, this is refused: \(refusal?.description ?? "")")
            }
            if let refusal { throw refusal }
            let isRight = report.differences.isEmpty && report.hasSoundRows && !report.bringsAuditBack
            guard !isRight, try consent.isGiven("Make it what the audit says?") else { return }
            let act = try OperatorAct.onThisMachine("leaderboard admin rebuild")
            let done = try await store.repair(report, with: older, by: act, on: eventLoop)
            if done.entries > 0 {
                print("\(done.entries.counted("audit entry", "audit entries")) brought back from the backup.")
            }
            if report.hasLostChanges, !report.isBegunAnew {
                print(
                    "\(done.recovered.counted("user")) kept as they are, and recorded in the audit, which lost what told of them."
                )
            }
            print("\(done.users.counted("user")) put right, to what the audit says.")
        }
    }
}

extension AuditReport {
    fileprivate func showFromBackup() {
        if fromBackup > 0 {
            print(
                "of \(fromBackup.counted("user")) the backup has a score and no entry: that score counts, and what was added since"
            )
        }
        if unclearErasures > 0 {
            print(
                "erased       \(unclearErasures.counted("user")) since the backup, and nobody can tell who: erase them again when this is done"
            )
        }
        guard !leftOut.isEmpty else { return }
        print("left out     \(leftOut.count.counted("user")) who may be one of them")
        for user in leftOut.prefix(Self.maximumWithoutHistory) { print("  \(user.printable)") }
        let more = leftOut.count - Self.maximumWithoutHistory
        if more > 0 { print("  … and \(more) more") }
    }

    /// Why nothing is rebuilt without --force.
    fileprivate var refusal: CommandFailure {
        guard hasLostChanges else {
            return CommandFailure(
                "the audit's chain is broken in \(faultCount.counted("place")): see above. A backup of before brings back what is missing "
                    + "(--from); accept goes on over it; with --force scores become what is left of the audit adds up to"
            )
        }
        return CommandFailure(
            "changes are lost that neither the board's audit nor the backup has: see above. Take a newer backup if there is one; "
                + "or --force: the audit comes back as far as it is there, who has a score keeps it, and the audit says so"
        )
    }
}

extension OperatorAct {
    /// Somebody with access to Redis; there is no token that could name him.
    static func onThisMachine(_ reason: String) throws -> OperatorAct {
        OperatorAct(
            actor: try UserID("leaderboard-admin"),
            reason: try AuditReason(reason),
            origin: UpdateOrigin(ip: "", requestID: "")
        )
    }
}
