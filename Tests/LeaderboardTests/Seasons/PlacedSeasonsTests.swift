import Board
import NIOCore
import RedisClient
import Seasons
@testable import TestSupport
import Testing

@testable import Leaderboard

@Suite("Seasons of a restore", .timeLimit(.minutes(2)))
struct PlacedSeasonsTests {
    private static let seasons = 130

    /// A board with a running season and many that have ended, as a backup has it.
    private func withEnded(_ ties: BoardRules.Ties, _ body: (DefinedBoard, [String]) async throws -> Void) async throws
    {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let rules = BoardRules(ties: ties, windows: 1)
            try await board.command("SET", BoardKeys(board: "acts").board, rules.json)
            var target = DefinedBoard(board, "acts", rules, isGiven: false)
            for number in 0..<Self.seasons {
                _ = try await target.write([ModelUpdate(user: "u\(number % 3)", value: 1 + number)])
                try await target.endSeason(0)
            }
            _ = try await target.write([ModelUpdate(user: "u0", value: 7)])
            var lines: [String] = []
            _ = try await target.store.backup(on: board.loop) { bytes, beginsAnew in
                if beginsAnew { lines = [] }
                lines += String(buffer: bytes).split(separator: "\n").map(String.init)
            }
            try await body(target, lines)
        }
    }

    private static func held(_ board: TestBoard) async throws -> [String: [String]] {
        var held: [String: [String]] = [:]
        for key in try await board.command("KEYS", BoardKeys(board: "acts").name("s:*:scores")).array ?? [] {
            guard let key = key.text else { continue }
            let rows = try await board.command("ZRANGE", key, "0", "-1", "WITHSCORES").array?.compactMap(\.text) ?? []
            held[key] = rows + ["\(try await board.command("PEXPIRETIME", key).integer ?? 0)"]
        }
        return held
    }

    @Test(
        "all take their places, in calls that are bounded, and nothing is left beside the board",
        arguments: [
            BoardRules.Ties.id, .first,
        ]
    )
    func many(ties: BoardRules.Ties) async throws {
        try await withEnded(ties) { target, lines in
            let board = target.board
            let before = try await Self.held(board)
            #expect(before.count == Self.seasons + 1)
            for key in before.keys.sorted().prefix(60) { try await board.command("DEL", key) }
            try await board.command("ZADD", BoardKeys(board: "acts").name("s:w0:900:scores"), "1", "nobody")
            try await board.command("CONFIG", "RESETSTAT")
            let summary = try await LivingBoard(board, try BoardID("acts")).restore(lines)
            #expect(summary.seasons == Self.seasons + 1)
            #expect(try await Self.held(board) == before)
            #expect(try await board.command("KEYS", "*restoring*").array?.isEmpty == true)
            #expect(try await board.command("EXISTS", BoardKeys(board: "acts").placing).integer == 0)
        }
    }

    @Test("that were left by who was killed take their places before one of them is read, erased from, or verified")
    func killed() async throws {
        try await withEnded(.first) { target, _ in
            let (board, store) = (target.board, try target.store)
            let loading = BoardKeys(loadingInto: store.board.id, in: store.functions.options.keySpace)
            let window = try #require(WindowName("w0"))
            let before = try await Self.held(board)
            // As a restore leaves it that was killed behind its main call: the season 3 is loaded, 5 is to go.
            let (third, loaded) = (store.keys.season(window: window, id: "3"), loading.season(window: window, id: "3"))
            for (one, other) in zip(third.all, loaded.all) where before[one] != nil || one == third.at {
                try await board.command("RENAME", one, other)
            }
            try await board.command("ZADD", store.keys.placing, "0", "w0 3 -", "0", "w0 5 x")
            let kept = try await store.keptSeasons(on: board.loop)
            #expect(kept.contains(third))
            #expect(try await board.command("EXISTS", store.keys.placing).integer == 0)
            var expected = before
            expected[store.keys.season(window: window, id: "5").scores] = nil
            expected[third.scores] = expected[third.scores].map { $0.dropLast() + ["-1"] }
            #expect(try await Self.held(board) == expected)
        }
    }

    @Test("are told apart by the function: a caller who does not know which are the first changes nothing")
    func changed() async throws {
        try await withEnded(.id) { target, _ in
            let (board, keys) = (target.board, try target.store.keys)
            let window = try #require(WindowName("w0"))
            try await board.command("ZADD", keys.placing, "0", "w0 3 x", "0", "w0 5 x")
            let season = keys.season(window: window, id: "5")
            var call = ["FCALL", "leaderboard_place_seasons", "8", keys.placing, keys.board]
            call += season.all + season.all + ["w0 5 x"]
            var command = RedisCommand()
            for word in call { command.append(word) }
            let reply = try await board.store.read(command, on: board.loop)
            #expect(reply.array?.compactMap { $0.text ?? $0.integer.map(String.init) } == ["changed", "2"])
            #expect(try await board.command("EXISTS", season.scores).integer == 1)
        }
    }
}
