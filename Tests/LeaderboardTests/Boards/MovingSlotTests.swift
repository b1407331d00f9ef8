import RedisClient
@testable import TestSupport
import Testing

@testable import Leaderboard

/// A slot that is on its way from one primary to another: some of the board's keys are there already. (Redis Cluster specification,
/// "Live resharding".)
@Suite("A board whose slot moves", .timeLimit(.minutes(5)))
struct MovingSlotTests {
    private static let keys = BoardKeys(board: "b")

    @Test("is written by each function as a whole or not at all, whichever of its keys has moved")
    func whole() async throws {
        let cluster = try await RedisCluster()
        let slot = ClusterSlot.of(Self.keys.seq)
        let source = try #require(try await cluster.owner(of: slot))
        let target = try #require(try await cluster.owner(of: (slot + ClusterSlot.count / 2) % ClusterSlot.count))
        for node in [source, target] {
            try await node.command("FUNCTION", "LOAD", String(decoding: FunctionLibrary.source, as: UTF8.self))
        }
        let rules = BoardRules(ties: .first, windows: 1)
        let names = Self.names
        try await source.command("SET", names.board, rules.json)
        try await source.command("XADD", Self.keys.ended, "*", "window", "w0")
        try await source.command("XADD", Self.keys.intake, "1-1", "user_id", "a", "score_increase", "1")
        for user in ["a", "b"] { try await source.command(words: Self.write(user, rules)) }
        try await source.command(words: Self.operation("suspend", "b"))
        for user in ["a", "c"] { try await source.command(words: Self.write(user, rules)) }
        let seq = Int(try await source.command("GET", Self.keys.seq)) ?? 0
        // With the beginning of the season.
        #expect(seq == 6)

        let (sourceID, targetID) = (try await cluster.id(of: source), try await cluster.id(of: target))
        try await target.command("CLUSTER", "SETSLOT", "\(slot)", "IMPORTING", sourceID)
        try await source.command("CLUSTER", "SETSLOT", "\(slot)", "MIGRATING", targetID)
        let all = try await source.command("CLUSTER", "GETKEYSINSLOT", "\(slot)", "100").split(separator: "\n").map(
            String.init
        )
        #expect(all.count > 10)
        var gone: [String] = []
        // One more each time, so that each is the first that a function misses.
        let moved = [
            Self.keys.kept, Self.season[1], Self.season[0], names.at, Self.keys.withheld, Self.keys.chain,
            Self.keys.scores,
        ]
        for key in moved {
            try await source.command(words: ["MIGRATE", "127.0.0.1", "\(target.port ?? 0)", key, "0", "5000"])
            gone.append(key)
            for call in Self.calls(rules) {
                let before = try await state(of: source, all)
                let reply = try await source.command(words: call)
                let after = try await state(of: source, all)
                let isRefused = ["TRYAGAIN", "ASK "].contains { reply.hasPrefix($0) }
                if isRefused {
                    #expect(after == before, "\(call[1]) without \(key): \(reply)")
                } else {
                    // Only what it does not declare was away.
                    #expect(gone == [Self.keys.kept] || call.filter(gone.contains).isEmpty, "\(call[1]): \(reply)")
                    #expect(!reply.contains("non local"), "\(call[1]): \(reply)")
                }
            }
        }
        try await Self.expectOneEnd(source, target, slot, rules)
    }

    /// The season ends while its slot moves: it has not ended until the slot is there, and then once.
    private static func expectOneEnd(
        _ source: PrivateRedisServer,
        _ target: PrivateRedisServer,
        _ slot: Int,
        _ rules: BoardRules
    ) async throws {
        try await source.command("SET", names.board, rules.json)
        try await source.command("SET", names.seasons, "2 1 all - 0 0;w0 1 1 2")
        let known = try await source.command("XLEN", keys.ended)
        let rollOver = write("a", rules, season: 2)
        let refused = try await source.command(words: rollOver)
        #expect(refused.hasPrefix("TRYAGAIN") || refused.hasPrefix("ASK "), "\(refused)")
        #expect(try await source.command("XLEN", keys.ended) == known)
        for key in try await source.command("CLUSTER", "GETKEYSINSLOT", "\(slot)", "100").split(separator: "\n") {
            try await source.command(words: ["MIGRATE", "127.0.0.1", "\(target.port ?? 0)", "\(key)", "0", "5000"])
        }
        let id = try await target.command("CLUSTER", "MYID")
        for node in [target, source] { try await node.command("CLUSTER", "SETSLOT", "\(slot)", "NODE", id) }
        for _ in 0..<2 {
            let reply = try await target.command(words: rollOver)
            #expect(reply.contains("applied"), "\(reply)")
        }
        #expect(try await target.command("XLEN", keys.ended) == "\((Int(known) ?? 0) + 1)")
        #expect(try await target.command("ZCARD", keys.name("s:w0:2:scores")) == "1")
        #expect(try await target.command("ZCARD", season[0]) != "0")
    }

