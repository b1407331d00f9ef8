import Board
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("The token bucket")
struct TokenBucketTests {
    @Test("gives its tokens at once, then one each token time, to the microsecond")
    func arithmetic() async throws {
        try await withBucket(RateLimit(updates: 3, interval: .microseconds(300))) { bucket in
            let takes = [
                (1000, 2), (1000, 1), (1000, 0), (1000, nil), (1099, nil), (1100, 0), (1199, nil), (1300, 1), (9000, 2),
            ]
            for (now, remaining) in takes {
                let left = try await bucket.take(at: now)
                #expect(left == remaining, "at \(now)")
            }
        }
    }

    @Test("never holds more, nor less, than it can, when the clock is set back or the limit changed")
    func clamps() async throws {
        try await withBucket(RateLimit(updates: 2, interval: .seconds(2))) { bucket in
            let before = try await bucket.take(at: 1_800_000_000_000_000)
            let setBack = try await bucket.take(at: 1_700_000_000_000_000)
            #expect(before == 1)
            #expect(setBack == nil)
            #expect(bucket.state?.retryAfterSeconds == 1)
            #expect(bucket.state?.remaining == 0)
        }
    }

    /// How the time in the key came to be too far away, and how long a token then takes to come back.
    @Test(
        "lets a user in again after a token's time, where the key says more than a bucket can",
        arguments: [3600, 30 * 86_400, 1_000_000_000],
        [false, true]
    )
    func tooFarAway(seconds: Int, hasKey: Bool) async throws {
        var options = StoreOptions()
        options.definition.rateLimit = RateLimit(updates: 10, interval: .seconds(1))
        try await withBoard(options) { board in
            let clock = try await board.command("TIME").array?.compactMap(\.text).compactMap(Int.init) ?? [0, 0]
            let fullAt = String((clock[0] + seconds) * 1_000_000)
            let limit = board.keys.limit(try UserID("alice"))
            let address = board.store.functions.options.keySpace.address("192.0.2.1")
            for key in [limit, address] { try await board.command("SET", key, fullAt, "PX", String(seconds * 1000)) }
            let key = hasKey ? "k" : nil
            guard case .rateLimited(let state) = try await board.apply("alice", 1, key: key) else {
                Issue.record("an empty bucket gave a token")
                return
            }
            #expect(state.untilNextToken == .milliseconds(100))
            // From then on it fills, however often it is asked meanwhile.
            try await until {
                if case .applied = try await board.apply("alice", 1, key: key) { true } else { false }
            }
            try await until {
                try await board.store.functions.noteFailure(
                    of: "192.0.2.1",
                    limit: options.definition.rateLimit,
                    on: board.loop
                ) == .zero
            }
            // Redis forgets it when it is full, not when it was thought to be.
            let lifetime = try await board.command("PTTL", limit).integer ?? 0
            // -2: it is forgotten already.
            #expect(lifetime == -2 || lifetime >= 0 && lifetime <= 1000)
        }
    }

    @Test(
        "holds rubbish for a full bucket",
        arguments: [
            "", "abc", "nan", "{}", "inf", "-inf", "1e400", "9007199254740992", "999999999999999999999999999999", "-1",
        ]
    )
    func rubbish(stored: String) async throws {
        try await withBucket(RateLimit(updates: 2, interval: .seconds(2)), stored: stored) { bucket in
            let left = try await bucket.take(at: 1_800_000_000_000_000)
            #expect(left == 1)
        }
    }

    @Test(
        "agrees with a bucket that is counted token by token",
        arguments: [
            RateLimit(updates: 1, interval: .milliseconds(1)), RateLimit(updates: 7, interval: .milliseconds(60)),
            RateLimit(updates: 60, interval: .milliseconds(60)), RateLimit(updates: 1000, interval: .milliseconds(1)),
        ]
    )
    func model(limit: RateLimit) async throws {
        var random = SeededGenerator(seed: UInt64(limit.updates))
        try await withBucket(limit) { bucket in
            var now = 1_800_000_000_000_000
            // Of each token taken: when it is back. Tokens come back one after the other.
            var comingBack: [Int] = []
            for _ in 0..<2000 {
                now += Int.random(in: 0...limit.tokenTime * (Bool.random(using: &random) ? 1 : 3), using: &random)
                comingBack.removeAll { $0 <= now }
                let taken = comingBack.count < limit.updates
                if taken { comingBack.append((comingBack.last ?? now) + limit.tokenTime) }
                let left = try await bucket.take(at: now)
                #expect(left == (taken ? limit.updates - comingBack.count : nil))
                let untilNext = comingBack.count < limit.updates ? 0 : comingBack[0] - now
                #expect(bucket.state?.untilNextToken == .microseconds(untilNext))
                #expect(bucket.state?.reset == .microseconds((comingBack.last ?? now) - now))
            }
        }
    }

