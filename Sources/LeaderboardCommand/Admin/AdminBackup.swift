import ArgumentParser
import Leaderboard
import SystemPackage

/// `leaderboard admin backup FILE`
struct AdminBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write the board and its audit to a file.",
        discussion: """
            As of one moment, while the service runs. The file is NDJSON, ends with a seal (a count and a SHA-256 of its lines), \
            and holds names and addresses: only its owner may read it. Not in it are token buckets and stored outcomes.
            """
    )

    @Argument(help: "Where to write it; an old file of this name is replaced when the new one is complete.")
    var file: String

    func run() async throws {
        let file = BackupFile(path: FilePath(file))
        let summary = try await onBoard { store, eventLoop in
            try await file.write { write in try await store.backup(on: eventLoop, write: write) }
        }
        print("\(summary.users) users and \(summary.auditEntries) audit entries, up to update \(summary.seq).")
    }
}

/// `leaderboard admin restore FILE [--yes]`
struct AdminRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put the board of a backup in the place of the one that is there.",
        discussion: """
            While the service runs: viewers go from the one board to the other at once. Before that the file is checked, \
            loaded beside the board, and read back. What happened since the backup is gone: at a terminal, it is asked for \
            a yes if there is anybody on the board. Scripts are not asked.
            """
    )

    @Argument(help: "The backup.")
    var file: String

    @Flag(help: "Do not ask.")
    var yes = false

    func run() async throws {
        let file = BackupFile(path: FilePath(file))
        let asks = !yes && Terminal.isThere
        let summary = try await onBoard { store, eventLoop in
            let users = asks ? try await store.standings(offset: 0, limit: 1, on: eventLoop).total : 0
            guard users == 0 || Terminal.agrees("Replace the board and its \(users) users?") else {
                throw CommandFailure("not restored: the board is as it was")
            }
            return try await store.restore(file.lines, by: OperatorAct.onThisMachine("restore"), on: eventLoop)
        }
        print("\(summary.users) users and \(summary.auditEntries) audit entries restored, up to update \(summary.seq).")
    }
}
