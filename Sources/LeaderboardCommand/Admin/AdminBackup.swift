import Board
import ArgumentParser
import Leaderboard
import SystemPackage

/// `leaderboard admin backup FILE`
struct AdminBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write the board, its definition and its audit to a file, or to standard output.",
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
        let line = summary.words + "."
        if file == "-" { writeToStandardError(line + "\n") } else { print(line) }
    }
}
