import Board
import ArgumentParser
import Leaderboard
import SystemPackage

/// `leaderboard admin backup FILE`
struct AdminBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write the board and its audit to a file, or to standard output.",
        discussion: """
            As of one moment, while the service runs. It is NDJSON, ends with a seal (a count and a SHA-256 of its lines), and \
            holds names and addresses: only its owner may read the file. Not in it are token buckets and stored outcomes.

            A regular file has its name only when it is whole; what is interrupted leaves nothing, be it by kill -9 or a full \
            disk. Into standard output (-), a \
            pipe, a device or a link's target it goes as it is made: without its seal it is none. Exits with 2, and writes \
            nothing, where there is no board.
            """
    )

    @Argument(help: "Where to write it; - for standard output. An old file is replaced when the new one is complete.")
    var file: String

    @OptionGroup var board: BoardOption

    func run() async throws {
        let output = BackupOutput(file)
        let summary = try await onBoard(board) { store, eventLoop in
            try await output.write { write in try await store.backup(on: eventLoop, write: write) }
        }
        let line = "\(summary.users) users and \(summary.auditEntries) audit entries, up to update \(summary.seq)."
        if file == "-" { writeToStandardError(line + "\n") } else { print(line) }
    }
}

/// `leaderboard admin restore FILE --reason TEXT [--dry-run | --yes]`
struct AdminRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put the board of a backup in the place of the one that is there.",
        discussion: """
            While the service runs: viewers go from the one board to the other at once. Before that the file is checked, \
            loaded beside the board, and read back. What happened since the backup is gone: if there is anybody on the board \
            it asks, and where nobody can be asked it needs --yes.
            """
    )

    @Argument(help: "The backup; - for standard input.")
    var file: String

    @Option(help: ArgumentHelp("Why, for the audit.", valueName: "text"))
    var reason: String

    @OptionGroup var consent: Consent

    @OptionGroup var board: BoardOption

    func run() async throws {
        let consent = consent
        let act = try OperatorAct.onThisMachine(reason)
        let input = try BackupInput(file)
        let preview = try await describingBackup { try await BackupSummary(of: input.lines) }
        let restored: BackupSummary? = try await onBoard(board, mustExist: consent.dryRun) { store, eventLoop in
            let users = try await store.standings(offset: 0, limit: 1, on: eventLoop).total
            print("The backup has \(preview.users) users, up to update \(preview.seq); the board has \(users).")
            if users > 0 || consent.dryRun {
                guard try consent.isGiven("Replace the board and its \(users) users?") else { return nil }
            }
            return try await store.restore(input.lines, by: act, on: eventLoop)
        }
        guard let restored else { return }
        print(
            "\(restored.users) users and \(restored.auditEntries) audit entries restored, up to update \(restored.seq)."
        )
    }
}
