import Board
import Leaderboard
import NIOConcurrencyHelpers
import NIOCore
import RedisClient
import Testing

@Suite("A backup")
struct BackupTests {
    @Test("restored on another Redis is the same board, with an audit that verifies")
    func restores() async throws {
        try await withBoard { board in
            try await board.liveALittle()
            let file = try await board.backup()
            let (scores, audit) = (try await board.scores(), try await board.wholeAudit())
            try await withBoard { other in
                _ = try await other.applied("somebody", 5)
                let epoch = try await other.command("GET", other.keys.epoch)
                let summary = try await other.restore(file)
                #expect((summary.users, summary.auditEntries) == (3, audit.count))
                #expect(try await other.scores() == scores)
                #expect(try await other.store.holding(of: UserID("bob"), on: other.loop).withheld != nil)
                #expect(try await other.apply("bob", 1) == .suspended)
                #expect(try await other.wholeAudit().dropLast() == audit[...])
                #expect(try await other.wholeAudit().last?.action == .restore)
                #expect(try await other.verify().isSound)
                #expect(try await other.command("GET", other.keys.epoch) != epoch)
                #expect(try await other.command("KEYS", "*restoring*").array?.isEmpty == true)
                // What was taken back stays taken back, and counting goes on behind the backup's last update.
                #expect(try await other.revert(.update(seq: 4))?.updates ?? 0 == 0)
                #expect(try await other.applied("carol", 1).seq == summary.seq + 2)
            }
        }
    }

    @Test("made while updates and suspensions run is the board of one moment")
    func concurrent() async throws {
        try await withBoard { board in
            for number in 0..<3000 { _ = try await board.applied("user\(number % 300)", 2) }
            let isOver = NIOLockedValueBox(false)
            let file = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var number = 0
                    while !isOver.withLockedValue({ $0 }) {
                        try await board.apply("user\(number % 300)", 1, on: board.loops[1])
                        let user = try UserID("user\(number % 7)")
                        if number % 10 == 0 { _ = try await board.store.suspend(user, by: board.act(), on: board.loop) }
                        if number % 10 == 5 {
                            _ = try await board.store.reinstate(user, by: board.act(), on: board.loop)
                        }
                        number += 1
                    }
                }
                defer { isOver.withLockedValue { $0 = true } }
                return try await board.backup()
            }
            try await withBoard { other in
                _ = try await other.restore(file)
                let report = try await other.verify()
                #expect(report.faultCount == 0)
                #expect(report.differences.count == 0, "\(report.differences.prefix(3))")
                #expect(report.entries > 3000)
            }
        }
    }

    @Test("that was changed, cut, or is none is refused, and the board stays as it was", arguments: 0..<6)
    func refused(change: Int) async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 50)
            _ = try await board.applied("bob", 20)
            var lines = try await board.backup()
            switch change {
            case 0: lines[1] = lines[1].replacing("alice", with: "mally")
            case 1: lines.removeLast()
            case 2: lines.remove(at: 2)
            case 3: lines.append(lines[1])
            case 4: lines.removeFirst()
            default: lines = ["{}"]
            }
            await #expect(throws: InvalidBackup.self) { try await board.restore(lines) }
            #expect(try await board.scores() == ["bob", "20", "alice", "50"])
            #expect(try await board.audit().count == 2)
        }
    }

    @Test("gives a rebuild the part of the audit that was trimmed")
    func rebuild() async throws {
        try await withBoard { board in
            for number in 1...10 { _ = try await board.applied("user\(number % 2)", number) }
            let lines = try await board.backup()
            let scores = try await board.scores()
            let seventh = try await board.audit()[6].id
            try await board.command("XTRIM", board.keys.audit, "MINID", seventh.description)
            try await board.command("DEL", board.keys.scores)
            let first = try await board.store.firstAuditID(on: board.loop)
            let older = try await BackupAudit(backupLines(lines), before: first)
            #expect(older.entries.count == 6)
            let report = try await AuditVerification(board.store, older: older, on: board.loop).run()
            #expect((report.faultCount, report.isWhole, report.differences.count) == (0, true, 2))
            _ = try await board.store.rebuild(report, by: board.act(), on: board.loop)
            #expect(try await board.scores() == scores)
        }
    }
}

extension TestBoard {
    /// The lines of a backup made now.
    func backup() async throws -> [String] {
        var bytes = ByteBuffer()
        _ = try await store.backup(on: loop) { more, beginsAnew in
            if beginsAnew { bytes.clear() }
            bytes.writeImmutableBuffer(more)
        }
        return String(buffer: bytes).split(separator: "\n").map(String.init)
    }

    func restore(_ lines: [String]) async throws -> BackupSummary {
        try await store.restore(backupLines(lines), by: act(), on: loop)
    }
}

func backupLines(_ lines: [String]) -> BackupLines {
    { each in
        for line in lines { try await each(ByteBuffer(string: line)) }
    }
}
