import Board
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("What another writer put into a board's keys")
struct ForeignMembersTests {
    @Test("reaches no operator's command, be it of 17 MB, and costs nobody the connection")
    func giants() async throws {
        try await withBoard { board in
            try await board.liveALittle()
            let scores = try await board.scores()
            for key in [board.keys.suspended, board.keys.erasing] { try await board.addGiant("SADD", key) }
            for key in [board.keys.scores, board.keys.withheld] { try await board.addGiant("ZADD", key, "7") }
            try await board.addGiant("SET", board.keys.idemPrefix(UserID("alice")), isName: true)
            let report = try await board.verify()
            #expect(report.unexplained.map(\.user) == [String(repeating: "x", count: 64) + "... (17825792 bytes)"])
            #expect(report.unexplained.map(\.points) == [7])
            let file = try await board.backup()
            #expect(try await board.store.export(UserID("alice"), on: board.loop).idempotencyKeys == [])
            _ = try await board.store.erase(UserID("carol"), by: board.act(), on: board.loop)
            try await withBoard { other in
                _ = try await other.restore(file)
                #expect(try await other.scores() == scores)
                #expect(try await other.verify().isSound)
            }
            #expect(board.redis.connectedCount == 2)
        }
    }

    @Test("is no epoch, no count and no chain, and the next change makes them anew", arguments: [false, true])
    func positions(keepsSeq: Bool) async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 1)
            let first = try await board.position()
            try await board.server.command(
                "EVAL",
                "redis.call('SET', KEYS[1], '\(first.epoch)' .. string.rep('9', 1024 * 1024))",
                "1",
                board.keys.epoch
            )
            try await board.server.command(
                "EVAL",
                "redis.call('SET', KEYS[1], string.rep('9', 1024 * 1024))",
                "1",
                board.keys.chain
            )
            if !keepsSeq {
                try await board.server.command(
                    "EVAL",
                    "redis.call('SET', KEYS[1], string.rep('9', 1024 * 1024))",
                    "1",
                    board.keys.seq
                )
            }
            #expect(try await board.position() == Cursor(epoch: "0", seq: 0))
            _ = try await AuditVerification(board.store, on: board.loop).run()
            if !keepsSeq { try await board.command("SET", board.keys.seq, "1") }
            try await board.store.begin(on: board.loop)
            _ = try await board.applied("alice", 1)
            #expect(try await board.position().epoch != first.epoch)
            #expect(try await board.position().seq == 2)
            #expect(board.redis.connectedCount == 2)
        }
    }

    @Test("comes page by page, and all users of a set do", arguments: [0, 1, 128, 129, 5000])
    func pages(count: Int) async throws {
        try await withBoard { board in
            for start in stride(from: 0, to: count, by: 500) {
                var command = RedisCommand("SADD", board.keys.suspended)
                for number in start..<min(start + 500, count) { command.append("user\(number)") }
                _ = try await board.redis.send(command, on: board.loop)
            }
            for name in ["not ours", "", "é", String(repeating: "x", count: 129)] {
                try await board.command("SADD", board.keys.suspended, name)
            }
            let users = try await board.store.users(of: board.keys.suspended, on: board.loop)
            #expect(users == Set((0..<count).map { "user\($0)" }))
        }
    }
}

extension TestBoard {
    /// A member, or a key's name, of 17 MB.
    fileprivate func addGiant(_ command: String, _ key: String, _ more: String..., isName: Bool = false) async throws {
        let giant = "string.rep('x', 17 * 1024 * 1024)"
        let words = more.map { "'\($0)', " }.joined()
        let call = isName ? "KEYS[1] .. \(giant), 'x'" : "KEYS[1], \(words)\(giant)"
        // Not by the client: on a busy machine it takes Redis more than a command may.
        try await server.command("EVAL", "redis.call('\(command)', \(call))", "1", key)
    }
}
