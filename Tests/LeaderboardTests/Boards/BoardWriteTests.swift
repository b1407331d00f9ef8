import RedisClient
@testable import TestSupport
import Testing

@testable import Leaderboard

@Suite("A group of updates", .timeLimit(.minutes(5)))
struct BoardWriteTests {
    private static let traced = [
        "a", "incr", "1", "20", "192.0.2.1", "request-1", "0123456789abcdef0123456789abcdef", "1",
    ]
    private static let shared = ["1000", "60000", "lb:{b}:events", BoardRules().json, "1", "", "0", "0", "1", "0"]

    @Test("with a key or an argument that is missing or wrong is refused, and nothing is written")
    func wrong() async throws {
        let numbers = [
            "", "-1", "1.5", "1e3", " 1", "01", "x", "nan", "0x10", "9007199254740992", "18446744073709551616",
        ]
        /// What each place of ARGV does not take.
        let refused: [Int: [String]] = [
            0: numbers + ["0"], 1: numbers + ["0"], 5: ["x"], 6: ["", "1", "x"], 7: ["", "1"], 8: ["", "0", "2"],
            10: ["", "a b", "\u{E9}", "\n", String(repeating: "a", count: 129)],
            12: ["", "1.5", "1e3", " 1", "01", "-0", "nan", "9007199254740992", "-9007199254740992"],
            13: numbers + ["8", "32", "4", "16", "22"], 16: ["", "x", "0123456789abcdef0123456789abcdeF"],
            17: numbers + ["0"],
        ]
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let target = DefinedBoard(board, "b", BoardRules())
            let names = target.words([ModelUpdate(user: "a", value: 1, grant: "g")]).keys
            func answer(_ keys: [String], _ words: [String]) async -> String {
                do {
                    return "\(try await target.call("leaderboard_write", keys, words))"
                } catch {
                    return "\(error)"
                }
            }
            let words = Self.shared + Self.traced
            for (place, values) in refused {
                for value in values {
                    var wrong = words
                    wrong[place] = value
                    #expect(await answer(names, wrong).contains("BADARG"), "ARGV \(place + 1) is \(value)")
                }
            }
            let ungranted = ["a", "incr", "1", "0", "192.0.2.1", "request-1"]
            // Of several, whichever has no user id.
            let two = Array(names.prefix(10)) + [names[10], names[10]]
            for user in refused[10] ?? [] {
                for pair in [[user, "a"], ["a", user]] {
                    let words = Self.shared + pair.flatMap { [$0] + ungranted.dropFirst() }
                    #expect(await answer(two, words).contains("BADARG"), "\(pair)")
                }
            }
            let crowd = Array(repeating: ungranted, count: 65).flatMap { $0 }
            for (keys, words) in [
                (names.dropLast(), words), (names + ["x"], words), (names, words.dropLast()), (names, words + ["x"]),
                (Array(names.prefix(10)), Self.shared), ([], []), (names, []), ([], words),
                (names.prefix(10) + Array(repeating: names[10], count: 65), Self.shared + crowd),
            ] as [([String], [String])] {
                #expect(await answer(keys, words).contains("BADARG"), "\(keys.count) keys, \(words.count) words")
            }
            #expect(try await board.command("DBSIZE").integer == 0)
            #expect(await answer(names, words).contains("array"))
        }
    }

    @Test("does nothing by an operator that the board does not allow, however many there are", arguments: [1, 2, 64])
    func forbidden(count: Int) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            for ties in BoardRules.Ties.allCases {
                var rules = BoardRules(ties: ties)
                rules.operators = [.set]
                let target = DefinedBoard(board, "\(ties)", rules)
                #expect(try await target.outcomes([ModelUpdate(user: "a", operation: .set, value: 5)]).count == 1)
                let increases = (1...count).map { _ in ModelUpdate(user: "a", operation: .incr, value: 1) }
                let outcomes = try await target.outcomes(increases)
                #expect(outcomes == Array(repeating: "bad_op", count: count), "\(ties)")
            }
        }
    }

    @Test("of a board whose definition cannot be read writes nothing")
    func definitions() async throws {
        let wrong = [
            "{}", "[]", "x", "1", "null", "{\"version\":1}", "{\"version\":\"\"}", "{\"version\":\"a b\"}",
            Self.with("\"ties\":\"none\""), Self.with("\"order\":1"), Self.with("\"operator\":\"mult\""),
            Self.with("\"operators\":[]"), Self.with("\"operators\":[\"set\"]"), Self.with("\"operators\":\"incr\""),
            Self.with("\"operators\":[\"incr\",1]"), Self.with("\"min\":1,\"max\":0"), Self.with("\"min\":0.5"),
            Self.with("\"max\":9007199254740993"), Self.with("\"max\":1e300"), Self.with("\"max\":null"),
            Self.with("\"at_bound\":\"wrap\""), Self.with("\"increase_max\":-1"), Self.with("\"rate_limit\":1"),
            Self.with("\"rate_limit\":{\"updates\":0}"), Self.with("\"rate_limit\":{\"interval_seconds\":0.5}"),
            Self.with("\"windows\":[{\"name\":\"all\"},{\"name\":\"w\"}]"),
            Self.with("\"windows\":[{\"reset\":\"weekly\"}]"),
            Self.with("\"title\":\"\(String(repeating: "x", count: 4096))\""), String(repeating: "[", count: 4000),
        ]
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let target = DefinedBoard(board, "b", BoardRules())
            var (names, words) = target.words([ModelUpdate(user: "a", value: 1)])
            for text in wrong {
                words[3] = text
                let reply = try await target.call("leaderboard_write", names, words)
                #expect(reply.array?.map(\.text) == ["bad_definition"], "\(text.prefix(60))")
            }
            words[3] = ""
            #expect(try await target.call("leaderboard_write", names, words).array?.map(\.text) == ["no_board"])
            (words[3], words[4]) = (BoardRules().json, "2")
            #expect(
                try await target.call("leaderboard_write", names, words).array?.map(\.text) == ["board_changed", "1"]
            )
            #expect(try await board.command("DBSIZE").integer == 0)
        }
    }

    private static func with(_ member: String) -> String { "{\"version\":\"1\",\(member)}" }

    @Test("is told in one event; one change by itself as leaderboard_update tells it, and both verify")
    func events() async throws {
        try await withBoard(by: .update) { board in
            try await board.store.check(on: board.loop)
            let target = DefinedBoard(board, "main", BoardRules())
            let events = try await board.events {
                _ = try await board.applied("a", 5)
                _ = try await target.outcomes([ModelUpdate(user: "a", value: 5)])
                _ = try await target.outcomes([
                    ModelUpdate(user: "a", value: 2), ModelUpdate(user: "b", operation: .set, value: -3),
                    ModelUpdate(user: "b", operation: .set, value: -3), ModelUpdate(user: "a", value: 1),
                ])
            }.map { $0.replacing(/"time":\d+/, with: "\"time\":T").replacing(/"epoch":"\d+"/, with: "\"epoch\":\"E\"") }
            #expect(
                events == [
                    #"{"user_id":"a","score":5,"score_increase":5,"seq":1,"epoch":"E","time":T}"#,
                    #"{"user_id":"a","score":10,"score_increase":5,"seq":2,"epoch":"E","time":T}"#,
                    #"{"from":3,"updates":[{"user_id":"a","score":12,"score_increase":2},"#
                        + #"{"user_id":"b","score":-3,"score_increase":-3},{"user_id":"a","score":13,"score_increase":1}],"#
                        + #""seq":5,"epoch":"E","time":T}"#,
                ]
            )
            #expect(try await board.verify().isSound)
            let fields = try await board.command("XRANGE", board.keys.audit, "-", "+").array?.map {
                $0.array?[1].array?.map { $0.text ?? "?" } ?? []
            }
            #expect(
                fields?[0].dropLast(3).map { $0 }
                    == fields?[1].dropLast(3).map { $0 == "10" ? "5" : $0 == "2" ? "1" : $0 }
            )
            #expect(fields?[3].suffix(6).prefix(4) == ["op", "set", "value", "-3"])
        }
    }

    @Test("takes tokens one after the other, and knows the outcomes of leaderboard_update as that knows its own")
    func limits() async throws {
        try await withBoard(by: .update) { board in
            try await board.store.check(on: board.loop)
            var rules = BoardRules()
            rules.tokens = 3
            let limited = DefinedBoard(board, "limited", rules)
            let outcomes = try await limited.outcomes(Array(repeating: ModelUpdate(user: "a", value: 1), count: 5))
            #expect(outcomes == ["applied 1 1 0", "applied 2 2 0", "applied 3 3 0", "rate_limited", "rate_limited"])

            let main = DefinedBoard(board, "main", BoardRules())
            _ = try await board.applied("a", 5, key: "old")
            #expect(try await main.outcomes([ModelUpdate(user: "a", value: 5, key: "old")]) == ["replayed 5 1 1"])
            #expect(try await main.outcomes([ModelUpdate(user: "a", value: 6, key: "old")]) == ["key_reused"])
            _ = try await main.outcomes([ModelUpdate(user: "a", value: 7, key: "new")])
            guard case .applied(let replay) = try await board.apply("a", 7, key: "new") else {
                Issue.record("no replay")
                return
            }
            #expect(replay.isReplay && replay.score == 12 && replay.seq == 2)
        }
    }

    /// A token of theirs comes back in 4 microseconds. What their keys hold is a time long ago.
    @Test(
        "keeps no bucket that is full again before the call is over",
        arguments: [1, 3, 4, 64],
        [BoardRules.Ties.id, .first]
    )
    func fullBuckets(count: Int, ties: BoardRules.Ties) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let fast = DefinedBoard(board, "fast", BoardRules(ties: ties))
            let users = (0..<count).map { "user-\($0)" }
            for user in users { try await board.command("SET", fast.keys.name("limit:\(user)"), "5") }
            let outcomes = try await fast.outcomes(users.map { ModelUpdate(user: $0, value: 1) })
            #expect(outcomes.count == count && outcomes.allSatisfy { $0.hasPrefix("applied 1 ") })
            for user in users {
                let isLeft = try await board.command("GET", fast.keys.name("limit:\(user)")).text == "5"
                #expect(isLeft == (count >= 4))
            }
        }
    }

    @Test("keeps any other bucket until it is full", arguments: [1, 2])
    func slowBuckets(count: Int) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            var rules = BoardRules()
            rules.tokens = 3
            let slow = DefinedBoard(board, "slow", rules)
            let began = try await board.microseconds()
            _ = try await slow.outcomes((0..<count).map { ModelUpdate(user: "user-\($0)", value: 1) })
            let key = slow.keys.name("limit:user-0")
            let text = try await board.command("GET", key).text ?? ""
            let fullAt = try #require(Int(text))
            #expect(fullAt >= began + 1_200_000_000)
            #expect(try await board.command("PEXPIRETIME", key).integer == (fullAt + 999) / 1000)
        }
    }

    @Test("keeps the half that another service wrote", arguments: [BoardRules.Ties.id, .shared])
    func halves(ties: BoardRules.Ties) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let target = DefinedBoard(board, "b", BoardRules(ties: ties))
            try await board.command("ZADD", target.keys.scores, "1.5", "a", "0.1", "b")
            let updates = [
                ModelUpdate(user: "a", value: 1), ModelUpdate(user: "b", value: 2), ModelUpdate(user: "a", value: 1),
            ]
            #expect(try await target.outcomes(updates) == ["applied 2 1 0", "applied 2 2 0", "applied 3 3 0"])
            #expect(try await target.outcomes([ModelUpdate(user: "b", value: 1)]) == ["applied 3 4 0"])
            #expect(try await board.command("ZSCORE", target.keys.scores, "a").text == "3.5")
            #expect(try await board.command("ZSCORE", target.keys.scores, "b").text == "3.1000000000000001")
        }
    }

    @Test("writes what the audit has room for, and tells the others that they were not written")
    func fullAudit() async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let target = DefinedBoard(board, "main", BoardRules())
            let last = AuditID(milliseconds: .max, number: .max - 2).description
            try await board.command("XADD", board.keys.audit, last, "user", "x")
            let group = (1...4).map { ModelUpdate(user: "u\($0)", value: $0) }
            let outcomes = try await target.outcomes(group)
            #expect(outcomes.prefix(2) == ["applied 1 1 0", "applied 2 2 0"])
            #expect(outcomes.dropFirst(2).allSatisfy { $0.contains("NOAUDIT") }, "\(outcomes)")
            #expect(try await board.command("GET", board.keys.seq).text == "2")
            #expect(try await board.scores() == ["u1", "1", "u2", "2"])
            await #expect(throws: RedisError.self) { try await target.write(group) }
        }
    }

    @Test("that finds a key of another type writes nothing", arguments: BoardRules.Ties.allCases)
    func otherTypes(ties: BoardRules.Ties) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let target = DefinedBoard(board, "b", BoardRules(ties: ties))
            let keys = target.keys
            var needed = [
                keys.suspended, keys.audit, keys.seq, keys.epoch, keys.chain, keys.scores, keys.name("board"),
            ]
            if ties != .id && ties != .shared { needed.append(keys.name("at")) }
            if ties == .first || ties == .last { needed.append(keys.withheld) }
            for key in needed {
                for size in [1, 2] {
                    try await board.command("FLUSHALL")
                    try await board.command("GEOADD", key, "1", "1", "x")
                    if key == keys.scores || key == keys.withheld || key == keys.name("at") {
                        try await board.command("DEL", key)
                        try await board.command("LPUSH", key, "x")
                    }
                    let group = (1...size).map { ModelUpdate(user: "u\($0)", value: 1) }
                    await #expect(throws: RedisError.self, "\(key)") { try await target.write(group, stores: true) }
                    #expect(try await board.command("DBSIZE").integer == 1, "\(key)")
                }
            }
        }
    }

    @Test(
        "tells what counted, and nothing else, in a text where the caller wants that",
        arguments: ["0", "1", "2", "3"]
    )
    func texts(wants: String) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let target = DefinedBoard(board, "b", BoardRules())
            // By itself for the first time and again, with others, and twice in one group.
            let calls = [["a"], ["a"], ["b"], ["a", "b", "c"], ["a", "a"]].map {
                $0.map { ModelUpdate(user: $0, value: 2) }
            }
            var told: [String] = []
            for updates in calls + [
                [ModelUpdate(user: "a", value: 2, isRanked: true), ModelUpdate(user: "b", value: -1)]
            ] {
                var (names, words) = target.words(updates)
                words[9] = wants
                let reply = try await target.call("leaderboard_write", names, words)
                guard case .each(let outcomes)? = GroupReply(reply, count: updates.count) else {
                    Issue.record("\(reply)")
                    return
                }
                for (update, outcome) in zip(updates, outcomes) {
                    if outcome.array == nil { #expect(wants >= "2" && !update.isRanked && update.value > 0) }
                    switch UpdateOutcome(reply: outcome, rateLimit: RateLimit(updates: 60, interval: .seconds(60))) {
                    case .applied(let applied)?:
                        #expect(applied.time > 1_700_000_000_000 && applied.rateLimit.remaining < 60)
                        told.append("\(update.user) \(applied.score) \(applied.seq) \(applied.rank ?? 0)")
                    case let other: told.append("\(update.user) \(other.map { "\($0)" } ?? "none")")
                    }
                }
            }
            #expect(
                told == [
                    "a 2 1 0", "a 4 2 0", "b 2 3 0", "a 6 4 0", "b 4 5 0", "c 2 6 0", "a 8 7 0", "a 10 8 0", "a 12 9 1",
                    "b valueNotAllowed",
                ]
            )
            let hasDefinition = try await board.command("EXISTS", target.keys.name("board")).integer == 1
            #expect(hasDefinition == (wants == "1" || wants == "3"))
        }
    }

    @Test("stores a template's definition with its first change, and not before")
    func template() async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            var rules = BoardRules()
            rules.operators = [.incr]
            let target = DefinedBoard(board, "level-1", rules)
            _ = try await target.write([ModelUpdate(user: "a", operation: .set, value: 1)], stores: true)
            #expect(try await board.command("DBSIZE").integer == 0)
            _ = try await target.write([ModelUpdate(user: "a", value: 1)], stores: true)
            #expect(try await board.command("GET", target.keys.name("board")).text == rules.json)
            var other = target
            other.rules.version = "2"
            #expect(try await other.write([ModelUpdate(user: "a", value: 1)], stores: true).array?.last?.text == "1")
        }
    }

    @Test(
        "finds the place of a suspended user taken, who has no stamp and returns to it",
        arguments: [("a", "b"), ("b", "a")]
    )
    func suspendedPlace(one: String, other: String) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            for ties in [BoardRules.Ties.first, .last] {
                for ascends in [false, true] {
                    let rules = BoardRules(ties: ties, ascends: ascends)
                    let target = DefinedBoard(board, "\(ties)-\(ascends)", rules, isGiven: false)
                    try await board.command("SET", target.keys.name("board"), rules.json)
                    _ = try await target.outcomes([ModelUpdate(user: one, value: 5)])
                    _ = try await target.operate("suspend", on: one)
                    _ = try await target.outcomes([ModelUpdate(user: other, value: 5)])
                    _ = try await target.operate("reinstate", on: one)
                    let expected = ties == .first ? [one, other] : [other, one]
                    #expect(try await target.rows("page", "0", "9").map(\.user) == expected, "\(rules)")
                }
            }
        }
    }

    @Test(
        "comes behind all who have a stamp when the board lost its count, also where it was begun anew",
        arguments: [false, true]
    )
    func lostCount(isBegun: Bool) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let target = DefinedBoard(board, "b", BoardRules(ties: .first))
            for user in ["a", "b", "c"] { _ = try await target.outcomes([ModelUpdate(user: user, value: 1)]) }
            try await board.command("DEL", target.keys.seq)
            if isBegun {
                _ = try await target.call(
                    "leaderboard_begin",
                    [target.keys.seq, target.keys.epoch, target.keys.name("at")],
                    []
                )
            }
            _ = try await target.outcomes([ModelUpdate(user: "0", value: 1)])
            #expect(try await target.rows("page", "0", "9").map(\.user) == ["a", "b", "c", "0"])
            #expect(try await target.read("page", "0", "0")[1].integer ?? 0 > 1_700_000_000_000)
        }
    }
}
