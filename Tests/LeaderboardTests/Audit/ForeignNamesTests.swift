import Board
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("A name or a value that only looks like another, or is no text")
struct ForeignNamesTests {
    /// To a `String` it is a K (U+212A).
    private static let kelvin = "\u{212A}ate"

    @Test("in the audit is part of the chain byte for byte, and comes back from a backup")
    func bytes() async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 1)
            // As another service may call the function.
            var call = RedisCommand("FCALL", "leaderboard_update", "7")
            let keys = board.keys
            for key in [
                keys.scores, keys.audit, keys.suspended, keys.seq, keys.epoch, keys.chain,
                keys.limit(try UserID("bob")),
            ] { call.append(key) }
            for word in ["bob", "5", "60", "1000000", "1000", "0", "0", keys.channel] { call.append(word) }
            call.append([0xFF, 0x00, 0xE2, 0x82] as [UInt8])
            call.append(Array("e\u{301} \u{E9} \u{FFFD}".utf8))
            _ = try await board.redis.send(call, on: board.loop)
            let report = try await board.verify()
            #expect(report.isSound, "\(report.faults)")
            let (lines, stream) = (try await board.backup(), try await board.command("XRANGE", keys.audit, "-", "+"))
            #expect(lines.contains { $0.contains(#""ip",{"hex":"ff00e282"}"#) })
            _ = try await board.restore(lines)
            let restored = try await board.command("XRANGE", keys.audit, "-", "+").array ?? []
            #expect(Array(restored.dropLast()) == stream.array)
            #expect(try await board.verify().isSound)
        }
    }

    @Test("of an entry with long values is in a backup that can be restored")
    func large() async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 1)
            var entry = RedisCommand("XADD", board.keys.audit, "*")
            for number in 0..<10 {
                entry.append("field\(number)")
                entry.append([UInt8](repeating: number.isMultiple(of: 2) ? 0x01 : 0xFF, count: 8192))
            }
            _ = try await board.redis.send(entry, on: board.loop)
            // A backup goes to the last change that the board knows of.
            _ = try await board.applied("alice", 1)
            let stream = try await board.command("XRANGE", board.keys.audit, "-", "+")
            _ = try await board.restore(board.backup())
            let restored = try await board.command("XRANGE", board.keys.audit, "-", "+").array ?? []
            let isSame = Array(restored.dropLast()) == stream.array
            #expect(isSame && restored.count == 4)
        }
    }

    @Test("does not hide what another writer did to the user that it looks like")
    func verification() async throws {
        try await withBoard { board in
            _ = try await board.applied("Kate", 50)
            try await board.command("ZADD", board.keys.scores, "7", Self.kelvin, "999", "Kate")
            let report = try await board.verify()
            #expect(report.differences.map(\.user.rawValue) == ["Kate"])
            #expect(report.unexplained.map(\.points) == [7])
            #expect(report.usersWithoutHistory == 1)
            // Two names that are equal as strings, and one that is none.
            try await board.command("ZADD", board.keys.scores, "8", "e\u{301}", "9", "\u{E9}")
            var add = RedisCommand("ZADD", board.keys.scores, "10")
            add.append([0xFF] as [UInt8])
            _ = try await board.redis.send(add, on: board.loop)
            #expect(try await board.verify().unexplained.map(\.points).sorted() == [7, 8, 9, 10])
            #expect(try await board.verify().usersWithoutHistory == 4)
        }
    }

    @Test("in the audit is nobody's entry: not in a sum, a revert, an export or a backup's scores")
    func entries() async throws {
        try await withBoard { board in
            _ = try await board.applied("Kate", 50)
            let entry = ["user", Self.kelvin, "increase", "7", "score", "57", "seq", "9"]
            var add = RedisCommand("XADD", board.keys.audit, "*")
            for word in entry { add.append(word) }
            _ = try await board.redis.send(add, on: board.loop)
            let kate = try UserID("Kate")
            let report = try await board.verify()
            #expect(report.differences.isEmpty && report.wholeUsers == 1)
            let reverted = try await board.revert(.updates(of: kate, since: nil, until: nil))
            #expect((reverted?.points, reverted?.score) == (50, 0))
            let export = try await board.store.export(kate, on: board.loop)
            #expect(export.audit.map(\.increase) == [50, -50])
            #expect(
                try await board.store.audit(AuditFilter(user: "Kate"), before: nil, limit: 9, on: board.loop).entries
                    .count == 2
            )
            var state = try await board.store.boardState(of: board.keys, on: board.loop)
            for entry in try await board.audit() { try state.follow(entry) }
            #expect(state.scores == ["Kate": BoardState.Place(score: 0)])
        }
    }
}
