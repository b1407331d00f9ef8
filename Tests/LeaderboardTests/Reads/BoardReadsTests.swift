import Board
import NIOCore
import RedisClient
import Testing

@testable import Leaderboard
@testable import TestSupport

@Suite("What is read of a board", .timeLimit(.minutes(5)))
struct BoardReadsTests {
    @Test("is in each row's rank, by the board's ties, and where users and scores stand among all")
    func reads() async throws {
        try await withBoard { board in
            var rules = BoardDefinition()
            rules.ties = .shared
            let store = ScoreStore(board.store.functions, try BoardID("level-1"), rules, from: .template)
            #expect(try await store.rows(.page(offset: 0), limit: 3, on: board.loop)?.snapshot.total == 0)
            for (user, score) in [("a", 10), ("b", 30), ("c", 20), ("d", 20)] {
                _ = try await store.apply(
                    BoardUpdate(user: UserID(user), .incr, score),
                    origin: UpdateOrigin(ip: "192.0.2.1", requestID: "r"),
                    idempotencyKey: nil,
                    withRank: false,
                    on: board.loop
                )
            }
            func rows(_ selection: RowSelection, _ limit: Int) async throws -> [String]? {
                try await store.rows(selection, limit: limit, on: board.loop).map { page in
                    zip(page.snapshot.standings, page.ranks).map { "\($0.user) \($0.score) \($1)" }
                }
            }
            #expect(try await rows(.page(offset: 0), 10) == ["b 30 1", "d 20 2", "c 20 2", "a 10 4"])
            #expect(try await rows(.page(offset: 2), 1) == ["c 20 2"])
            #expect(try await rows(.around(UserID("c")), 2) == ["d 20 2", "c 20 2"])
            #expect(try await rows(.around(UserID("nobody")), 2) == [])
            #expect(try await rows(.aroundScore(15), 2) == ["c 20 2", "a 10 4"])
            let users = try ["a", "nobody", "d"].map { try UserID($0) }
            let standings = try await store.standings(of: users, on: board.loop)?.standings
            #expect(standings?.map(\.user) == ["a", "nobody", "d"])
            #expect(standings?.map { [$0.score, $0.rank] } == [[10, 4], [nil, nil], [20, 2]])
            let found = try await store.place(of: UserID("c"), on: board.loop)
            #expect(found??.standing == UserStanding(user: "c", score: 20, rank: 2))
            #expect(found??.among == ScorePlace(total: 4, worse: 1, equal: 2))
            #expect(found??.among.percentileHundredths == 5000)
            #expect(try await store.place(of: UserID("nobody"), on: board.loop) == .some(nil))
            #expect(try await store.place(of: 25, on: board.loop) == ScorePlace(total: 4, worse: 3, equal: 0))
            let scores = try await store.scores(at: [900_000, 500_000, 500_000, 0], on: board.loop)
            #expect(scores?.map { $0?.hundredths } == [2700, 2000, 2000, 1000])
            #expect(try await store.count(from: 15, to: nil, on: board.loop)?.count == 3)
            #expect(try await store.count(from: nil, to: 20, on: board.loop)?.count == 3)
        }
    }

