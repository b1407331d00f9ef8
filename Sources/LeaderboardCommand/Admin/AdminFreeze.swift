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

    func run() async throws { try await freeze.run("freeze", "Freeze it?", isFrozen: true) }
}

/// `leaderboard admin reveal BOARD --reason TEXT [--by-rank [--from PLACE] [--every SECONDS]] [--dry-run | --yes]`
struct AdminReveal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reveal",
        abstract: "Show a board that was frozen as it is: viewers get a snapshot at once.",
        discussion: """
            With --by-rank it is a show: the first step covers the best places and shows the others as they are now, each further one \
            uncovers the next place above, and the one behind the first place opens the board. How far it is stands in Redis: a command \
            that was ended is gone on with by the next one. What is scored after the first step is seen when the board is open.
            """
    )

    @OptionGroup var freeze: FreezeOptions

    @Flag(help: "Reveal it place by place, from the bottom; without --every, the next step alone.")
    var byRank = false

    @Option(help: ArgumentHelp("How many places the first step covers, 1 to 100. (default: 10)", valueName: "place"))
    var from: Int?

    @Option(help: ArgumentHelp("All steps, with so many seconds between them, 1 to 3600.", valueName: "seconds"))
    var every: Int?

    func validate() throws {
        guard byRank || from == nil && every == nil else { throw ValidationError("--from and --every need --by-rank.") }
        guard Catalogue.coverable.contains(from ?? 1) else { throw ValidationError("--from must be 1 to 100.") }
        guard (1...3600).contains(every ?? 1) else { throw ValidationError("--every must be 1 to 3600.") }
    }

    func run() async throws {
        guard byRank else {
            return try await freeze.run("reveal", "Show it as it is?", isFrozen: false)
        }
        guard try await freeze.isAgreed("Reveal it place by place?", isFrozen: false) else { return }
        // Where it has begun, so many are covered already, or fewer: the answer tells.
        var step = try await freeze.send("reveal", hidden: from ?? 10)
        var isStep = step.changed
        while let hidden = step.hidden {
            if isStep {
                print(hidden == 1 ? "Place 1 is covered." : "Places 1 to \(hidden) are covered.")
                guard let every else { return }
                try await Task.sleep(for: .seconds(every))
            }
            isStep = true
            step = try await freeze.send("reveal", hidden: max(0, hidden - 1))
        }
        freeze.tell(step, isFrozen: false)
    }
}

/// What both take.
struct FreezeOptions: ParsableArguments {
    @OptionGroup var service: OperatorService

    @Argument(help: "The board.", transform: BoardOption.board)
    var board: BoardID

    @OptionGroup var consent: ReasonedConsent

    /// - Parameter isFrozen: what it is to become.
    fileprivate func run(_ path: String, _ question: String, isFrozen: Bool) async throws {
        guard try await isAgreed(question, isFrozen: isFrozen) else { return }
        tell(try await send(path), isFrozen: isFrozen)
    }

    /// What the last answer made of the board.
    fileprivate func tell(_ answer: FreezeAnswer, isFrozen: Bool) {
        print(
            answer.changed
                ? "\(board) was \(Self.state(!isFrozen)); now it is \(Self.state(isFrozen))."
                : "\(board) is \(Self.state(isFrozen)): somebody else has done it meanwhile."
        )
    }

    /// Where it is so already, that is all that is said. Who is asked, or tries it only, is told what it is before.
    fileprivate func isAgreed(_ question: String, isFrozen: Bool) async throws -> Bool {
        let held = try await DefinitionService(service).existing(.board(board))
        guard held.isFrozen != isFrozen else {
            print("\(board) is \(Self.state(isFrozen)) already: nothing to change.")
            return false
        }
        if consent.dryRun { print("\(board) is \(Self.state(!isFrozen)), and would be \(Self.state(isFrozen)).") }
        return try consent.isGiven("\(board) is \(Self.state(!isFrozen)). \(question)")
    }

    private static func state(_ isFrozen: Bool) -> String { isFrozen ? "frozen" : "shown as it is" }

    fileprivate func send(_ path: String, hidden: Int? = nil) async throws -> FreezeAnswer {
        let json = ByteBuffer(bytes: try JSONEncoder().encode(FreezeWish(reason: consent.reason.text, hidden: hidden)))
        let body = try await service.send(.POST, "/boards/\(board)/\(path)", json: json).success()
        return try JSONDecoder().decode(FreezeAnswer.self, from: Data(body.readableBytesView))
    }
}

private struct FreezeWish: Encodable {
    let reason: String
    /// So many places stay covered; nil: it is no step of a reveal place by place.
    let hidden: Int?
}

private struct FreezeAnswer: Decodable {
    let changed: Bool
    /// So many places are covered; nil: the board is shown as it is.
    let hidden: Int?
}
