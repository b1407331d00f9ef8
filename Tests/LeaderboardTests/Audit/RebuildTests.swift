import Board
import Leaderboard
import NIOConcurrencyHelpers
import RedisClient
import Testing

@Suite("A rebuild")
struct RebuildTests {
    @Test("makes the whole set anew, with those who have 0, and without those who were erased")
    func whole() async throws {
        try await withBoard { board in
            try await board.liveALittle()
            for user in ["zero", "hidden", "gone"] { _ = try await board.applied(user, 0) }
            let reverted = try await board.applied("reverted", 7)
            _ = try await board.revert(.update(seq: reverted.seq))
            for user in ["hidden", "unknown"] {
                _ = try await board.store.suspend(UserID(user), by: board.act(), on: board.loop)
            }
            _ = try await board.store.erase(UserID("gone"), by: board.act(), on: board.loop)
            let (scores, withheld) = (try await board.scores(), try await board.withheld())
            #expect(try await board.verify().isSound)
            try await board.command("DEL", board.keys.scores, board.keys.withheld)
            let report = try await board.verify()
            #expect(!report.isSound)
            #expect(
                report.differences.map(\.user.rawValue) == ["alice", "bob", "carol", "hidden", "reverted", "zero"]
            )
            _ = try await board.store.rebuild(report, by: board.act(), on: board.loop)
            #expect(try await board.scores() == scores)
            #expect(try await board.withheld() == withheld)
            #expect(try await board.verify().isSound)
        }
    }

    @Test("tells who has no history, up to 100 by name")
    func withoutHistory() async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 1)
            for number in 100..<250 { try await board.command("ZADD", board.keys.scores, "5", "stranger\(number)") }
            let report = try await board.verify()
            #expect(report.usersWithoutHistory == 150)
            #expect(report.someWithoutHistory == (100..<200).map { "stranger\($0)" })
        }
    }

    @Test(
        "from a backup, of a board that lost everything, goes on where the backup ended",
        arguments: [false, true]
    )
    func everythingLost(isBegun: Bool) async throws {
        try await withBoard { board in
            try await board.liveALittle()
            _ = try await board.applied("zero", 0)
            let (lines, scores, withheld) = (
                try await board.backup(), try await board.scores(), try await board.withheld()
            )
            try await board.command("FLUSHALL")
            if isBegun { try await board.store.begin(on: board.loop) }
            let report = try await board.verify(lines)
            #expect((report.faultCount, report.isWhole, report.differences.count) == (0, true, 4))
            #expect(try await board.command("KEYS", "*").array?.count == (isBegun ? 2 : 0))
            let audit = try await BackupAudit(backupLines(lines), before: nil).entries.count
            #expect(try await board.repair(lines) == RepairSummary(entries: audit, users: 4))
            #expect(try await board.scores() == scores)
            #expect(try await board.withheld() == withheld)
            #expect(try await board.apply("bob", 1) == .suspended)
            _ = try await board.applied("carol", 3)
            #expect(try await board.verify().isSound)
            let joined = try await board.verify(lines)
            #expect(joined.isSound && joined.isWhole, "\(joined)")
        }
    }

    @Test("from a backup finds what happened since, where the audit was lost with its chain, but not the count")
    func auditLost() async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 5)
            let lines = try await board.backup()
            try await board.command("DEL", board.keys.audit, board.keys.chain, board.keys.scores)
            let report = try await board.verify(lines)
            #expect((report.faultCount, report.differences.count) == (0, 1))
            _ = try await board.applied("bob", 1)
            // Between the reading and the rebuild the board began a new audit.
            let older = try await BackupAudit(backupLines(lines), before: nil)
            await #expect(throws: ScoreStoreError.self) {
                try await board.store.repair(report, with: older, by: board.act(), on: board.loop)
            }
            #expect(try await board.score("alice") == nil)
            try await board.command("DEL", board.keys.audit, board.keys.chain)
            #expect(try await board.verify(lines).faults == [.lost(board: 2, audit: 1)])
        }
    }

    @Test("from a backup goes on where it ended, where only the audit was lost and no score is wrong")
    func onlyAuditLost() async throws {
        try await withBoard { board in
            try await board.liveALittle()
            let lines = try await board.backup()
            let scores = try await board.scores()
            try await board.command("DEL", board.keys.audit, board.keys.chain)
            let report = try await board.verify(lines)
            #expect((report.faultCount, report.differences.count, report.bringsAuditBack) == (0, 0, true))
            #expect(try await board.repair(lines).users == 0)
            #expect(try await board.scores() == scores)
            _ = try await board.applied("carol", 0)
            #expect(try await board.audit().suffix(2).map(\.action) == [.rebuild, .update])
            let alone = try await board.verify()
            #expect(alone.isSound && alone.isWhole, "\(alone)")
            let joined = try await board.verify(lines)
            #expect(joined.isSound && joined.isWhole, "\(joined)")
        }
    }

    @Test("from a backup counts an entry once that is in both, and brings nobody back who was erased since")
    func entriesInBoth() async throws {
        try await withBoard { board in
            for user in ["gone", "alice", "bob", "gone", "alice"] { _ = try await board.applied(user, 4) }
            let lines = try await board.backup()
            for user in ["alice", "carol"] { _ = try await board.applied(user, 2) }
            _ = try await board.store.erase(UserID("gone"), by: board.act(), on: board.loop)
            let scores = try await board.scores()
            try await board.command("DEL", board.keys.scores)
            let report = try await board.verify(lines)
            #expect((report.faultCount, report.isWhole) == (0, true), "\(report.faults)")
            #expect(report.differences.map(\.user.rawValue) == ["alice", "bob", "carol"])
            _ = try await board.store.rebuild(report, by: board.act(), on: board.loop)
            #expect(try await board.scores() == scores)
        }
    }

    @Test("does not put back who was erased since it looked")
    func erasedMeanwhile() async throws {
        try await withBoard { board in
            for user in ["alice", "bob"] { _ = try await board.applied(user, 4) }
            try await board.command("DEL", board.keys.scores)
            let report = try await board.verify()
            _ = try await board.store.erase(UserID("alice"), by: board.act(), on: board.loop)
            await #expect(throws: ScoreStoreError.self) {
                try await board.store.rebuild(report, by: board.act(), on: board.loop)
            }
            #expect(try await board.score("alice") == nil)
        }
    }

    @Test("is given no false difference by a verification while users are being erased, and some come back")
    func whileErasing() async throws {
        try await withBoard { board in
            for number in 0..<1200 { _ = try await board.applied("user\(number % 60)", number % 3) }
            let isOver = NIOLockedValueBox(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { isOver.withLockedValue { $0 = true } }
                    for number in 0..<30 {
                        _ = try await board.store.erase(UserID("user\(number)"), by: board.act(), on: board.loops[1])
                        if number % 2 == 0 { _ = try await board.applied("user\(number)", 1, on: board.loops[1]) }
                    }
                }
                while !isOver.withLockedValue({ $0 }) {
                    do {
                        let report = try await board.verify()
                        #expect(report.isSound, "\(report.faults) \(report.differences) \(report.unexplained)")
                    } catch ScoreStoreError.unavailable {}
                }
                try await group.waitForAll()
            }
            #expect(try await board.verify().isSound)
        }
    }

    @Test("is told to wait for an erasure that has not ended, and to repeat one that was interrupted")
    func halfErased() async throws {
        try await withBoard { board in
            for user in ["alice", "bob"] { _ = try await board.applied(user, 4) }
            try await board.command("SADD", board.keys.erasing, "alice", "bob")
            #expect(try await board.verify().isSound)
            try await board.command("ZREM", board.keys.scores, "alice")
            await #expect(throws: ScoreStoreError.self) { try await board.verify() }
            _ = try await board.store.erase(UserID("alice"), by: board.act(), on: board.loop)
            #expect(try await board.verify().isSound)
            #expect(try await board.command("SMEMBERS", board.keys.erasing).array?.map(\.text) == ["bob"])
        }
    }
}

extension TestBoard {
    func withheld() async throws -> [String?] {
        try await command("ZRANGE", keys.withheld, "0", "-1", "WITHSCORES").array?.map(\.text) ?? []
    }

    /// A rebuild with a backup, as it is forced to.
    func repair(_ lines: [String]) async throws -> RepairSummary {
        let older = try await BackupAudit(backupLines(lines), beside: store, on: loop)
        let report = try await AuditVerification(store, older: older, on: loop).run()
        return try await store.repair(report, with: older, by: act(), on: loop)
    }

    /// With a backup's audit before the board's own.
    func verify(_ lines: [String]) async throws -> AuditReport {
        let older = try await BackupAudit(backupLines(lines), beside: store, on: loop)
        return try await AuditVerification(store, older: older, on: loop).run()
    }
}
