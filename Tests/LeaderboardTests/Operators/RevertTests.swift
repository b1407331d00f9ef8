import Board
import NIOConcurrencyHelpers
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("A revert")
struct RevertTests {
    @Test("takes back what one update added, once")
    func oneUpdate() async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 50)
            let fraud = try await board.applied("alice", 400)
            _ = try await board.applied("alice", 7)
            let first = try #require(try await board.revert(.update(seq: fraud.seq)))
            #expect((first.updates, first.points, first.score) == (1, 400, 57))
            let second = try #require(try await board.revert(.update(seq: fraud.seq)))
            #expect((second.updates, second.points, second.score) == (0, 0, 57))
            #expect(try await board.score("alice") == 57)
            let entry = try #require(try await board.audit().last)
            #expect(entry.action == .revert)
            #expect((entry.user, entry["actor"], entry.increase, entry.score) == ("alice", "ops", -400, 57))
            #expect(entry.reverts == [fraud.seq])
        }
    }

    @Test("of a time takes the updates of that time, and of another user none")
    func window() async throws {
        try await withBoard { board in
            let times = try await [10, 20, 40].asyncMap { increase in
                let time = try await board.applied("alice", increase).time
                try await until { try await board.now() > time + 1 }
                return time
            }
            _ = try await board.applied("bob", 5)
            let alice = try UserID("alice")
            let middle = try await board.revert(.updates(of: alice, since: times[1] - 1, until: times[1] + 1))
            #expect(middle?.points == 20)
            #expect(try await board.score("alice") == 50)
            let all = try await board.revert(.updates(of: alice, since: nil, until: nil))
            #expect((all?.updates, all?.points, all?.score) == (2, 50, 0))
            #expect(try await board.score("bob") == 5)
        }
    }

    @Test("of many updates is several steps, each counted once", arguments: [1, 500, 501, 1300])
    func batches(count: Int) async throws {
        try await withBoard { board in
            try await withThrowingTaskGroup { group in
                for _ in 0..<count { group.addTask { _ = try await board.applied("alice", 3) } }
                try await group.waitForAll()
            }
            let result = try await board.revert(.updates(of: UserID("alice"), since: nil, until: nil))
            #expect((result?.updates, result?.points, result?.score) == (count, 3 * count, 0))
            #expect(try await board.audit().filter { $0.action == .revert }.count == (count + 499) / 500)
        }
    }

    @Test("while updates run, and beside others, loses and doubles nothing")
    func concurrent() async throws {
        try await withBoard { board in
            for _ in 0..<300 { _ = try await board.applied("alice", 10) }
            let isOver = NIOLockedValueBox(false)
            let later = try await withThrowingTaskGroup(of: Int.self) { group in
                for loop in board.loops {
                    group.addTask {
                        var sum = 0
                        while !isOver.withLockedValue({ $0 }) {
                            _ = try await board.applied("alice", 1, on: loop)
                            sum += 1
                        }
                        return sum
                    }
                }
                defer { isOver.withLockedValue { $0 = true } }
                try await withThrowingTaskGroup(of: Void.self) { reverts in
                    for seq in 1...40 { reverts.addTask { _ = try await board.revert(.update(seq: seq)) } }
                    for _ in 0..<3 {
                        reverts.addTask {
                            _ = try await board.revert(.updates(of: UserID("alice"), since: nil, until: nil))
                        }
                    }
                    try await reverts.waitForAll()
                }
                isOver.withLockedValue { $0 = true }
                return try await group.reduce(0, +)
            }
            let entries = try await board.wholeAudit()
            let reverted = Set(entries.flatMap(\.reverts))
            #expect(reverted.isSuperset(of: 1...300))
            #expect(entries.flatMap(\.reverts).count == reverted.count)
            let rest = entries.filter { $0.action == .update && !reverted.contains($0.seq ?? 0) }.map(\.increase)
            #expect(later > 0)
            #expect(try await board.score("alice") == rest.reduce(0, +))
        }
    }

    @Test("never lowers a score below what the rest adds up to, even if another service has lowered it")
    func floor() async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 30)
            let fraud = try await board.applied("alice", 50)
            try await board.command("ZADD", board.keys.scores, "40", "alice")
            let result = try await board.revert(.update(seq: fraud.seq))
            #expect((result?.updates, result?.points, result?.score) == (1, 10, 30))
        }
    }

    @Test("of a suspended user lowers the score that is kept, and shows nothing")
    func withheld() async throws {
        try await withBoard { board in
            let alice = try UserID("alice")
            let fraud = try await board.applied("alice", 50)
            _ = try await board.applied("alice", 6)
            _ = try await board.store.suspend(alice, by: board.act(), on: board.loop)
            #expect(try await board.revert(.update(seq: fraud.seq))?.score == 6)
            #expect(try await board.score("alice") == nil)
            _ = try await board.store.reinstate(alice, by: board.act(), on: board.loop)
            #expect(try await board.score("alice") == 6)
        }
    }

    @Test("finds nothing to take back where there is nothing")
    func nothing() async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 50)
            #expect(try await board.revert(.update(seq: 99)) == nil)
            #expect(try await board.revert(.updates(of: UserID("bob"), since: nil, until: nil)) == nil)
            let none = try await board.revert(.updates(of: UserID("alice"), since: nil, until: 1))
            #expect((none?.updates, none?.score) == (0, 50))
        }
    }

    @Test("is what the audit says of it, whatever became of other keys")
    func marksDeleted() async throws {
        try await withBoard { board in
            let fraud = try await board.applied("alice", 400)
            _ = try await board.applied("alice", 7)
            _ = try await board.revert(.update(seq: fraud.seq))
            try await board.command("DEL", board.keys.reverted)
            let alice = try UserID("alice")
            #expect(try await board.revert(.update(seq: fraud.seq))?.points == 0)
            #expect(try await board.score("alice") == 7)
            // Somebody else's mark, by the same number.
            try await board.command("ZADD", board.keys.reverted, "2", "2")
            let preview = try await board.store.revertPreview(
                .updates(of: alice, since: nil, until: nil),
                on: board.loop
            )
            #expect(preview?.points == 7)
            #expect(try await board.revert(.updates(of: alice, since: nil, until: nil)) == preview)
            #expect(try await board.verify().isSound)
        }
    }

    @Test("of updates that have one number takes each back once, and what it showed before")
    func numbersTwice() async throws {
        try await withBoard { board in
            for user in ["alice", "bob", "alice"] { _ = try await board.applied(user, 10) }
            try await board.command("SET", board.keys.seq, "0")
            for user in ["bob", "alice", "alice"] { _ = try await board.applied(user, 3) }
            #expect(try await board.verify().faultCount == 1)
            // The last one with the number.
            let bob = try await board.revert(.update(seq: 1))
            #expect((bob?.user.rawValue, bob?.points) == ("bob", 3))
            let alice = try UserID("alice")
            #expect(try await board.revert(.update(seq: 3))?.points == 3)
            for _ in 0..<2 {
                let all = RevertSelection.updates(of: alice, since: nil, until: nil)
                let preview = try await board.store.revertPreview(all, on: board.loop)
                #expect(try await board.revert(all) == preview)
                #expect(preview?.score == 0)
            }
            #expect(try await board.score("bob") == 10)
            let entries = try await board.audit()
            #expect(entries.last?.reverts == [1, 2])
            #expect(entries.last?.revertedEntries == [entries[2].id])
        }
    }

    @Test("by an instance of an earlier release takes back none that this one took, and the other way round")
    func earlierRelease() async throws {
        try await withBoard { board in
            for _ in 0..<3 { _ = try await board.applied("alice", 10) }
            _ = try await board.revert(.update(seq: 1))
            let alice = try UserID("alice")
            let seen = try await board.store.lastAuditID(on: board.loop)
            let words = [seen.description, "20", "1", "10", "2", "10"]
            let call = board.store.calls.operation("revert", user: alice, by: try board.act(), words)
            let reply = try await board.store.operate(call, on: board.loop)
            #expect(reply.map(\.integer) == [nil, 1, 10, 10])
            #expect(try await board.revert(.updates(of: alice, since: nil, until: nil))?.points == 10)
            #expect(try await board.score("alice") == 0)
        }
    }

    @Test("forgets its marks of updates that the audit has forgotten")
    func marksAreBounded() async throws {
        var options = StoreOptions.generous
        options.auditMaxEntries = 1
        try await withBoard(options) { board in
            let first = try await board.applied("alice", 5)
            _ = try await board.revert(.update(seq: first.seq))
            #expect(try await board.command("ZCARD", board.keys.reverted).integer == 1)
            for _ in 0..<300 { _ = try await board.applied("alice", 1) }
            let last = try await board.applied("alice", 9)
            _ = try await board.revert(.update(seq: last.seq))
            #expect(
                try await board.command("ZRANGE", board.keys.reverted, "0", "-1").array?.map(\.text) == ["\(last.seq)"]
            )
        }
    }
}

extension TestBoard {
    func now() async throws -> Int {
        try await microseconds() / 1000
    }

    func wholeAudit() async throws -> [AuditEntry] {
        var entries: [AuditEntry] = []
        var cursor: AuditID?
        repeat {
            let page = try await store.audit(AuditFilter(), before: cursor, limit: 1000, on: loop)
            entries += page.entries
            cursor = page.next
        } while cursor != nil
        return entries.reversed()
    }
}

extension Array {
    fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
