import Board
import NIOCore
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

/// Where rules know of a user, the user's token bucket stands with what they know (`Functions/rules.lua`), and is one bucket with what
/// `limit` has.
@Suite("The token bucket of a board with rules", .timeLimit(.minutes(2)))
struct RuledBucketTests {
    private static let second = 1_000_000
    private static let three = #"{"updates":3,"interval_seconds":300}"#
    private static let points = #"{"rule":"points_limit","points":100,"interval":"1h","action":"refuse"}"#
    private static let pause = #"{"rule":"least_time","interval":"1ms","action":"flag","dry_run":true}"#

    @Test("is written with what rules know, and all who take of it know it", arguments: [false, true])
    func oneBucket(inGroups: Bool) async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, Self.points, bucket: Self.three)
            let (keys, ada) = (ruled.store.keys, try UserID("ada"))
            func update(_ value: Int) async throws -> String {
                guard inGroups else { return try await ruled.update("ada", value) }
                return try await ruled.updates([("ada", value), ("bob", 1)])[0]
            }
            func rename() async throws -> Bool {
                let said = try UserMetadata(json: ByteBuffer(string: #"{"name":"Ada"}"#), maximumBytes: 4096)
                let outcome = try await ruled.store.setMetadata(said, of: ada, on: board.loop)
                if case .kept = outcome { return true } else { return false }
            }
            #expect(try await update(1) == "applied 1")
            #expect(try await board.command("EXISTS", keys.limit(ada)).integer == 0)
            #expect(
                try await ruled.store.holding(of: ada, on: board.loop).bucketFullAt
                    == RuledBoard.start + 100 * Self.second
            )
            #expect(try await rename())
            // What a rule refuses has taken its token, too.
            #expect(try await update(1000) == "implausible points_limit")
            #expect(try await update(1).contains("rateLimited"))
            #expect(try await !rename())
            try await ruled.advance(to: 100 * Self.second)
            #expect(try await rename())
            #expect(try await update(1).contains("rateLimited"))
            try await ruled.advance(to: 200 * Self.second)
            #expect(try await update(1) == "applied 2")
        }
    }

    @Test("goes on when rules change, and lasts where no rule has to know of the user for so long")
    func otherRules() async throws {
        try await withBoard { board in
            var ruled = try await RuledBoard(board, Self.pause, bucket: Self.three)
            let pace = ruled.store.keys.pace(try UserID("ada"))
            #expect(try await ruled.updates([("ada", 1), ("ada", 1)]).last?.hasPrefix("applied 2") == true)
            let kept = try await board.command(
                "EVAL",
                "local _, kept_until = struct.unpack('<sd', redis.call('GET', KEYS[1])) return kept_until",
                "1",
                pace
            )
            #expect((kept.integer ?? 0) >= (RuledBoard.start + 300 * Self.second) / 1000)
            ruled = try await RuledBoard(board, "\(Self.points),\(Self.pause)", bucket: Self.three, isFresh: false)
            #expect(try await ruled.update("ada", 1).hasPrefix("applied 3"))
            #expect(try await ruled.update("ada", 1).contains("rateLimited"))
        }
    }

    @Test("is the service's where a service reports, and the user's stays full", arguments: [1, 3])
    func reports(count: Int) async throws {
        try await withBoard { board in
            let all = #"{"rule":"points_limit","points":100,"interval":"1h","action":"refuse","by":"all"}"#
            let ruled = try await RuledBoard(board, all, bucket: Self.three)
            let server = try UserID("server")
            let service = OtherHand.service(server, RateLimit(updates: 4, interval: .seconds(400)))
            let reported = Array(repeating: (user: "ada", value: 1), count: count)
            #expect(try await ruled.updates(reported, by: service).last == "applied \(count)")
            let fullAt = try await ruled.store.holding(of: UserID("ada"), on: board.loop).bucketFullAt
            #expect(fullAt == nil)
            #expect(try await ruled.updates([("bob", 1), ("bob", 1), ("bob", 1)]).last == "applied 3")
            let left = try await ruled.updates(Array(repeating: (user: "cid", value: 1), count: 4), by: service)
            #expect(left.filter { $0.hasPrefix("applied") }.count == 4 - count)
        }
    }

    @Test("that fills later than can be is put right: the clock was set back")
    func clockSetBack() async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, Self.points, bucket: Self.three)
            try await ruled.advance(to: 10_000 * Self.second)
            #expect(try await ruled.update("ada", 1) == "applied 1")
            try await ruled.advance(to: 0)
            #expect(try await ruled.update("ada", 1).contains("rateLimited"))
            try await ruled.advance(to: 100 * Self.second)
            #expect(try await ruled.update("ada", 1) == "applied 2")
            #expect(try await ruled.update("ada", 1).contains("rateLimited"))
        }
    }
}
