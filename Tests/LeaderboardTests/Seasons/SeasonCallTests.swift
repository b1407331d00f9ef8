import RedisClient
@testable import TestSupport
import Testing

@testable import Leaderboard

/// What `Functions/windows.lua` takes, and what it does not.
@Suite("A call that names seasons", .timeLimit(.minutes(2)))
struct SeasonCallTests {
    private static let end = "9000000000000000"

    struct Fault: Sendable, CustomTestStringConvertible {
        let what: String
        /// In the place of ARGV 6 to 9.
        let words: [String]
        var keys = 4
        var testDescription: String { what }
    }

    static let faults = [
        Fault(what: "none", words: ["", "0", "0", "1"], keys: 0),
        Fault(what: "fewer than it says", words: ["\(end) 1 all - 0 0;w0 1 1 \(end)", "1", end, "3"], keys: 7),
        Fault(what: "of another version", words: ["\(end) 2 all - 0 0;w0 1 1 \(end)", "1", end, "2"]),
        Fault(what: "with something behind", words: ["\(end) 1 all - 0 0;w0 1 1 \(end) \"", "1", end, "2"]),
        Fault(what: "with a colon in a name", words: ["\(end) 1 all - 0 0;w:0 1 1 \(end)", "1", end, "2"]),
        Fault(what: "without times", words: ["\(end) 1 all - 0 0;w0 1 1 \(end)", "", "", "2"]),
        Fault(
            what: "longer than they can be",
            words: ["\(end) 1 all - 0 0;w0 \(String(repeating: "1", count: 700)) 1 \(end)", "1", end, "2"]
        ),
    ]

    @Test("that cannot be is refused, and writes nothing", arguments: faults)
    func refusal(fault: Fault) async throws {
        let rules = BoardRules(windows: 1)
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            try await board.command("SET", BoardKeys(board: "calls").board, rules.json)
            let target = DefinedBoard(board, "calls", rules, isGiven: false)
            var (names, words) = target.words([ModelUpdate(user: "a", value: 1)])
            words.replaceSubrange(5..<9, with: fault.words)
            names.replaceSubrange(10..<names.count - 1, with: (0..<fault.keys).map { target.keys.name("x\($0)") })
            await #expect(throws: RedisError.self, "\(fault.what)") {
                try await target.call("leaderboard_write", names, words)
            }
            #expect(try await board.command("DBSIZE").integer == 1)
        }
    }

    @Test("is taken by the first of two callers, and told to the other, until its end")
    func opinions() async throws {
        let rules = BoardRules(windows: 1)
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            try await board.command("SET", BoardKeys(board: "calls").board, rules.json)
            var target = DefinedBoard(board, "calls", rules, isGiven: false)
            #expect(try await roll(target) == "done")
            #expect(try await roll(target) == "unchanged")
            #expect(try await target.outcomes([ModelUpdate(user: "a", value: 1)]) == ["applied 1 2 0"])
            var other = target
            other.seasons[0] = 7
            #expect(try await other.write([ModelUpdate(user: "a", value: 1)]).array?.first?.text == "season_is")
            #expect(try await roll(other) == "season_is")
            try await target.endSeason(0)
            #expect(try await other.outcomes([ModelUpdate(user: "a", value: 1)]) == ["applied 2 4 0"])
            let ended = try await board.command("XRANGE", target.keys.ended, "-", "+").array ?? []
            #expect(ended.compactMap { WindowSeason(entry: $0)?.name } == ["w0 1"])
        }
    }

    private func roll(_ target: DefinedBoard) async throws -> String? {
        let (keys, words) = (target.keys, target.words([]).words)
        let names = [keys.audit, keys.board, keys.seasons, keys.seq, keys.epoch, keys.chain, keys.ended]
        let own = ["1000", keys.channel, "", target.rules.version] + words[5..<8]
        return try await target.call("leaderboard_roll", names, own).array?.first?.text
    }
}
