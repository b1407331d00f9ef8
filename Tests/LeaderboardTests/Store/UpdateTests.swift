import Board
import Leaderboard
import RedisClient
import TestSupport
import Testing

@Suite("An update in Redis")
struct UpdateTests {
    @Test("adds up, counts on, and leaves its trace in the audit", arguments: UpdateFunction.allCases)
    func applies(function: UpdateFunction) async throws {
        try await withBoard(by: function) { board in
            let first = try await board.applied("alice", 50, withRank: true)
            let second = try await board.applied("bob", 120, withRank: true)
            let third = try await board.applied("alice", 100)

            #expect([first.score, second.score, third.score] == [50, 120, 150])
            #expect([first.seq, second.seq, third.seq] == [1, 2, 3])
            #expect([first.rank, second.rank, third.rank] == [1, 1, nil])
            #expect(!third.isReplay)
            #expect(third.time >= first.time && first.time > 1_700_000_000_000)
            let entries = try await board.command("XRANGE", board.keys.audit, "-", "+").array
            #expect(entries?.count == 3)
            #expect(
                entries?.last?.array?.last?.array?.dropLast().map(\.text)
                    == [
                        "user", "alice", "increase", "100", "score", "150", "seq", "3", "ip", "192.0.2.1", "request",
                        "request-1", "hash",
                    ]
            )
        }
    }

    @Test("of zero enters the user on the board", arguments: UpdateFunction.allCases)
    func zero(function: UpdateFunction) async throws {
        try await withBoard(by: function) { board in
            let update = try await board.applied("alice", 0, withRank: true)
            #expect(update.score == 0)
            #expect(update.rank == 1)
            #expect(try await board.command("ZSCORE", board.keys.scores, "alice").text == "0")
        }
    }

    @Test("of a suspended user writes nothing, until the user is reinstated", arguments: UpdateFunction.allCases)
    func suspended(function: UpdateFunction) async throws {
        try await withBoard(by: function) { board in
            try await board.command("SADD", board.keys.suspended, "alice")
            #expect(try await board.apply("alice", 50) == .suspended)
            #expect(try await board.apply("alice", 50, key: "k") == .suspended)
            #expect(try await board.command("KEYS", "*").array?.map(\.text) == [board.keys.suspended])
            try await board.command("SREM", board.keys.suspended, "alice")
            #expect(try await board.applied("alice", 50, key: "k").score == 50)
        }
    }

    @Test("takes a token, and is refused for want of one without a trace", arguments: UpdateFunction.allCases)
    func rateLimited(function: UpdateFunction) async throws {
        try await withBoard(.tight(2), by: function) { board in
            #expect(try await board.applied("alice", 1).rateLimit.remaining == 1)
            #expect(try await board.applied("alice", 1).rateLimit.remaining == 0)
            guard case .rateLimited(let state) = try await board.apply("alice", 1, key: "k") else {
                Issue.record("not limited")
                return
            }
            #expect(state.limit == 2)
            #expect(state.remaining == 0)
            #expect((3590...3600).contains(state.retryAfterSeconds))
            #expect(try await board.command("GET", board.keys.seq).integer == 2)
            #expect(
                try await board.command("EXISTS", board.keys.idem(UserID("alice"), IdempotencyKey("k"))).integer == 0
            )
            #expect(try await board.applied("bob", 1).rateLimit.remaining == 1)
        }
    }

    @Test("leaves no token bucket behind once it is full again", arguments: UpdateFunction.allCases)
    func bucketExpires(function: UpdateFunction) async throws {
        var options = StoreOptions()
        options.definition.rateLimit = RateLimit(updates: 100, interval: .seconds(1))
        try await withBoard(options, by: function) { board in
            _ = try await board.applied("alice", 1)
            let key = board.keys.limit(try UserID("alice"))
            try await until { try await board.command("EXISTS", key).integer == 0 }
            #expect(try await board.applied("alice", 1).rateLimit.remaining == 99)
        }
    }

    @Test("reaches 2^53-1 exactly, and not one more", arguments: UpdateFunction.allCases)
    func scoreLimit(function: UpdateFunction) async throws {
        try await withBoard(.tight(3), by: function) { board in
            try await board.command("ZADD", board.keys.scores, "9007199254740940", "alice")
            #expect(try await board.applied("alice", 50).score == ScoreRange.limit - 1)
            guard case .scoreLimit(let state, window: nil) = try await board.apply("alice", 2, key: "k") else {
                Issue.record("not refused")
                return
            }
            #expect(state.remaining == 2)
            let last = try await board.applied("alice", 1, key: "k")
            #expect(last.score == ScoreRange.limit)
            #expect(last.seq == 2)
            #expect(try await board.applied("alice", 0).score == ScoreRange.limit)
            #expect(try await board.command("ZSCORE", board.keys.scores, "alice").text == "9007199254740991")
            #expect(
                try await board.command("XREVRANGE", board.keys.audit, "+", "-", "COUNT", "1").array?.first?.array?
                    .last?
                    .array?[5].text == "9007199254740991"
            )
        }
    }

    @Test("counts on exactly from a sequence number of any size", arguments: UpdateFunction.allCases)
    func largeSeq(function: UpdateFunction) async throws {
        try await withBoard(by: function) { board in
            _ = try await board.applied("alice", 1)
            try await board.command("SET", board.keys.seq, "9007199254740000")
            #expect(try await board.applied("alice", 1).seq == 9_007_199_254_740_001)
        }
    }

    @Test(
        "shows scores that another service wrote as the whole numbers that the contract knows",
        arguments: [
            ("1.5", 1), ("-1.5", -2), ("-0", 0), ("9007199254740993", ScoreRange.limit), ("inf", ScoreRange.limit),
            ("-inf", -ScoreRange.limit), ("-9007199254740991", -ScoreRange.limit),
        ]
    )
    func foreignScores(written: String, shown: Int) async throws {
        try await withBoard { board in
            try await board.command("ZADD", board.keys.scores, written, "alice")
            #expect(
                try await board.store.standings(offset: 0, limit: 1, on: board.loop).standings.first?.score == shown
            )
            #expect(try await board.store.standing(of: UserID("alice"), on: board.loop).score == shown)
        }
    }

    @Test("trims the audit to about the length asked for", arguments: UpdateFunction.allCases)
    func auditLength(function: UpdateFunction) async throws {
        var options = StoreOptions.generous
        options.auditMaxEntries = 100
        try await withBoard(options, by: function) { board in
            for _ in 0..<500 { _ = try await board.applied("alice", 1) }
            let length = try await board.command("XLEN", board.keys.audit).integer
            #expect((100...250).contains(length ?? 0))
        }
    }

    @Test(
        "by another service meets the same checks",
        arguments: [
            ["a b", "1"], ["", "1"], ["é", "1"], ["a\"", "1"], [String(repeating: "x", count: 129), "1"],
            ["alice", "1.5"], ["alice", "1e3"], ["alice", "0x10"], ["alice", " 1"], ["alice", ""], ["alice", "nan"],
            ["alice", "9007199254740992"],
        ]
    )
    func wrongArguments(words: [String]) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let error = await #expect(throws: RedisError.self) {
                try await board.call(user: words[0], increase: words[1])
            }
            guard case .refused(let refusal) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(refusal.code == "BADARG")
            #expect(try await board.command("DBSIZE").integer == 0)
            #expect(try await board.call(user: "alice", increase: "-5").array?[1].integer == -5)
        }
    }

    @Test(
        "makes an epoch with the board, keeps it, and makes another when Redis was wiped",
        arguments: UpdateFunction.allCases
    )
    func epoch(function: UpdateFunction) async throws {
        try await withBoard(by: function) { board in
            #expect(try await board.position() == Cursor(epoch: "0", seq: 0))
            _ = try await board.applied("alice", 1)
            let first = try await board.position()
            _ = try await board.applied("alice", 1)
            #expect(try await board.position() == Cursor(epoch: first.epoch, seq: 2))
            try await board.command("FLUSHALL")
            #expect(try await board.position() == Cursor(epoch: "0", seq: 0))
            _ = try await board.applied("alice", 1)
            let second = try await board.position()
            #expect(second.seq == 1)
            #expect(second.epoch != first.epoch)
            try await board.command("DEL", board.keys.seq)
            _ = try await board.applied("alice", 1)
            #expect(try await board.position().epoch != second.epoch)
        }
    }
}

extension TestBoard {
    func position() async throws -> Cursor {
        try await store.standings(offset: 0, limit: 1, on: loop).cursor
    }

    /// As another service calls it.
    func call(user: String, increase: String) async throws(RedisError) -> RESPValue {
        try await command(
            "FCALL",
            "leaderboard_update",
            "7",
            keys.scores,
            keys.audit,
            keys.suspended,
            keys.seq,
            keys.epoch,
            keys.chain,
            "lb:{main}:limit:x",
            user,
            increase,
            "60",
            "1000000",
            "1000",
            "86400000",
            "0",
            keys.channel,
            "",
            ""
        )
    }
}
