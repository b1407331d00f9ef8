import Board
import Leaderboard
import RedisClient
import Testing

@Suite("A suspension that somebody removed")
struct SuspensionRepairTests {
    private func withSuspended(_ body: (TestBoard, [String]) async throws -> Void) async throws {
        try await withBoard { board in
            for number in 0..<30 { _ = try await board.applied("b\(number)", 100 + number) }
            for user in ["b3", "unknown"] { _ = try await board.suspend(user) }
            _ = try await board.suspend("b4")
            _ = try await board.reinstate("b4")
            try await body(board, board.backup())
        }
    }

    @Test("is found and brought back, from the audit, and from a backup", arguments: [false, true])
    func broughtBack(fromBackup: Bool) async throws {
        try await withSuspended { board, lines in
            try await board.command("DEL", board.keys.scores, board.keys.suspended)
            let report = try await board.verify()
            #expect(!report.isSound)
            #expect(report.differences.filter(\.hasWrongSuspension).map(\.user.rawValue) == ["b3", "unknown"])
            if fromBackup {
                #expect(try await board.repair(lines).users == 31)
            } else {
                #expect(try await board.store.rebuild(report, by: board.act(), on: board.loop) == 31)
            }
            #expect(try await board.apply("b3", 5) == .suspended)
            #expect(try await board.apply("unknown", 5) == .suspended)
            #expect(try await board.withheld() == ["b3", "103"])
            #expect(try await board.score("b4") == 104)
            #expect(try await board.verify().isSound)
            _ = try await board.reinstate("b3")
            #expect(try await board.score("b3") == 103)
        }
    }

    @Test("comes back from a backup with all else that was deleted, whatever of the keys is left", arguments: 0..<4)
    func allDeleted(_ more: Int) async throws {
        try await withSuspended { board, lines in
            try await board.command("DEL", board.keys.scores, board.keys.audit, board.keys.seq, board.keys.suspended)
            if more & 1 != 0 { try await board.command("DEL", board.keys.withheld) }
            if more & 2 != 0 { try await board.command("DEL", board.keys.chain) }
            #expect(try await board.repair(lines).users == 31)
            #expect(try await board.apply("b3", 5) == .suspended)
            #expect(try await board.withheld() == ["b3", "103"])
            let report = try await board.verify()
            #expect(report.isSound && report.isWhole, "\(report)")
        }
    }

    @Test("and the updates that counted since: the score is never the older one")
    func olderScore() async throws {
        try await withSuspended { board, _ in
            try await board.command("SREM", board.keys.suspended, "b3")
            #expect(try await board.applied("b3", 5).score == 5)
            #expect(try await board.verify().differences.map(\.user.rawValue) == ["b3"])
            _ = try await board.suspend("b3")
            #expect(try await board.withheld() == ["b3", "5"])
            _ = try await board.reinstate("b3")
            #expect(try await board.score("b3") == 5)
            // The audit has both.
            let report = try await board.verify()
            _ = try await board.store.rebuild(report, by: board.act(), on: board.loop)
            #expect(try await board.score("b3") == 108)
            #expect(try await board.verify().isSound)
        }
    }

    @Test(
        "or added past the audit is found and put right; one by name, of a user that the audit does not know, is left"
    )
    func addedPastTheAudit() async throws {
        try await withSuspended { board, _ in
            try await board.command("SADD", board.keys.suspended, "b5", "b4", "stranger")
            let report = try await board.verify()
            #expect(report.differences.map(\.user.rawValue) == ["b4", "b5"])
            _ = try await board.store.rebuild(report, by: board.act(), on: board.loop)
            #expect(try await board.applied("b4", 1).score == 105)
            #expect(try await board.applied("b5", 1).score == 106)
            #expect(try await board.apply("stranger", 1) == .suspended)
            #expect(try await board.verify().isSound)
        }
    }

    @Test("by an erasure since the backup stays as the erasure left it", arguments: [false, true])
    func erasedSince(isReinstated: Bool) async throws {
        try await withSuspended { board, lines in
            if isReinstated { _ = try await board.reinstate("b3") }
            _ = try await board.store.erase(UserID("b3"), by: board.act(), on: board.loop)
            try await board.command("DEL", board.keys.scores, board.keys.suspended)
            _ = try await board.repair(lines)
            let isSuspended = try await board.apply("b3", 5) == .suspended
            #expect(isSuspended == !isReinstated)
        }
    }

    @Test("while the rebuild runs is what the operator says last")
    func meanwhile() async throws {
        try await withSuspended { board, _ in
            try await board.command("DEL", board.keys.suspended)
            let report = try await board.verify()
            _ = try await board.suspend("b3")
            _ = try await board.reinstate("b3")
            _ = try await board.applied("b3", 5)
            _ = try await board.store.rebuild(report, by: board.act(), on: board.loop)
            #expect(try await board.score("b3") == 108)
            let after = try await board.verify()
            #expect(after.isSound, "\(after)")
        }
    }
}

extension TestBoard {
    func suspend(_ user: String) async throws -> Bool {
        try await store.suspend(UserID(user), by: act(), on: loop).hasChanged
    }

    func reinstate(_ user: String) async throws -> Bool {
        try await store.reinstate(UserID(user), by: act(), on: loop).hasChanged
    }
}
