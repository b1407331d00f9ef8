import Board
import Leaderboard
import RedisClient
import Testing

@Suite("An erasure")
struct EraseTests {
    @Test("leaves nothing of the user's name in Redis, and what the others did as it was")
    func erases() async throws {
        try await withBoard(.tight(10_000)) { board in
            let alice = try UserID("alice")
            for number in 0..<1200 { _ = try await board.applied(number % 2 == 0 ? "alice" : "alice2", 1) }
            _ = try await board.applied("alice", 1, key: "k1")
            _ = try await board.applied("alice2", 1, key: "k2")
            let fraud = try await board.applied("alice", 1)
            _ = try await board.revert(.update(seq: fraud.seq))
            let others = try await board.wholeAudit().filter { $0.user == "alice2" }

            let erased = try await board.store.erase(alice, by: board.act(), on: board.loop)
            #expect((erased.auditEntries, erased.idempotencyKeys) == (603, 1))
            #expect(try await board.score("alice") == nil)
            for key in try await board.command("KEYS", "*").array?.compactMap(\.text) ?? [] {
                #expect(!key.hasSuffix(":alice") && !key.contains(":alice:"))
            }
            let entries = try await board.wholeAudit()
            #expect(!entries.contains { $0.fields.contains { $0.value == "alice" } })
            #expect(entries.filter { $0.user == "alice2" } == others)
            let kept = entries.filter { $0.user == erased.pseudonym && $0.action == .erased }
            #expect(kept.count == 603)
            #expect(kept.filter { $0["was"] == "update" }.map(\.increase) == Array(repeating: 1, count: 602))
            #expect(kept.last?.reverts == [fraud.seq])
            #expect(entries.contains { $0.action == .erase && $0.increase == -601 && $0["actor"] == "ops" })
        }
    }

    @Test("is told once by the audit of a board that nobody had changed")
    func first() async throws {
        try await withBoard(.tight(10)) { board in
            _ = try await board.store.erase(try UserID("alice"), by: board.act(), on: board.loop)
            #expect(try await board.wholeAudit().map(\.action) == [.erase])
        }
    }

    @Test("may be repeated, and the user may begin anew")
    func again() async throws {
        try await withBoard { board in
            let alice = try UserID("alice")
            _ = try await board.applied("alice", 50)
            _ = try await board.store.erase(alice, by: board.act(), on: board.loop)
            #expect(try await board.store.erase(alice, by: board.act(), on: board.loop).auditEntries == 0)
            #expect(try await board.applied("alice", 3).score == 3)
        }
    }

    @Test("does not lift a suspension")
    func suspended() async throws {
        try await withBoard { board in
            let alice = try UserID("alice")
            _ = try await board.applied("alice", 50)
            _ = try await board.store.suspend(alice, by: board.act(), on: board.loop)
            _ = try await board.store.erase(alice, by: board.act(), on: board.loop)
            #expect(try await board.apply("alice", 1) == .suspended)
            #expect(try await board.store.holding(of: alice, on: board.loop).withheld == nil)
        }
    }
}

@Suite("An export")
struct ExportTests {
    @Test("holds all that is kept of one user")
    func exports() async throws {
        try await withBoard(.tight(10)) { board in
            _ = try await board.applied("alice", 50, key: "key-1")
            _ = try await board.applied("bob", 60)
            let export = try await board.store.export(UserID("alice"), on: board.loop)
            #expect((export.holding.score, export.holding.rank, export.holding.isSuspended) == (50, 2, false))
            #expect(export.holding.bucketFullAt != nil)
            #expect(export.idempotencyKeys == ["key-1"])
            #expect(export.audit.map(\.user) == ["alice"])
            #expect(!export.isCut)
        }
    }
}
