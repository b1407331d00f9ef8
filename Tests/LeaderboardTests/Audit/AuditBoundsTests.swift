import Board
import RedisClient
import Testing

@testable import Leaderboard

@Suite("The audit's numbers at their bounds")
struct AuditBoundsTests {
    @Test(
        "an id is any two numbers of 64 bits, as Redis writes them",
        arguments: [
            "0-0", "0-1", "1732400000000-0", "2147483648-4294967296", "9007199254740992-1", "9223372036854775807-0",
            "9223372036854775808-9223372036854775808", "18446744073709551615-18446744073709551615",
        ]
    )
    func ids(text: String) throws {
        let id = try #require(AuditID(text))
        #expect(id.description == text)
        #expect(id >= .zero && id <= .last)
    }

    @Test(
        "nothing else is an id",
        arguments: [
            "", "-", "--", "1", "1-", "-1", "-1-0", "1--1", "1-0-0", "01-0", "1-00", "+1-0", "1-+0", " 1-0", "1-0\n",
            "1_0-0",
            "18446744073709551616-0", "0-18446744073709551616", "١-0", "1\u{301}-0",
        ]
    )
    func noIDs(text: String) {
        #expect(AuditID(text) == nil)
    }

    @Test(
        "a sum is exact beyond what an integer of 64 bits holds, and then no score",
        arguments: [(1, true), (-1, true), (1026, false), (-1026, false), (1_000_000, false)]
    )
    func sums(count: Int, isScore: Bool) {
        var sum = PointsSum()
        for _ in 0..<count.magnitude { sum += count.signum() * ScoreRange.limit }
        #expect(sum.description == "\(Int128(count) * Int128(ScoreRange.limit))")
        #expect((sum.score != nil) == isScore)
        for _ in 0..<count.magnitude { sum += -count.signum() * ScoreRange.limit }
        #expect(sum == 0)
    }

    @Test(
        "a reply's score is within 2^53 - 1, its count from 0 to that",
        arguments: [
            (0, true, true), (1, true, true), (-1, true, false), (1 << 31, true, true), (1 << 32, true, true),
            (ScoreRange.limit, true, true), (-ScoreRange.limit, true, false), (1 << 53, false, false),
            (-(1 << 53), false, false), (Int.max, false, false), (Int.min, false, false),
        ]
    )
    func replies(number: Int, isScore: Bool, isCount: Bool) {
        for reply in [RESPValue.integer(number), .string(Array("\(number)".utf8))] {
            #expect(reply.score == (isScore ? number : nil))
            #expect(reply.count == (isCount ? number : nil))
        }
    }

    @Test("a user's increases may add up to more than 2^63: a revert says so in words", arguments: [1, -1])
    func revert(sign: Int) async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 7)
            let fraud = try await board.applied("alice", 5)
            try await board.forgeUpdates(of: "alice", count: 1030, increase: sign * ScoreRange.limit)
            let alice = try UserID("alice")
            for selection in [RevertSelection.update(seq: fraud.seq), .updates(of: alice, since: nil, until: nil)] {
                await #expect(throws: ScoreStoreError.unsoundAudit(of: alice)) { try await board.revert(selection) }
            }
            #expect(try await board.score("alice") == 12)
            _ = try await board.applied("bob", 50)
            let reverted = try await board.revert(.updates(of: UserID("bob"), since: nil, until: nil))
            #expect(reverted?.points == 50)
        }
    }

    @Test("a verification tells such a sum as it is, and a rebuild refuses before it begins", arguments: [1, -1])
    func rebuild(sign: Int) async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 7)
            _ = try await board.applied("bob", 7)
            try await board.command("ZADD", board.keys.scores, "999", "bob")
            try await board.forgeUpdates(of: "alice", count: 1030, increase: sign * ScoreRange.limit)
            let report = try await AuditVerification(board.store, on: board.loop).run()
            let alice = try #require(report.differences.first { $0.user.rawValue == "alice" })
            #expect(alice.audit.sum?.description == "\(7 + 1030 * Int128(sign) * Int128(ScoreRange.limit))")
            await #expect(throws: ScoreStoreError.unsoundAudit(of: alice.user)) {
                try await board.store.rebuild(report, by: board.act(), on: board.loop)
            }
            #expect(try await board.score("bob") == 999)
        }
    }

    @Test("entries with the largest ids are read, and the audit behind them as well")
    func largestIDs() async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 7)
            for id in ["9223372036854775808-0", "18446744073709551615-18446744073709551615"] {
                try await board.command("XADD", board.keys.audit, id, "user", "bob", "increase", "1")
            }
            let entries = try await board.audit()
            #expect(entries.map(\.user) == ["alice", "bob", "bob"])
            #expect(entries.last?.id == .last)
            let page = try await board.store.audit(AuditFilter(since: 1), before: .last, limit: 10, on: board.loop)
            #expect(page.entries.map(\.user) == ["bob", "alice"])
            let old = try await board.store.audit(AuditFilter(until: .max), before: nil, limit: 10, on: board.loop)
            #expect(old.entries.map(\.user) == ["alice"])
            _ = try await AuditVerification(board.store, on: board.loop).run()
        }
    }
}

extension TestBoard {
    /// Entries of another writer, which no score stands behind.
    fileprivate func forgeUpdates(of user: String, count: Int, increase: Int) async throws {
        try await withThrowingTaskGroup { tasks in
            for _ in 0..<count {
                tasks.addTask {
                    try await self.command("XADD", self.keys.audit, "*", "user", user, "increase", "\(increase)")
                }
            }
            try await tasks.waitForAll()
        }
    }
}