    private static let names = (
        board: keys.name("board"), at: keys.name("at"), seasons: keys.name("seasons")
    )

    private func state(of node: PrivateRedisServer, _ keys: [String]) async throws -> String {
        let script = "for key in \(keys.map { "'\($0)'" }.joined(separator: " ")); do echo DUMP \"$key\"; done"
        return try await Launcher.shared.output(
            "bash",
            ["-c", "(\(script)) | redis-cli -s \(node.socketPath) --raw | cksum"]
        )
    }

    private static func write(_ user: String, _ rules: BoardRules, season number: Int = 1) -> [String] {
        let season = ["scores", "at", "withheld"].map { keys.name("s:w0:\(number):\($0)") }
        let names =
            [
                keys.suspended, keys.withheld, keys.audit, names.board, names.seasons, keys.seq, keys.epoch, keys.chain,
                keys.scores, names.at,
            ] + season + [keys.ended, keys.name("limit:\(user)")]
        return ["FCALL", "leaderboard_write", "\(names.count)"] + names
            + ["1000", "60000", keys.channel, "", rules.version, seasons.replacing("w0 1", with: "w0 \(number)"), "1"]
            + [end, "2", "0", user, "incr", "1", "1", "192.0.2.1", "request-1"]
    }

    /// Of the entry 1-1: once it has been taken, it is gone.
    private static func intake(_ user: String, _ rules: BoardRules) -> [String] {
        let call = write(user, rules)
        let names = call[3...].prefix(Int(call[2]) ?? 0) + [keys.intake, keys.rejected]
        return ["FCALL", "leaderboard_intake", "\(names.count)"] + names + call[(names.count + 1)...] + [
            "1-1", "", "1",
        ]
    }

    private static func operation(_ name: String, _ user: String, _ more: [String] = []) -> [String] {
        let names =
            [
                keys.scores, keys.audit, keys.suspended, keys.seq, keys.epoch, keys.chain, keys.withheld,
                keys.suspended,
                keys.name("limit:a"), names.board, names.at, names.seasons, keys.ended,
            ] + season
        return ["FCALL", "leaderboard_\(name)", "\(names.count)"] + names
            + [user, keys.channel, "1000", "ops", "a test", "192.0.2.7", "request-2"] + more
    }

    private static let end = "9000000000000000"
    private static let seasons = "\(end) 1 all - 0 0;w0 1 1 \(end)"
    private static let season = ["scores", "at", "withheld"].map { keys.name("s:w0:1:\($0)") }

    private static func reader(_ name: String, _ words: String...) -> [String] {
        ["FCALL_RO", "leaderboard_\(name)", "5", names.board, keys.seq, keys.epoch, keys.scores, names.at, ""] + words
    }

    /// One call of each function of many boards.
    private static func calls(_ rules: BoardRules) -> [[String]] {
        [
            write("a", rules), intake("a", rules), operation("suspend", "c"), operation("reinstate", "c"),
            operation("erase", "c", ["erased-1"]),
            operation("rebuild", "*", ["0-0", "1", "a", "2"]), operation("recover", "*", ["0-0", "a", "2"]),
            operation("adopt", "*", ["0-0", "a", "2", "0"]),
            ["FCALL", "leaderboard_erase_in_season", "4", names.board] + season + ["nobody"],
            [
                "FCALL", "leaderboard_roll", "7", keys.audit, names.board, names.seasons, keys.seq, keys.epoch,
                keys.chain,
                keys.ended, "1000", keys.channel, "", rules.version, seasons, "1", end,
            ],
            [
                "FCALL_RO", "leaderboard_page", "5", names.board, keys.seq, keys.epoch, season[0], season[1], "",
                "@1,\(end)", "0", "9",
            ],
            ["FCALL", "leaderboard_begin", "3", keys.seq, keys.epoch, names.at],
            [
                "FCALL", "leaderboard_define", "9", names.board, keys.scores, keys.withheld, names.at, keys.seq,
                keys.epoch, names.seasons, keys.ended, keys.windows,
                rules.json.replacing("\"version\":\"1\"", with: "\"version\":\"2\""), "1", keys.channel, "",
            ],
            reader("page", "0", "10"), reader("around", "a", "5"), reader("around_score", "1", "5"),
            reader("users", "a", "b"),
            reader("place", "a"), reader("percentile", "1"), reader("score_at", "500000"), reader("count", "", ""),
            ["FCALL_RO", "leaderboard_tops", "5", names.board, keys.seq, keys.epoch, keys.scores, names.at, "10", ""],
        ]
    }
}
