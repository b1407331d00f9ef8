import Board
import Leaderboard
import RedisClient
import Testing

@Suite("Suspension")
struct SuspensionTests {
    @Test("takes the user off the board and keeps the score, until the user is reinstated")
    func suspends() async throws {
        try await withBoard { board in
            let alice = try UserID("alice")
            _ = try await board.applied("alice", 50)
            _ = try await board.applied("bob", 20)
            #expect(try await board.store.suspend(alice, by: board.act("bot"), on: board.loop).hasChanged)
            #expect(try await board.apply("alice", 5) == .suspended)
            #expect(try await board.score("alice") == nil)
            #expect(
                try await board.store.standings(offset: 0, limit: 10, on: board.loop).standings.map(\.user) == ["bob"]
            )
            #expect(try await board.store.holding(of: alice, on: board.loop).withheld == 50)

            #expect(try await board.store.reinstate(alice, by: board.act(), on: board.loop).hasChanged)
            #expect(try await board.score("alice") == 50)
            #expect(try await board.applied("alice", 5).score == 55)
            #expect(try await board.store.holding(of: alice, on: board.loop).withheld == nil)

            let entry = try #require(try await board.audit().first { $0.action == .suspend })
            #expect(entry.user == "alice")
            #expect(entry["actor"] == "ops")
            #expect(entry["reason"] == "bot")
            #expect(entry["ip"] == "198.51.100.7")
            #expect((entry.score, entry.increase, entry.seq) == (50, 0, 3))
        }
    }

    @Test("is one thing, however often it is asked for")
    func idempotent() async throws {
        try await withBoard { board in
            let alice = try UserID("alice")
            _ = try await board.applied("alice", 50)
            for isFirst in [true, false, false] {
                #expect(try await board.store.suspend(alice, by: board.act(), on: board.loop).hasChanged == isFirst)
            }
            for isFirst in [true, false] {
                #expect(try await board.store.reinstate(alice, by: board.act(), on: board.loop).hasChanged == isFirst)
            }
            #expect(try await board.audit().map(\.action) == [.update, .suspend, .reinstate])
            #expect(try await board.score("alice") == 50)
        }
    }

    @Test("of somebody who has no score yet keeps him from getting one")
    func unknown() async throws {
        try await withBoard { board in
            let alice = try UserID("alice")
            #expect(try await board.store.suspend(alice, by: board.act(), on: board.loop).hasChanged)
            #expect(try await board.apply("alice", 5) == .suspended)
            #expect(try await board.store.reinstate(alice, by: board.act(), on: board.loop).hasChanged)
            #expect(try await board.score("alice") == nil)
            #expect(try await board.applied("alice", 5).score == 5)
        }
    }

    @Test("outlasts what another service writes meanwhile: it does not count")
    func foreignWrites() async throws {
        try await withBoard { board in
            let alice = try UserID("alice")
            _ = try await board.applied("alice", 50)
            _ = try await board.store.suspend(alice, by: board.act(), on: board.loop)
            try await board.command("ZADD", board.keys.scores, "999", "alice")
            #expect(try await board.store.suspend(alice, by: board.act(), on: board.loop).hasChanged)
            #expect(try await board.score("alice") == nil)
            try await board.command("ZADD", board.keys.scores, "999", "alice")
            _ = try await board.store.reinstate(alice, by: board.act(), on: board.loop)
            #expect(try await board.score("alice") == 50)
        }
    }
}