    @Test("is the same for several boards in one call, which other services of a Redis without a cluster have")
    func tops() async throws {
        try await withBoard { board in
            // Loads the functions.
            _ = try await board.applied("a", 1)
            var names: [String] = []
            var given: [String] = []
            var pages: [RESPValue] = []
            let boards: [(String, BoardRules.Ties, users: [String])] = [
                ("laps", .first, ["a", "b", "c"]), ("quiz", .dense, ["d", "e"]), ("none", .id, []),
            ]
            for (name, ties, users) in boards {
                let one = DefinedBoard(board, name, BoardRules(ties: ties))
                if !users.isEmpty { _ = try await one.write(users.map { ModelUpdate(user: $0, value: 7) }) }
                let own = [one.keys.name("board"), one.keys.seq, one.keys.epoch, one.keys.scores, one.keys.name("at")]
                pages.append(try await one.call("leaderboard_page", own, [one.given, "0", "2"], isReading: true))
                names += own
                given.append(one.given)
            }
            let any = DefinedBoard(board, "laps", BoardRules())
            let tops = try await any.call("leaderboard_tops", names, ["2"] + given, isReading: true)
            #expect(tops == .array(pages))
            let tooMany = Array(repeating: names.prefix(5), count: 21).flatMap { $0 }
            await #expect(throws: RedisError.self) {
                try await any.call(
                    "leaderboard_tops",
                    tooMany,
                    ["2"] + Array(repeating: "", count: 21),
                    isReading: true
                )
            }
        }
    }

    @Test("of a board that is not there is nothing")
    func noBoard() async throws {
        try await withBoard { board in
            let store = ScoreStore(board.store.functions, try BoardID("gone"), BoardDefinition())
            #expect(try await store.rows(.page(offset: 0), limit: 3, on: board.loop) == nil)
            #expect(try await store.place(of: 1, on: board.loop) == nil)
            let none: UserPlace?? = try await store.place(of: UserID("a"), on: board.loop)
            #expect(none == nil)
        }
    }

    @Test(
        "at a percentile lies between two neighbours, exactly, whatever their size",
        arguments: [
            (1, 500_000, 7, 7, 700), (2, 500_000, 10, 5, 750), (2, 0, 5, 5, 500), (2, 1_000_000, 10, 5, 1000),
            (2, 333_333, 0, 1, 67), (3, 250_000, 10, -10, 0), (2, 1, -5, -6, -600),
            (2, 500_000, ScoreRange.limit, -ScoreRange.limit, 0),
            (2, 500_000, ScoreRange.limit, ScoreRange.limit - 1, 900_719_925_474_099_050),
        ]
    )
    func percentile(total: Int, millionths: Int, better: Int, worse: Int, hundredths: Int) {
        let score = PercentileScore(total: total, millionths: millionths, better: better, worse: worse)
        #expect(score.hundredths == Int128(hundredths))
    }

    @Test("of a place among all is a percentile of two decimals, and none of an empty board")
    func share() {
        #expect(ScorePlace(total: 0, worse: 0, equal: 0).percentileHundredths == nil)
        #expect(ScorePlace(total: 1, worse: 0, equal: 1).percentileHundredths == 5000)
        #expect(ScorePlace(total: 3, worse: 1, equal: 0).percentileHundredths == 3333)
        #expect(ScorePlace(total: ScoreRange.limit, worse: ScoreRange.limit, equal: 0).percentileHundredths == 10_000)
        #expect(ScorePlace(total: 1, worse: 2, equal: 0).percentileHundredths == nil)
    }
}

@Suite("A wish to change a score of a board")
struct BoardUpdateTests {
    private static func definition(_ operators: [BoardDefinition.Operator]) -> BoardDefinition {
        var definition = BoardDefinition()
        definition.operators = Set(operators)
        definition.usualOperator = operators[0]
        definition.maximumIncrease = 100
        return definition
    }

    @Test(
        "says what is to be done by its member, and by the board's operator",
        arguments: [
            (#"{"user_id":"a","score_increase":5}"#, "incr 5"), (#"{"score_increase":1e2,"user_id":"a"}"#, "incr 100"),
            (#"{"user_id":"a","score_decrease":5}"#, "decr 5"), (#"{"user_id":"a","score":-5}"#, "best -5"),
            (#"{"user_id":"a","score":5,"operator":"set"}"#, "set 5"),
            (#"{"user_id":"a","score":9007199254740991,"operator":"best"}"#, "best 9007199254740991"),
        ]
    )
    func valid(json: String, expected: String) throws {
        let definition = Self.definition([.best, .incr, .decr, .set])
        let update = try BoardUpdate(json: .init(string: json), of: definition)
        #expect("\(update.operation.rawValue) \(update.value)" == expected)
    }

    @Test(
        "is refused where it says nothing, too much, or what the board does not take",
        arguments: [
            #"{}"#, #"{"user_id":"a"}"#, #"{"user_id":"a","score":1,"score_increase":1}"#,
            #"{"user_id":"a","score_increase":101}"#, #"{"user_id":"a","score_increase":-1}"#,
            #"{"user_id":"a","score_decrease":1}"#, #"{"user_id":"a","score":1}"#,
            #"{"user_id":"a","score":1.5,"operator":"best"}"#,
            #"{"user_id":"a","score":9007199254740992,"operator":"best"}"#,
            #"{"user_id":"a","score":1,"operator":"incr"}"#,
            #"{"user_id":"a","score":1,"operator":1}"#, #"{"user_id":"a","score":1,"operator":"set"}"#,
            #"{"user_id":"a","score_increase":1,"operator":"incr"}"#,
            #"{"user_id":"a","score_increase":1,"season":"1"}"#,
            #"{"user_id":"a","score_increase":1,"metadata":[]}"#, #"{"user_id":"<","score_increase":1}"#, "[]", "",
        ]
    )
    func refused(json: String) {
        #expect(throws: ScoreUpdateError.self) {
            try BoardUpdate(json: .init(string: json), of: Self.definition([.incr, .best]))
        }
    }
}
