import Board
import ArgumentParser
import Leaderboard
import SystemPackage

/// `leaderboard admin backup FILE`
struct AdminBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract:
            "Write the board, its definition, seasons, suspensions, holds and audit to a file, or to standard output.",
        discussion: """
            As of one moment, while the service runs. It is NDJSON, ends with a seal (a count and a SHA-256 of its lines), and \
            holds names and addresses: only its owner may read the file. Not in it are updates that wait for review, token buckets and \
            stored outcomes.

            A regular file has its name only when it is whole; what is interrupted leaves nothing, be it by kill -9 or a full \
            disk. One that is there is replaced only with --yes, or when somebody is there to be asked. Into standard output (-), a \
            pipe, a device or a link's target it goes as it is made: without its seal it is none. A file behind a link becomes its owner's \
            alone, too. Exits with 2, and writes nothing, where there is no board.

            With --all-boards it makes a folder, which must not be there: a file for each board, NAME.ndjson, each as of a moment of its \
            own, and definitions.json with all definitions, templates too. It has its name when it is complete. What fails on one board \
            keeps no other from it; then it exits with 1, and its last line names them.
            """
    )

    @Argument(help: "Where to write it; - for standard output.")
    var file: String

    @OptionGroup var replace: ReplaceOption
    @OptionGroup var every: EveryBoardOption
    @OptionGroup var board: BoardOption

    func validate() throws {
        try every.check(board)
        guard !(every.allBoards && replace.yes) else {
            throw ValidationError("--yes is for a file: a folder of all boards is never replaced.")
        }
    }

    func run() async throws {
        if every.allBoards { return try await BackupEveryBoard(folder: BackupFolder(file)).run() }
        try replace.check(file)
        let output = BackupOutput(file)
        let summary = try await onBoard(board) { store, eventLoop in
            try await output.write { write in try await store.backup(on: eventLoop, write: write) }
        }
        let line = summary.words + "."
        let told = [line] + (summary.waiting > 0 ? ["Not in it: " + waitingWords(summary.waiting) + "."] : [])
        for line in told { if file == "-" { writeToStandardError(line + "\n") } else { print(line) } }
    }
}
