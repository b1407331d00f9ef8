import Board
import Leaderboard
import NIOConcurrencyHelpers
import RedisClient
import Testing

@Suite("A verification of the audit")
struct VerificationTests {
    @Test("finds a board with every kind of change sound")
    func sound() async throws {
        try await withBoard { board in
            try await board.liveALittle()
            let report = try await board.verify()
            #expect(report.isSound, "\(report)")
            #expect(report.isWhole)
            #expect((report.wholeUsers, report.trimmedUsers, report.usersWithoutHistory) == (3, 0, 0))
        }
    }

    @Test("finds an entry that was removed", arguments: [1, 5, 9])
    func removed(index: Int) async throws {
        try await withBoard { board in
            for number in 1...10 { _ = try await board.applied("user\(number)", number) }
            let entries = try await board.audit()
            try await board.command("XDEL", board.keys.audit, entries[index].id.description)
            let report = try await board.verify()
            let fault = index == 9 ? AuditFault.end : .broken(entries[index + 1].id)
            #expect(report.faults == [fault])
        }
    }

    @Test("finds an entry whose fields were changed, whichever", arguments: ["user", "increase", "ip", "hash"])
    func edited(field: String) async throws {
        try await withBoard { board in
            for number in 1...5 { _ = try await board.applied("user\(number)", number) }
            let entries = try await board.audit()
            try await board.forge { entry in
                guard entry.id == entries[2].id else { return entry }
                return AuditEntry(
                    id: entry.id,
                    fields: entry.fields.map { .init(name: $0.name, value: $0.name == field ? "7" : $0.value) }
                )
            }
            #expect(try await board.verify().faults.first == .broken(entries[2].id))
        }
    }

    @Test("finds an entry that was moved in time")
    func moved() async throws {
        try await withBoard { board in
            for number in 1...5 { _ = try await board.applied("user\(number)", number) }
            let entries = try await board.audit()
            let moved = AuditID(milliseconds: entries[2].id.milliseconds, number: entries[2].id.number + 1000)
            try await board.forge { entry in
                entry.id >= entries[2].id
                    ? AuditEntry(
                        id: entry.id == entries[2].id
                            ? moved : AuditID(milliseconds: entry.id.milliseconds + 1, number: entry.id.number),
                        fields: entry.fields
                    ) : entry
            }
            #expect(try await board.verify().faultCount > 0)
        }
    }

    @Test("begins with the first entry there is, and tells users of whom it knows only a part")
    func trimmed() async throws {
        try await withBoard(.trimmed(5)) { board in
            try await board.command("CONFIG", "SET", "stream-node-max-entries", "1")
            for number in 1...10 { _ = try await board.applied("user\(number % 2)", number) }
            try await board.command("ZADD", board.keys.scores, "5", "stranger")
            _ = try await board.applied("new", 3)
            let report = try await board.verify()
            #expect(report.isSound, "\(report)")
            #expect(!report.isWhole)
            #expect((report.wholeUsers, report.trimmedUsers, report.usersWithoutHistory) == (1, 2, 1))
        }
    }

    @Test("finds scores that the audit does not explain, and a rebuild puts them right")
    func differences() async throws {
        try await withBoard { board in
            try await board.liveALittle()
            let before = try await board.scores()
            try await board.command("ZADD", board.keys.scores, "777", "alice")
            try await board.command("ZREM", board.keys.scores, "carol")
            try await board.command("ZINCRBY", board.keys.withheld, "1", "bob")
            let report = try await board.verify()
            #expect(report.faultCount == 0)
            #expect(report.differences.map(\.user.rawValue) == ["alice", "bob", "carol"])
            #expect(report.differences.first?.board == 777)
            #expect(try await board.store.rebuild(report, by: board.act(), on: board.loop) == 3)
            #expect(try await board.scores() == before)
            #expect(try await board.verify().isSound)
            #expect(try await board.audit().last?.action == .rebuild)
        }
    }

    @Test("of a whole audit finds points that no entry tells of, and a rebuild leaves them")
    func unexplained() async throws {
        try await withBoard { board in
            try await board.command("ZADD", board.keys.scores, "999999", "mallory", "7", "not ours\u{9B}", "0", "zero")
            try await board.command("ZADD", board.keys.withheld, "0", "mallory")
            #expect(try await board.verify().unexplained.map(\.user) == ["mallory", "not ours\u{9B}"])
            try await board.command("ZADD", board.keys.scores, "50", "before")
            try await board.liveALittle()
            _ = try await board.applied("before", 1)
            let report = try await board.verify()
            #expect(!report.isSound)
            #expect((report.isWhole, report.faultCount, report.differences.count) == (true, 0, 0))
            #expect(report.unexplained.map(\.user) == ["before", "mallory", "not ours\u{9B}"])
            #expect(report.unexplained.map(\.points) == [50, 999_999, 7])
            #expect(try await board.store.rebuild(report, by: board.act(), on: board.loop) == 0)
            #expect(try await board.score("mallory") == 999_999)
        }
    }

