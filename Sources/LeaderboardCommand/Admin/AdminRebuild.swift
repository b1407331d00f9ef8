import ArgumentParser
import Leaderboard
import LeaderboardService

/// `leaderboard admin rebuild [--from FILE] [--dry-run] [--force]`
struct AdminRebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make the scores what the audit adds up to.",
        discussion: """
            While the service runs: what users gain meanwhile is added, and viewers see the result. Users of whom the audit \
            knows nothing (any more) keep their scores; those of whom it knows a part keep what they had before. \
            verify lists points of which a whole audit tells nothing.

            With --from, a board whose audit is lost, or all of it, goes on where the backup ended: its suspensions come \
            back as well. What happened since the backup is gone.
            """
    )

    @Option(
        help: ArgumentHelp("A backup: its audit goes before what the stream still has.", valueName: "file")
    )
    var from: String?

    @Flag(help: "Print the difference, and change nothing.")
    var dryRun = false

    @Flag(help: "Rebuild even though the audit's chain of hashes is broken.")
    var force = false

    func run() async throws {
        let (dryRun, force) = (dryRun, force)
        let file = try from.map { try BackupInput($0) }
        try await onBoard(mustExist: file == nil) { store, eventLoop in
            var older: BackupAudit?
            if let file { older = try await BackupAudit(file.lines, before: store.firstAuditID(on: eventLoop)) }
            let report = try await AuditVerification(store, older: older, on: eventLoop).run()
            if report.faultCount > 0 { report.showChain() }
            report.showWithoutHistory()
            if report.goesOnFromPart {
                print("the backup's audit begins late: restore has all of its scores, a rebuild has not")
            }
            report.showDifferences()
            if dryRun { return }
            guard report.faultCount == 0 || force else {
                throw CommandFailure(
                    "the audit's chain is broken in \(report.faultCount.counted("place")): see above, or --force"
                )
            }
            if report.differences.isEmpty, !report.goesOnFromBackup { return }
            let act = try OperatorAct.onThisMachine("leaderboard admin rebuild")
            let count = try await store.rebuild(report, by: act, on: eventLoop)
            if report.goesOnFromBackup { print("the audit goes on where the backup ended") }
            print("\(count.counted("score")) put right, to what the audit adds up to.")
        }
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
