import ArgumentParser
import Leaderboard
import Text

/// `leaderboard import podium|nakama …`
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take over what another leaderboard service has: boards, users' scores, names.",
        discussion: """
            Asks a running service (--url), with a token of the scope leaderboard:admin in LEADERBOARD_ADMIN_TOKEN (see leaderboard \
            admin --help). Nothing is written where it comes from. First all of it is read and checked, and what would be made is shown: what \
            cannot be taken as it is, is told, and then nothing is sent, unless you say --leave-out. Boards are made that have the same order, \
            operators and ties; each score is an operator's adjustment (see leaderboard board import --help). At the end both sides are compared: \
            users, sum of the scores, and the first ten. The exit code is 1 where they differ, or rows were refused.

            Let the other service stand still meanwhile. What was interrupted is ended by asking for the same again; what counted does not count twice, \
            for a day. After that day it sets the scores to what they were there: not what you want once people play here.
            """,
        subcommands: [ImportPodium.self, ImportNakama.self]
    )
}

/// What both have.
struct ForeignOptions: ParsableArguments {
    @OptionGroup var service: OperatorService

    @Option(
        help: ArgumentHelp("Only this leaderboard; may be given again.", valueName: "leaderboard")
    )
    var only: [String] = []

    @Option(
        name: .customLong("board"),
        help: ArgumentHelp(
            "What a leaderboard is called here, such as \"Top Scores=top-scores\"; may be given again. (default: the same)",
            valueName: "leaderboard=board"
        )
    )
    var renamed: [String] = []

    @Flag(help: "Go on without the leaderboards and rows that cannot be taken.")
    var leaveOut = false

    @Option(help: ArgumentHelp("Tells this import from others of the same rows.", valueName: "text"))
    var id = ""

    @OptionGroup var consent: ReasonedConsent

    func validate() throws { _ = try names() }

    /// By what they are called there.
    func names() throws -> ForeignNames {
        var boards: [String: BoardID] = [:]
        for text in renamed {
            guard let sign = text.utf8.lastIndex(of: UInt8(ascii: "=")) else {
                throw ValidationError("--board takes leaderboard=board, such as \"Top Scores=top-scores\".")
            }
            let name = String(text[..<sign])
            guard
                boards.updateValue(try BoardOption.board(String(text.utf8[sign...].dropFirst()) ?? ""), forKey: name)
                    == nil
            else { throw ValidationError("--board \(name.printable) is given twice.") }
        }
        return ForeignNames(boards: boards, only: Set(only))
    }
}

/// Which leaderboards are taken, and as which boards.
struct ForeignNames: Sendable {
    let boards: [String: BoardID]
    /// Empty: all.
    let only: Set<String>

    func takes(_ name: String) -> Bool { only.isEmpty || only.contains(name) }

    /// What `--board` names, and is not among those that are taken.
    func faults(taken: Set<String>) -> [ForeignFault] {
        boards.keys.filter { !taken.contains($0) }.sorted().map { name in
            ForeignFault("--board \"\(name)=…\": no leaderboard of this name is taken")
        }
    }

    /// - Throws: what a person can do about it.
    func board(for name: String) throws(ForeignFault) -> BoardID {
        if let board = boards[name] { return board }
        do { return try BoardID(name) } catch {
            throw ForeignFault("\(name): \(error) Say what it is to be called: --board \"\(name)=…\"")
        }
    }
}

/// What cannot be taken, in words.
struct ForeignFault: Error, CustomStringConvertible {
    /// As it is; a part of another fault's. For people there is the description.
    let text: String

    init(_ text: String) { self.text = text }

    var description: String { text.printable }
}
