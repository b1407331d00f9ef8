import ArgumentParser
import Board
import FoundationEssentials
import Leaderboard
import LeaderboardService
import Text

/// `leaderboard admin board BOARD --as-of TIME [--limit COUNT] [--offset COUNT] [--json]`
struct AdminBoard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "board",
        abstract: "Show the standings of a board as they were at a moment.",
        discussion: """
            Reads Redis itself: what the board holds now, and the audit back to that moment, so it costs as much as has happened since. \
            The service may run meanwhile. It ends with 1 and says the earliest moment that it can show where the audit does not reach back, \
            has a gap, or the board was restored or, with ties by arrival, given other ties since.

            Followed exactly are updates, suspensions, reverts and erasures (an erased user is there under the pseudonym). What another \
            service wrote past the functions has no time: it counts from the user's change before it on. What nobody can tell any more \
            is counted below the rows: users who may have had 0 or may not have been there are left out.

            A time is given in milliseconds since 1970, or as 2026-11-25T04:00:00Z.
            """
    )

    @Argument(help: "The board.", transform: BoardOption.board)
    var board: BoardID

    @Option(name: .customLong("as-of"), help: ArgumentHelp("The moment.", valueName: "time"), transform: Self.moment)
    var moment: Int

    @Option(help: ArgumentHelp("At most so many rows.", valueName: "count"))
    var limit = 100

    @Option(help: ArgumentHelp("Rows to leave out.", valueName: "count"))
    var offset = 0

    @Flag(help: "Print the rows as JSON, one a line.")
    var json = false

    private static let mostRows = 10_000_000

    func validate() throws {
        guard (1...Self.mostRows).contains(limit) else { throw ValidationError("--limit must be at least 1.") }
        guard (0...Self.mostRows).contains(offset) else { throw ValidationError("--offset must be at least 0.") }
    }

    func run() async throws {
        let (board, moment, limit, offset) = (board, moment, limit, offset)
        let past = try await onRedis { settings in
            try await BoardAccess.open(settings, board, mustExist: true) { store, eventLoop in
                do throws(PastError) {
                    return try await store.standings(
                        at: moment,
                        offset: offset,
                        limit: limit,
                        within: .none,
                        on: eventLoop
                    )
                } catch {
                    if case .store(let error) = error { throw error }
                    throw CommandFailure("\(error)")
                }
            }
        }
        for row in past.rows { print(json ? row.json : row.line) }
        if json { return }
        print("\(past.total.counted("user")) at \(Moment.text(UInt64(clamping: past.moment)))")
        if past.unknownUsers > 0 {
            print(
                "\(past.unknownUsers.counted("user")) may have been there with 0, or not: the audit does not tell, they are left out"
            )
        }
        if past.unknownPlaces > 0 {
            print("\(past.unknownPlaces.counted("user")) stand among equals where the audit does not tell their order")
        }
    }

    private static func moment(_ text: String) throws -> Int {
        guard let moment = Moment.milliseconds(text) else { throw ValidationError("--as-of \(Moment.rule).") }
        return moment
    }
}

extension PastStandings.Row {
    fileprivate var line: String { "\(rank)  \(standing.user)  \(standing.score)".printable }

    /// Ids of users need no escaping.
    fileprivate var json: String {
        #"{"user_id":"\#(standing.user)","score":\#(standing.score),"rank":\#(rank)}"#
    }
}
