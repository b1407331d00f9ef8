import Board
import RedisClient
import Testing

@testable import Leaderboard

@Suite("A rebuild from a backup whose audit had been trimmed")
struct TrimmedRebuildTests {
    /// Users `old0` to `old4` have no entry any more: the audit was trimmed. `hidden` is one of those, and suspended.
    private func withTrimmed(_ body: (TestBoard, [String]) async throws -> Void) async throws {
        try await withBoard { board in
            for number in 0..<5 { _ = try await board.applied("old\(number)", 100 + number) }
            _ = try await board.applied("hidden", 70)
            _ = try await board.suspend("hidden")
            for number in 0..<5 { _ = try await board.applied("new\(number)", 10) }
            let kept = try #require(try await board.audit().first { $0.user == "new0" })
            try await board.trim(before: kept)
            try await body(board, board.backup())
        }
    }

    @Test("takes the scores that the backup has, and what was added since", arguments: [true, false], [true, false])
    func scores(isFlushed: Bool, isPlayed: Bool) async throws {
        try await withTrimmed { board, lines in
            let before = try await board.standing()
            if isFlushed {
                try await board.command("FLUSHALL")
            } else {
                try await board.command("DEL", board.keys.scores, board.keys.withheld, board.keys.suspended)
            }
            if isPlayed { for user in ["old1", "new1", "late"] { _ = try await board.applied(user, 5) } }
            let report = try await board.verify(lines)
            #expect(report.fromBackup == 6)
            _ = try await board.repair(lines)
            var expected = before
            if isPlayed {
                expected["old1"] = 106
                expected["new1"] = 15
                expected["late"] = 5
            }
            #expect(try await board.standing() == expected)
            for report in [try await board.verify(), try await board.verify(lines)] {
                #expect(report.isSound, "\(report.faults) \(report.differences)")
            }
            #expect(try await board.apply("hidden", 1) == .suspended)
            // Once more, it finds nothing to do.
            #expect(try await board.repair(lines).users == 0)
            #expect(try await board.standing() == expected)
        }
    }

    @Test("brings nobody back who was erased since, and names whom it leaves out for it")
    func erased() async throws {
        try await withTrimmed { board, lines in
            _ = try await board.applied("old1", 5)
            _ = try await board.store.erase(UserID("old1"), by: board.act(), on: board.loop)
            try await board.command("DEL", board.keys.scores)
            #expect(try await board.verify(lines).leftOut == ["old1"])
            _ = try await board.repair(lines)
            #expect(try await board.score("old1") == nil)
            #expect(try await board.score("old2") == 102)
        }
    }

    @Test("of a whole audit brings nobody on the board of whom the audit does not tell")
    func whole() async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 5)
            try await board.command("ZADD", board.keys.scores, "999", "mallory")
            let lines = try await board.backup()
            try await board.command("DEL", board.keys.scores)
            _ = try await board.repair(lines)
            #expect(try await board.scores() == ["alice", "5"])
        }
    }
}
