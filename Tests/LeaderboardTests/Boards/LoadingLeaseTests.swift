import Board
import NIOCore
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

/// What is loaded beside a board before it takes the board's place.
@Suite("Loading a board")
struct LoadingLeaseTests {
    private static let lease = "lb:{main}:restoring:lease"

    @Test("is refused while another one does it, and nothing is changed")
    func two() async throws {
        try await withBoard { one in
            let board = LivingBoard(one)
            for number in 0..<5 { try await board.update("user\(number)", .incr, 7) }
            let (lines, rows) = (try await one.backup(), try await board.rows())
            try await board.update("user0", .incr, 1)
            try await one.command("SET", Self.lease, "another", "PX", "30000")
            try await one.command("ZADD", "lb:{main}:restoring:scores", "1", "of-another")
            let acts: [() async throws -> Void] = [
                { try await board.change(to: .first) }, { try await board.restore(lines) },
            ]
            for act in acts {
                do {
                    try await act()
                    Issue.record("two at once")
                } catch ScoreStoreError.unavailable(let words) {
                    #expect(words.hasPrefix("another restore, rebuild or change of ties"))
                }
            }
            #expect(try await one.command("ZCARD", "lb:{main}:restoring:scores").integer == 1)
            #expect(try await one.command("GET", Self.lease).text == "another")
            #expect(try await one.score("user0") == 8)
            // It was killed, and its lease has run out.
            try await one.command("DEL", Self.lease)
            try await board.restore(lines)
            #expect(try await board.rows() == rows)
            try await board.change(to: .first)
            #expect(try await board.rows() == rows)
            #expect(try await one.command("KEYS", "*restoring*").array?.isEmpty == true)
        }
    }

    @Test("leaves nothing for ever where it is cut off, and what has taken its place stays for ever")
    func expiry() async throws {
        try await withBoard { one in
            let board = LivingBoard(one)
            try await board.define(.test(.first))
            for number in 0..<30 { try await board.update("user\(number)", .set, number % 3) }
            try await board.setSuspended(true, "user7")
            _ = try await board.store().revert(.update(seq: 3), by: one.act(), on: one.loop)
            let (lines, rows) = (try await board.backup(), try await board.rows())
            let store = try await board.store()
            try await store.loading(on: one.loop) { lease in
                var loader = BackupLoader(store: store, lease: lease, eventLoop: one.loop)
                for line in lines { try await loader.take(BackupLine(ByteBuffer(string: line))) }
                try await loader.finish()
                // As if it were over here: what is there then goes away by itself.
                let loaded = try await one.keys("*restoring*")
                #expect(loaded.count == 7, "\(loaded)")
                for key in loaded { #expect(try await one.command("PTTL", key).integer ?? 0 > 0, "\(key)") }
            }
            #expect(try await one.keys("*restoring*").isEmpty)
            try await board.restore(lines)
            #expect(try await board.rows() == rows)
            try await board.change(to: .last)
            try await board.change(to: .first)
            #expect(try await board.rows() == rows)
            for key in try await one.keys("lb:*") where !key.contains(":limit:") {
                #expect(try await one.command("PTTL", key).integer == -1, "\(key)")
            }
        }
    }

    @Test("by who has lost the lease to another changes nothing, neither on the board nor of what that one loads")
    func lost() async throws {
        try await withBoard { one in
            let board = LivingBoard(one)
            try await board.update("alice", .incr, 7)
            let lines = try await board.backup()
            try await board.update("alice", .incr, 1)
            var pass = 0
            let stalled: BackupLines = { each in
                pass += 1
                if pass == 2 { try await one.command("SET", Self.lease, "another", "PX", "30000") }
                for line in lines { try await each(ByteBuffer(string: line)) }
            }
            let preview = try await BackupPreview(of: backupLines(lines))
            let held = try await board.catalogue.held(.board(.main), on: one.loop)
            await #expect(throws: ScoreStoreError.self) {
                try await board.catalogue.restore(
                    stalled,
                    preview,
                    as: .main,
                    inPlaceOf: held,
                    by: one.act(),
                    on: one.loop
                )
            }
            #expect(try await one.score("alice") == 8)
            #expect(try await one.keys("*restoring*") == [Self.lease])
        }
    }

    @Test("goes on while its lease is held, by whoever has it")
    func renewal() async throws {
        try await withBoard { one in
            try await one.store.check(on: one.loop)
            func call(_ token: String, _ word: String) async throws -> String? {
                let reply = try await one.command(
                    "FCALL",
                    "leaderboard_loading",
                    "2",
                    "{x}lease",
                    "{x}loaded",
                    token,
                    word
                )
                return reply.array?.first?.text
            }
            #expect(try await call("a", "begin") == "done")
            #expect(try await call("b", "begin") == "taken")
            try await one.command("ZADD", "{x}loaded", "1", "user")
            for key in ["{x}lease", "{x}loaded"] { try await one.command("PEXPIRE", key, "5000") }
            #expect(try await call("b", "hold") == "taken")
            #expect(try await call("a", "hold") == "done")
            #expect(try await one.command("PTTL", "{x}lease").integer ?? 0 > 20_000)
            #expect(try await one.command("PTTL", "{x}loaded").integer ?? 0 > 500_000)
            #expect(try await call("b", "end") == "taken")
            #expect(try await call("a", "end") == "done")
            #expect(try await one.command("EXISTS", "{x}lease", "{x}loaded").integer == 0)
            #expect(try await call("a", "hold") == "taken")
        }
    }
}

extension TestBoard {
    fileprivate func keys(_ pattern: String) async throws -> [String] {
        try await command("KEYS", pattern).array?.compactMap(\.text) ?? []
    }
}
