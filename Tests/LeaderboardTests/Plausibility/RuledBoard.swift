import Board
import Foundation
import NIOCore
import RedisClient
import TestSupport

@testable import Leaderboard

/// A board with rules, whose functions read the time where the test writes it.
struct RuledBoard {
    let board: TestBoard
    let store: ScoreStore

    private static let clock = "clock"
    /// In microseconds since 1970: the begin of a quarter of an hour.
    static let start = 1_700_000_100_000_000

    /// - Parameters:
    ///   - members: further members of the definition, each with a comma behind it.
    ///   - bucket: the rate limit of a user.
    ///   - isFresh: false: the rules are changed, and all else is as it was.
    init(
        _ board: TestBoard,
        _ rules: String,
        _ members: String = "",
        bucket: String = #"{"updates":1000000,"interval_seconds":1}"#,
        isFresh: Bool = true
    ) async throws {
        let text = #"{\#(members)"rules":[\#(rules)],"rate_limit":\#(bucket),"version":"1"}"#
        let definition = try BoardDefinition(stored: Array(text.utf8))
        self.board = board
        store = ScoreStore(board.store.functions, try BoardID("ruled"), definition)
        guard isFresh else {
            try await board.command("SET", store.keys.board, text)
            return
        }
        var source = String(decoding: FunctionLibrary.source, as: UTF8.self)
        for call in ["call", "try"] {
            source = source.replacing("\(call)('TIME')", with: "\(call)('LRANGE', '\(Self.clock)', '0', '1')")
        }
        // Nothing goes away by Redis' own clock while the test's stands still.
        source = source.replacing("'PX', checks.kept_for_text", with: "'PX', '3600000'")
        source = source.replacing("'PXAT', until_text", with: "'PX', '3600000'")
        try await board.command("FLUSHALL")
        try await board.command("FUNCTION", "LOAD", "REPLACE", source)
        try await board.command("SET", store.keys.board, text)
        try await set(0)
    }

    /// Buckets are full again: Redis lets them go by a clock of its own.
    /// - Parameter offset: microseconds behind ``start``.
    func set(_ offset: Int) async throws {
        for user in ["ada", "bob", "cid"] {
            let (limit, pace) = (store.keys.limitPrefix + user, store.keys.pacePrefix + user)
            try await board.command("EVAL", Self.fill, "2", limit, pace)
        }
        try await advance(to: offset)
    }

    /// Takes away what `limit` and, with its other numbers as they are, `pace` have of the bucket.
    private static let fill = """
        redis.call('DEL', KEYS[1])
        pcall(function()
            local names, place = struct.unpack('<s', redis.call('GET', KEYS[2]))
            place = place + 8
            for name in string.gmatch(names, '[^;]+') do
                if name == 'b' then
                    redis.call('SETRANGE', KEYS[2], place - 1, string.rep('\\0', 8))
                end
                place = place + (string.find(name, '^s') and 48 or 8)
            end
        end)
        """

    /// Buckets are as they were.
    func advance(to offset: Int) async throws {
        let time = Self.start + offset
        try await board.command("DEL", Self.clock)
        try await board.command("RPUSH", Self.clock, "\(time / 1_000_000)", "\(time % 1_000_000)")
    }

    /// `applied 50`, with what it met behind; `implausible least_time`; or another word.
    func update(
        _ user: String,
        _ value: Int,
        _ operation: BoardDefinition.Operator = .incr,
        from ip: String = "192.0.2.1",
        key: String? = nil,
        by hand: OtherHand? = nil
    ) async throws -> String {
        let outcome = try await store.apply(
            BoardUpdate(user: try UserID(user), operation, value),
            origin: UpdateOrigin(ip: ip, requestID: "request-1"),
            idempotencyKey: try key.map { try IdempotencyKey($0) },
            by: hand,
            withRank: false,
            on: board.loop
        )
        return Self.words(outcome)
    }

    /// The outcomes of updates that go to Redis as one call.
    func updates(_ updates: [(user: String, value: Int)], by hand: OtherHand? = nil) async throws -> [String] {
        let group = UpdateGroup(store.board.writeHead)
        for (user, value) in updates {
            group.add(
                UpdateCall(
                    update: BoardUpdate(user: try UserID(user), .incr, value),
                    origin: UpdateOrigin(ip: "192.0.2.1", requestID: "request-1"),
                    idempotencyKey: nil,
                    grant: nil,
                    withRank: false,
                    hand: hand
                )
            )
        }
        let reply = try await board.redis.send(group.take().call, on: board.loop)
        guard case .each(let outcomes) = GroupReply(reply, count: updates.count) else { return ["\(reply)"] }
        return outcomes.map { outcome in
            UpdateOutcome(reply: outcome, rateLimit: store.board.definition.rateLimit).map(Self.words) ?? "\(outcome)"
        }
    }

    private static func words(_ outcome: UpdateOutcome) -> String {
        func list(_ met: [MetRule]) -> String {
            met.map { " \($0.name.rawValue) \($0.effect.rawValue)" }.joined(separator: ",")
        }
        switch outcome {
        case .applied(let applied):
            return "\(applied.isReplay ? "replayed" : "applied") \(applied.score)\(list(applied.met))"
        case .implausible(let rule, _, let met):
            let others = met.filter { $0 != MetRule(rule, .refused) }
            return "implausible \(rule.rawValue)\(list(others))"
        case .held(let held): return "held\(held.isReplay ? " before" : "")\(list(held.met))"
        case .rejected: return "rejected before"
        case .reviewQueueFull(_, let met): return "full\(list(met))"
        default: return "\(outcome)"
        }
    }

    func verify() async throws -> AuditReport {
        try await AuditVerification(store, on: board.loop).run()
    }

    func counts() async throws -> [Int] {
        try await store.metRules(on: board.loop).map(\.count)
    }
}
