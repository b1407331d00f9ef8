import Board
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

/// What rules know of a user from one update to the next (`pace` in `Functions/rules.lua`).
@Suite("What rules keep of a user", .timeLimit(.minutes(2)))
struct RuleMemoryTests {
    private static let second = 1_000_000
    private static let points = #"{"rule":"points_limit","points":100,"interval":"1h","action":"refuse"}"#
    private static let jump =
        #"{"rule":"largest_jump","against":"own","points":10,"times":2,"action":"refuse","by":"all"}"#
    private static let pause = #"{"rule":"least_time","interval":"1s","action":"refuse"}"#
    private static let address = #"{"rule":"users_per_address","users":1,"interval":"16m","action":"refuse"}"#

    @Test("goes on when other rules come or go, by each that stays")
    func otherRules() async throws {
        try await withBoard { board in
            var ruled = try await RuledBoard(board, Self.points)
            #expect(try await ruled.update("ada", 90) == "applied 90")
            ruled = try await RuledBoard(board, "\(Self.pause),\(Self.points)", isFresh: false)
            #expect(try await ruled.update("ada", 11) == "implausible points_limit")
            #expect(try await ruled.update("ada", 9) == "applied 99")
            #expect(try await ruled.update("ada", 1) == "implausible least_time")
            ruled = try await RuledBoard(board, "\(Self.points),\(Self.address)", isFresh: false)
            #expect(try await ruled.updates([("ada", 1), ("ada", 1)]) == ["applied 100", "implausible points_limit"])
            ruled = try await RuledBoard(board, Self.pause, isFresh: false)
            #expect(try await ruled.update("ada", 500) == "applied 600")
            ruled = try await RuledBoard(board, "\(Self.points),\(Self.pause)", isFresh: false)
            #expect(try await ruled.update("ada", 1) == "implausible least_time")
        }
    }

    @Test("was written otherwise by an earlier release, and is read")
    func earlierRelease() async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, "\(Self.points),\(Self.jump),\(Self.pause)")
            let start = RuledBoard.start
            let quarter = start / (900 * Self.second)
            // First day; of what users report, and of all: last, the first day's gain, the largest; 70 points in the quarter before this one.
            let pack = """
                local t = {0, \(start - 500_000), 0, 40, \(start - 500_000), 0, 45, '3600000000 1', \(quarter - 1), 70, 0, 0, 0, 0}
                return redis.call('SET', KEYS[1], cmsgpack.pack(t), 'PX', '3600000')
                """
            try await board.command("EVAL", pack, "1", ruled.store.keys.pacePrefix + "ada")
            #expect(try await ruled.update("ada", 1) == "implausible least_time")
            try await ruled.set(Self.second / 2)
            #expect(try await ruled.update("ada", 31) == "implausible points_limit")
            // No more than 45 was gained at once: 91 is more than twice that.
            let service = OtherHand.service(try UserID("server"), RateLimit(updates: 100, interval: .seconds(1)))
            #expect(try await ruled.update("ada", 91, by: service) == "implausible largest_jump")
            #expect(try await ruled.update("ada", 90, by: service) == "applied 90")
            #expect(try await ruled.updates([("ada", 30)]) == ["applied 120"])
            try await ruled.set(2 * Self.second)
            #expect(try await ruled.update("ada", 1) == "implausible points_limit")
        }
    }

    @Test("is as if it were not there where another wrote it")
    func anotherText() async throws {
        let manySums = String(repeating: "s;", count: 99) + "\u{0}"
        let others = [
            "", ";", "f;", "s1 3600000000;", "s1 3600000000;l1;\u{0}", manySums, "\u{0}\u{0}", "abc", "\u{1}",
        ]
        try await withBoard { board in
            for text in others {
                let ruled = try await RuledBoard(board, "\(Self.points),\(Self.pause)")
                let key = ruled.store.keys.pacePrefix + "ada"
                try await board.command("SET", key, text)
                #expect(try await ruled.update("ada", 101) == "implausible points_limit", "\(text)")
                #expect(try await ruled.update("ada", 100) == "applied 100", "\(text)")
                #expect(try await ruled.update("ada", 0) == "implausible least_time", "\(text)")
                #expect(try await board.command("PTTL", key).integer ?? 0 > 0, "\(text)")
                try await board.command("DEL", key)
                try await board.command("LPUSH", key, "a")
                let outcomes = try await ruled.updates([("ada", 100), ("bob", 1)])
                #expect(outcomes == ["applied 200", "applied 1"], "\(text)")
            }
        }
    }

    @Test("a place at an address is the user's, whether the set or what is kept of the user tells of it")
    func places() async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, "\(Self.address),\(Self.points)")
            let (first, other) = ("192.0.2.1", "192.0.2.2")
            #expect(try await ruled.update("ada", 1, from: first) == "applied 1")
            #expect(try await ruled.update("bob", 1, from: first) == "implausible users_per_address")
            #expect(try await ruled.update("bob", 1, from: other) == "applied 1")
            // Ada has a place at one, and not at the other.
            try await ruled.set(30 * Self.second)
            #expect(try await ruled.update("ada", 1, from: first) == "applied 2")
            #expect(try await ruled.update("ada", 1, from: other) == "implausible users_per_address")
            // Taken again behind the first sixteenth, it is free a whole interval later than it was.
            try await ruled.set(61 * Self.second)
            #expect(try await ruled.update("ada", 1, from: first) == "applied 3")
            try await ruled.set((16 * 60 + 61) * Self.second)
            #expect(try await ruled.update("bob", 1, from: first) == "implausible users_per_address")
            try await ruled.set((17 * 60 + 61) * Self.second)
            #expect(try await ruled.update("bob", 1, from: first) == "applied 2")
            #expect(try await ruled.update("ada", 1, from: first) == "implausible users_per_address")
        }
    }
}
