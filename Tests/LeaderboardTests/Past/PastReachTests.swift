import Board
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("How far back a board can be seen", .timeLimit(.minutes(2)))
struct PastReachTests {
    private func told(_ board: TestBoard, at moment: Int) async throws(PastError) -> [String] {
        try await board.store.standings(at: moment, offset: 0, limit: 10, within: .none, on: board.loop).rows.map {
            "\($0.rank) \($0.standing.user) \($0.standing.score)"
        }
    }

    @Test("ends where entries are missing, also where the audit was cut at its end, and not at what was erased")
    func gap() async throws {
        try await withBoard { board in
            let first = try await board.applied("alice", 5)
            try await board.tick(after: first.time)
            for points in 1...4 { _ = try await board.applied("bob", points) }
            #expect(try await told(board, at: first.time) == ["1 alice 5"])
            _ = try await board.store.erase(UserID("bob"), by: board.act(), on: board.loop)
            #expect(try await told(board, at: first.time) == ["1 alice 5"])
            let last = try await board.applied("carol", 1)
            try await board.tick(after: last.time)
            let entry = try #require(try await board.audit().last { $0.action == .erase })
            try await board.command("XDEL", board.keys.audit, entry.id.description)
            await #expect(throws: PastError.unreachable(.gap, earliest: UInt64(last.time))) {
                try await told(board, at: first.time)
            }
            #expect(try await told(board, at: last.time) == ["1 alice 5", "2 carol 1"])
            let end = try #require(try await board.audit().last)
            _ = try await board.applied("alice", 1)
            let newest = try #require(try await board.audit().last)
            #expect(newest.id != end.id)
            try await board.command("XDEL", board.keys.audit, newest.id.description)
            await #expect(throws: PastError.unreachable(.gap, earliest: nil)) { try await told(board, at: last.time) }
        }
    }

    @Test("ends between a backup and its restore, and goes on before the backup")
    func restore() async throws {
        try await withBoard { board in
            let first = try await board.applied("alice", 5)
            try await board.tick(after: first.time)
            let second = try await board.applied("alice", 5)
            try await board.tick(after: second.time)
            let file = try await board.backup()
            let lost = try await board.applied("alice", 100)
            try await board.tick(after: lost.time)
            _ = try await board.restore(file)
            let restored = try #require(try await board.audit().last)
            #expect(restored.action == .restore)
            await #expect(throws: PastError.unreachable(.restored, earliest: restored.time)) {
                try await told(board, at: lost.time)
            }
            #expect(try await told(board, at: Int(restored.time)) == ["1 alice 10"])
            #expect(try await told(board, at: first.time) == ["1 alice 5"])
        }
    }

    @Test("goes by what Redis' clock said, also after it was set back, and refuses what has not come")
    func clock() async throws {
        try await withBoard { board in
            let first = try await board.applied("alice", 1)
            _ = try await board.setBack(by: 3_600_000)
            let second = try await board.applied("alice", 2)
            try await board.tick(after: second.time)
            #expect(try await told(board, at: second.time) == ["1 alice 3"])
            #expect(try await told(board, at: first.time - 1) == [])
            await #expect(throws: PastError.future) { try await told(board, at: first.time + 3_600_000) }
        }
    }

    @Test("costs no more than is allowed")
    func bounds() async throws {
        try await withBoard { board in
            let first = try await board.applied("alice", 1)
            try await board.tick(after: first.time)
            for user in ["bob", "carol", "dave"] { _ = try await board.applied(user, 1) }
            for bounds in [
                PastBounds(entries: 2, users: 9, time: .seconds(60)),
                PastBounds(entries: 9, users: 3, time: .seconds(60)),
                PastBounds(entries: 9, users: 9, time: .zero),
            ] {
                await #expect(throws: PastError.tooMuch) {
                    try await board.store.standings(
                        at: first.time,
                        offset: 0,
                        limit: 10,
                        within: bounds,
                        on: board.loop
                    )
                }
            }
        }
    }
}

extension TestBoard {
    /// Until Redis' clock shows a later millisecond.
    fileprivate func tick(after milliseconds: Int) async throws {
        while try await microseconds() / 1000 <= milliseconds {}
    }
}