    @Test("finds a score that another writer showed of a suspended user")
    func suspendedAndShown() async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 50)
            _ = try await board.store.suspend(UserID("alice"), by: board.act(), on: board.loop)
            try await board.command("ZADD", board.keys.scores, "999", "alice")
            let report = try await board.verify()
            #expect(report.differences.map(\.board) == [999])
            _ = try await board.store.rebuild(report, by: board.act(), on: board.loop)
            #expect(try await board.verify().isSound)
            #expect(try await board.score("alice") == nil)
        }
    }

    @Test("finds an audit that was removed, before and after the next update")
    func removedWhole() async throws {
        try await withBoard { board in
            for number in 1...3 { _ = try await board.applied("user\(number)", number) }
            try await board.command("DEL", board.keys.audit, board.keys.chain)
            #expect(try await board.verify().faults == [.seq(board: 3, audit: 0)])
            _ = try await board.applied("user1", 1)
            let report = try await board.verify()
            #expect(report.faults == [.begunAnew(try await board.audit()[0].id)])
            #expect(!report.isWhole)
        }
    }

    @Test("finds a number that comes again", arguments: [0, 1, 2])
    func seqAgain(count: Int) async throws {
        try await withBoard { board in
            for _ in 0..<3 { _ = try await board.applied("alice", 5) }
            try await board.command("SET", board.keys.seq, "\(count)")
            _ = try await board.applied("alice", 5)
            let report = try await board.verify()
            #expect(report.faults == [.seqAgain(try await board.audit()[3].id, seq: count + 1)])
            #expect(!report.onlyScoresDiffer)
        }
    }

    @Test("takes a score that is gone for no other's, one or all", arguments: [true, false])
    func scoreGone(isAll: Bool) async throws {
        try await withBoard { board in
            for user in ["alice", "bob"] { _ = try await board.applied(user, 5) }
            if isAll {
                try await board.command("DEL", board.keys.scores)
            } else {
                try await board.command("ZREM", board.keys.scores, "alice")
            }
            let report = try await board.verify()
            #expect(!report.onlyScoresDiffer)
            #expect(report.differences.count { $0.lacksScore } == (isAll ? 2 : 1))
            #expect(Adoption(report).items.isEmpty)
            #expect(Adoption(report).left.count == (isAll ? 2 : 1))
        }
    }

    @Test("holds the board's count of its changes against the last entry")
    func seq() async throws {
        try await withBoard { board in
            #expect(try await board.verify().isSound)
            try await board.liveALittle()
            let seq = try #require(try await board.command("GET", board.keys.seq).integer)
            try await board.command("SET", board.keys.seq, "7")
            #expect(try await board.verify().faults == [.seq(board: 7, audit: seq)])
            try await board.command("DEL", board.keys.seq)
            #expect(try await board.verify().faults == [.seq(board: 0, audit: seq)])
        }
    }

    @Test("is right while updates run, and a rebuild loses none of them")
    func concurrent() async throws {
        try await withBoard { board in
            for number in 0..<1500 { _ = try await board.applied("user\(number % 700)", 5) }
            let isOver = NIOLockedValueBox(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for loop in board.loops {
                    group.addTask {
                        var number = 0
                        while !isOver.withLockedValue({ $0 }) {
                            _ = try await board.applied("user\(number % 700)", 1, on: loop)
                            number += 1
                        }
                    }
                }
                defer { isOver.withLockedValue { $0 = true } }
                #expect(try await board.verify().isSound)
                try await board.command("DEL", board.keys.scores)
                let report = try await board.verify()
                #expect(report.differences.count == 700)
                #expect(try await board.store.rebuild(report, by: board.act(), on: board.loop) == 700)
            }
            let report = try await board.verify()
            #expect(report.faultCount == 0)
            // Updates between the loss and the rebuild began at 0, and their entries say so: the sums hold all the same.
            #expect(report.differences.count == 0, "\(report.differences.prefix(3))")
        }
    }
}

extension TestBoard {
    func verify() async throws -> AuditReport {
        try await AuditVerification(store, on: loop).run()
    }

    func scores() async throws -> [String?] {
        try await command("ZRANGE", keys.scores, "0", "-1", "WITHSCORES").array?.map(\.text) ?? []
    }

    /// Updates, a suspension, reverts and an erasure.
    func liveALittle() async throws {
        for number in 1...20 { _ = try await applied(["alice", "bob", "carol", "dave"][number % 4], number) }
        _ = try await revert(.update(seq: 4))
        _ = try await store.suspend(UserID("bob"), by: act(), on: loop)
        _ = try await revert(.update(seq: 5))
        _ = try await store.erase(UserID("dave"), by: act(), on: loop)
        _ = try await store.suspend(UserID("alice"), by: act(), on: loop)
        _ = try await store.reinstate(UserID("alice"), by: act(), on: loop)
        _ = try await applied("carol", 1)
    }

    /// Writes the audit anew with its entries changed, as who may write in Redis could.
    func forge(_ change: (AuditEntry) -> AuditEntry) async throws {
        let entries = try await audit().map(change)
        try await command("DEL", keys.audit)
        for entry in entries {
            var add = RedisCommand("XADD", keys.audit, entry.id.description)
            for field in entry.fields {
                add.append(field.name)
                add.append(field.value)
            }
            _ = try await redis.send(add, on: loop)
        }
    }
}