    @Test(
        "tells whole seconds, rounded up, and at least 1 to wait",
        arguments: [
            (0, 60, 1, 0), (1, 59, 1, 1), (1_000_000, 59, 1, 1), (1_000_001, 58, 1, 2), (59_000_000, 1, 1, 59),
            (59_000_001, 0, 1, 60), (60_000_000, 0, 1, 60), (99_000_000, 0, 1, 60), (-5, 60, 1, 0),
        ]
    )
    func states(fullIn: Int, remaining: Int, retryAfter: Int, reset: Int) {
        let state = RateLimit(updates: 60, interval: .seconds(60)).state(fullIn: fullIn)
        #expect(state.remaining == remaining)
        #expect(state.retryAfterSeconds == retryAfter)
        #expect(state.resetSeconds == reset)
    }

    @Test(
        "tells no second more than the limit's own, where only the time of a token is rounded up",
        arguments: [
            (999, 1, 1), (7, 1, 1), (1_000_000_000, 1, 1000), (700_000, 1, 2), (1, 86_400, 86_400), (999, 60, 60),
            (1_000_000_000, 86_400, 86_400),
        ]
    )
    func roundedTokens(updates: Int, seconds: Int, reset: Int) {
        let limit = RateLimit(updates: updates, interval: .seconds(seconds))
        let state = limit.state(fullIn: .max / 2)
        #expect(state.remaining == 0)
        #expect(state.resetSeconds == reset)
        #expect(limit.state(fullIn: 1).resetSeconds == 1)
        #expect(limit.state(fullIn: 0).resetSeconds == 0)
    }

    @Test("waits for the next token, not for a full bucket")
    func retryAfter() {
        let limit = RateLimit(updates: 2, interval: .seconds(20))
        #expect(limit.state(fullIn: 20_000_000).retryAfterSeconds == 10)
        #expect(limit.state(fullIn: 12_000_001).retryAfterSeconds == 3)
        #expect(limit.state(fullIn: 10_000_000).untilNextToken == .zero)
    }

    @Test("has a configuration that cannot overflow", arguments: [0, 1, .max])
    func extremes(updates: Int) {
        for interval in [Duration.zero, .microseconds(1), .seconds(Int64.max / 2)] {
            let limit = RateLimit(updates: updates, interval: interval)
            #expect(limit.tokenTime >= 1)
            #expect(limit.updates.multipliedReportingOverflow(by: limit.tokenTime).overflow == false)
            #expect(limit.state(fullIn: .max).remaining == 0)
            #expect(limit.state(fullIn: .min).remaining == limit.updates)
        }
    }
}

/// token_bucket.lua in a library of the test's own, in which the caller tells the time.
private final class Bucket {
    private let board: TestBoard
    private let limit: RateLimit
    private var stored: String?
    private(set) var state: RateLimitState?

    init(board: TestBoard, limit: RateLimit, stored: String?) {
        self.board = board
        self.limit = limit
        self.stored = stored
    }

    /// The tokens that remain, or nil if there was none to take.
    func take(at now: Int) async throws -> Int? {
        let reply = try await board.command(
            "FCALL",
            "take",
            "0",
            stored ?? "",
            String(now),
            String(limit.updates),
            String(limit.tokenTime)
        )
        guard let fullIn = reply.array?[1].integer else { throw BadReply() }
        state = limit.state(fullIn: fullIn)
        guard reply.array?[0].integer == 1 else { return nil }
        stored = String(now + fullIn)
        return state?.remaining
    }

    struct BadReply: Error {}
}

private func withBucket(
    _ limit: RateLimit,
    stored: String? = nil,
    _ body: (Bucket) async throws -> Void
) async throws {
    let wrapper = """
        redis.register_function('take', function(keys, args)
          local taken, full_in = take(args[1], tonumber(args[2]), tonumber(args[3]), tonumber(args[4]))
          return { taken and 1 or 0, full_in }
        end)
        """
    let library = PackageResources.numbers_lua + PackageResources.token_bucket_lua
    let source = "#!lua name=bucket\n" + String(decoding: library, as: UTF8.self) + wrapper
    try await withBoard { board in
        try await board.command("FUNCTION", "LOAD", source)
        try await body(Bucket(board: board, limit: limit, stored: stored))
    }
}
