import ArgumentParser
import FoundationEssentials
import Leaderboard
import NIOCore
import NIOHTTP1

/// `leaderboard admin freeze BOARD --reason TEXT [--dry-run | --yes]`
struct AdminFreeze: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freeze",
        abstract: "Show nobody where users stand on a board from now on; updates go on.",
        discussion: """
            Until reveal, everybody is shown the first 100 rows as they were when the board was frozen, and viewers see nothing change. \
            All else that would tell of others is refused: 409 board_frozen. Users see their own place with their token, operators all. \
            Who can read Redis, or the endpoints of webhooks, sees the board as it is.
            """
    )

    @OptionGroup var freeze: FreezeOptions

    func run() async throws { try await freeze.run("freeze", "Freeze it?", ("frozen", "frozen already")) }
}

/// `leaderboard admin reveal BOARD --reason TEXT [--dry-run | --yes]`
struct AdminReveal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reveal",
        abstract: "Show a board that was frozen as it is: viewers get a snapshot at once."
    )

    @OptionGroup var freeze: FreezeOptions

    func run() async throws { try await freeze.run("reveal", "Show it as it is?", ("shown again", "not frozen")) }
}

/// What both take.
struct FreezeOptions: ParsableArguments {
    @OptionGroup var service: OperatorService

    @Argument(help: "The board.", transform: BoardOption.board)
    var board: BoardID

    @OptionGroup var consent: ReasonedConsent

    fileprivate func run(
        _ path: String,
        _ question: String,
        _ words: (done: String, unchanged: String)
    ) async throws {
        let held = try await DefinitionService(service).existing(.board(board))
        print("\(board) is \(held.isFrozen ? "frozen" : "not frozen").")
        guard try consent.isGiven(question) else { return }
        let json = ByteBuffer(bytes: try JSONEncoder().encode(Reasoned(reason: consent.reason)))
        let body = try await service.send(.POST, "/boards/\(board)/\(path)", json: json).success()
        let answer = try JSONDecoder().decode(FreezeAnswer.self, from: Data(body.readableBytesView))
        print("\(board) is \(answer.changed ? words.done : words.unchanged).")
    }
}

private struct FreezeAnswer: Decodable {
    let changed: Bool
}
