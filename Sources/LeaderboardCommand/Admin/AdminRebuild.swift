import Board
import ArgumentParser
import Leaderboard
import LeaderboardService
import Seasons
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

            Seasons of windows are put right as well, those that run and those that are kept, where the audit reaches back to their beginning. \
            So are segments: who stands where in them, and their totals, come from the board's scores and from who is in which, which the audit tells \
            of who moved as far back as it reaches, and a backup (--from) of the others. \
            With --window, nothing else: all of the time of the season that runs counts in it then, also what came before the window was added.
            """
    )

    @Option(
        help: ArgumentHelp("A backup: its audit goes before what the stream still has.", valueName: "file")
    )
    var from: String?

    @Flag(help: "Rebuild even though the audit's chain of hashes is broken, or changes are lost.")
    var force = false

    @Option(
        help: ArgumentHelp("Fill the running season of this window from the audit.", valueName: "name"),
        transform: Self.window
    )
    var window: WindowName?

    @OptionGroup var consent: Consent
    @OptionGroup var board: BoardOption

    func validate() throws {
        if window != nil, from != nil || force {
            throw ValidationError("--window goes with neither --from nor --force.")
        }
    }

    private static func window(_ text: String) throws -> WindowName {
        guard let name = WindowName(text), name != .all else {
            throw ValidationError("\(text.printable) is no window that ends.")
        }
        return name
    }

    func run() async throws {
        if let window { return try await fill(window) }
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
            report.showSeasons()
            report.showSegments()
            let refusal = report.faultCount > 0 && !force ? report.refusal : nil
            guard refusal == nil || !consent.dryRun else {
                return print("Without --dry-run, this is refused: \(refusal?.description ?? "")")
            }
            if let refusal { throw refusal }
            let isRight =
                report.differences.isEmpty && report.hasSoundRows && !report.bringsAuditBack
                && report.hasSoundSeasons && report.hasSoundSegments
            guard !isRight, try consent.isGiven("Make it what the audit says?") else { return }
            let act = try OperatorAct.onThisMachine(try AuditReason("leaderboard admin rebuild"))
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
            if done.inSegments > 0 { print("\(done.inSegments.counted("fault")) put right in segments.") }
        }
    }

    private func fill(_ window: WindowName) async throws {
        let consent = consent
        try await onBoard(board) { store, eventLoop in
            do {
                let report = try await store.seasonToFill(window, on: eventLoop)
                report.show()
                guard report.isReached, !report.differences.isEmpty, try consent.isGiven("Make it what the audit says?")
                else { return }
                let act = try OperatorAct.onThisMachine(try AuditReason("leaderboard admin rebuild --window \(window)"))
                let users = try await store.fillSeason(window, by: act, on: eventLoop)
                print(
                    "\(users.counted("user")) put right in \(report.name), to what the audit says of all of its time."
                )
            } catch let error as NoSeasonToFill {
                throw CommandFailure(error.description)
            } catch ScoreStoreError.unknownWindow {
                throw CommandFailure("the board has no window \(window) that ends")
            }
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
    static func onThisMachine(_ reason: AuditReason) throws -> OperatorAct {
        OperatorAct(
            actor: try UserID("leaderboard-admin"),
            reason: reason,
            origin: UpdateOrigin(ip: "", requestID: "")
        )
    }
}
