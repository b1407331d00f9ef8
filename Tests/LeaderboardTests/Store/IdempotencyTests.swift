import Board
import Leaderboard
import RedisClient
import TestSupport
import Testing

@Suite("An idempotency key")
struct IdempotencyTests {
    @Test("makes a retry return the first outcome, add nothing and take no token", arguments: UpdateFunction.allCases)
    func replay(function: UpdateFunction) async throws {
        try await withBoard(.tight(3), by: function) { board in
            let first = try await board.applied("alice", 50, key: "k")
            _ = try await board.applied("bob", 500)
            _ = try await board.applied("alice", 7)
            let replay = try await board.applied("alice", 50, key: "k", withRank: true, on: board.loops[1])

            #expect(replay.isReplay)
            #expect(replay.score == 50)
            #expect(replay.seq == 1)
            #expect(replay.rank == 1)
            #expect(replay.time == first.time)
            #expect(replay.rateLimit.remaining == 1)
            #expect(try await board.command("ZSCORE", board.keys.scores, "alice").text == "57")
            #expect(try await board.command("XLEN", board.keys.audit).integer == 3)
        }
    }

    @Test(
        "that has something else than an outcome has none: the update counts, and its retry is answered",
        arguments: [
            "", "garbage", "50 x y z 1", "50 1 1 1", "50 1 1 1 1 1", "50 inf 1 1 1", "50 1 0 1 1", "50 1.5 1 1 1",
            "x 1 1 1 1",
            "50 1 1 1 nan", "50 1 1 1 -1", "50 9007199254740992 1 1 1", "50 1 1 -1 1", "50.0 1 1 1 1",
        ]
    )
    func damaged(text: String) async throws {
        for function in UpdateFunction.allCases { try await damaged(text, function) }
    }

    private func damaged(_ text: String, _ function: UpdateFunction) async throws {
        try await withBoard(by: function) { board in
            try await board.command("SET", board.keys.idem(UserID("alice"), IdempotencyKey("k")), text)
            let first = try await board.applied("alice", 50, key: "k")
            #expect(!first.isReplay)
            let replay = try await board.applied("alice", 50, key: "k")
            #expect(replay.isReplay)
            #expect(replay.score == 50)
        }
    }

    @Test("is answered even when the token bucket is empty", arguments: UpdateFunction.allCases)
    func replayBeyondLimit(function: UpdateFunction) async throws {
        try await withBoard(.tight(1), by: function) { board in
            _ = try await board.applied("alice", 50, key: "k")
            let replay = try await board.applied("alice", 50, key: "k")
            #expect(replay.isReplay)
            #expect(replay.rateLimit.remaining == 0)
        }
    }

    @Test("refuses another increase, and another increase only", arguments: UpdateFunction.allCases)
    func reused(function: UpdateFunction) async throws {
        try await withBoard(by: function) { board in
            _ = try await board.applied("alice", 50, key: "k")
            #expect(try await board.apply("alice", 51, key: "k") == .idempotencyKeyReused)
            #expect(try await board.applied("alice", 50, key: "k").isReplay)
            #expect(try await board.command("ZSCORE", board.keys.scores, "alice").text == "50")
        }
    }

    @Test("is one user's own, even where user ids and keys hold colons", arguments: UpdateFunction.allCases)
    func perUser(function: UpdateFunction) async throws {
        try await withBoard(by: function) { board in
            for (user, key) in [("a", "b:c"), ("a:b", "c"), ("a", "c"), ("a:", "b:c")] {
                let update = try await board.applied(user, 50, key: key)
                #expect(!update.isReplay)
            }
        }
    }

    @Test("is forgotten after its lifetime", arguments: UpdateFunction.allCases)
    func expiry(function: UpdateFunction) async throws {
        var options = StoreOptions.generous
        options.idempotencyLifetime = .milliseconds(20)
        try await withBoard(options, by: function) { board in
            _ = try await board.applied("alice", 50, key: "k")
            let stored = board.keys.idem(try UserID("alice"), try IdempotencyKey("k"))
            try await until { try await board.command("EXISTS", stored).integer == 0 }
            let again = try await board.applied("alice", 50, key: "k")
            #expect(!again.isReplay)
            #expect(again.score == 100)
        }
    }

    @Test("counts once when many connections send it at the same moment", arguments: UpdateFunction.allCases)
    func concurrent(function: UpdateFunction) async throws {
        try await withBoard(by: function) { board in
            let updates = try await withThrowingTaskGroup(of: AppliedUpdate.self) { group in
                for index in 0..<50 {
                    group.addTask { try await board.applied("alice", 50, key: "k", on: board.loops[index % 2]) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(updates.count { !$0.isReplay } == 1)
            #expect(updates.allSatisfy { $0.score == 50 && $0.seq == 1 })
            #expect(try await board.command("ZSCORE", board.keys.scores, "alice").text == "50")
        }
    }
}
