import Foundation
import RedisClient
import Synchronization
@testable import TestSupport
import Testing

@testable import Leaderboard

@Suite("Seasons that end while Redis is killed, or callers lose their connections", .timeLimit(.minutes(2)))
struct KilledSeasonTests {
    private struct Sent: Sendable {
        let update: ModelUpdate
        let outcome: [String]
    }

    private final class Signal: Sendable {
        let isGiven = Atomic(false)
    }

    @Test(
        "have each update once, in the season in which Redis took it, and none is lost",
        arguments: [BoardRules.Ties.id, .first]
    )
    func kills(ties: BoardRules.Ties) async throws {
        let rules = BoardRules(ties: ties, operators: [.incr])
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let keys = BoardKeys(board: "killed")
            let definition = SeasonCaller.definition(rules, version: "1")
            try await board.command("SET", keys.board, definition)
            let end = Signal()
            let sent = try await withThrowingTaskGroup(of: [Sent].self) { group in
                for number in 0..<2 {
                    let caller = SeasonCaller(board, keys, on: board.loops[number], ahead: number * 3000)
                    group.addTask { try await Self.play(caller, number, board.redis, until: end) }
                }
                for round in 0..<6 {
                    try await Self.awaitEnd()
                    if round.isMultiple(of: 2) {
                        board.server.kill()
                        try await board.server.start()
                    } else {
                        _ = try await board.server.command("CLIENT", "KILL", "TYPE", "normal")
                    }
                    try await board.redis.becomesConnected()
                }
                end.isGiven.store(true, ordering: .relaxed)
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(sent.count > 50)
            for one in sent { try Self.expectInTime(one) }

            let store = ScoreStore(
                board.store.functions,
                try BoardID("killed"),
                try BoardDefinition(stored: Array(definition.utf8))
            )
            let report = try await AuditVerification(store, on: board.loop).run()
            #expect(report.isSound && report.seasons.allSatisfy(\.isReached))
            #expect(report.seasons.count > 6, "seasons have ended meanwhile")
            var expected: [String: Int] = [:]
            for one in sent { expected[one.update.user, default: 0] += one.update.value }
            #expect(try await Self.scores(of: keys.scores, keys, store, board) == expected)
            for window in SeasonCaller.windows {
                var sums: [String: Int] = [:]
                for season in try await store.keptSeasons(on: board.loop) where season.window == window {
                    sums.merge(try await Self.scores(of: season.scores, season, store, board), uniquingKeysWith: +)
                }
                #expect(sums == expected, "\(window)")
            }
            let ended = try await board.command("XRANGE", keys.ended, "-", "+").array ?? []
            let names = ended.compactMap { WindowSeason(entry: $0)?.name }
            #expect(Set(names).count == names.count, "each has ended once")
        }
    }

    /// Until shortly before a season of the slow window ends.
    private static func awaitEnd() async throws {
        let length = SeasonCaller.lengths[1]
        let passed = Int(Date().timeIntervalSince1970 * 1_000_000) % length
        try await Task.sleep(for: .microseconds(max(0, length - 2000 - passed)))
    }

    /// Whoever does not know what became of an update sends it again.
    private static func play(
        _ caller: SeasonCaller,
        _ number: Int,
        _ redis: RedisConnections,
        until end: Signal
    ) async throws -> [Sent] {
        var (caller, sent) = (caller, [Sent]())
        while !end.isGiven.load(ordering: .relaxed) {
            let update = ModelUpdate(
                user: "u\(sent.count % 7)",
                operation: .incr,
                value: 1 + sent.count % 5,
                isRanked: true,
                key: "k\(number)-\(sent.count)"
            )
            var outcome: [String]?
            while outcome == nil {
                do {
                    outcome = try await caller.write([update]).first?.outcome
                } catch is RedisError {
                    try await redis.becomesConnected()
                } catch is NoSeasonHolds {}
            }
            sent.append(Sent(update: update, outcome: outcome ?? []))
        }
        return sent
    }

    /// The seasons that its outcome tells are those of its time.
    private static func expectInTime(_ one: Sent) throws {
        #expect(["applied", "replayed"].contains(one.outcome.first), "\(one)")
        let milliseconds = try #require(one.outcome.count > 6 ? Int(one.outcome[3]) : nil, "\(one)")
        for (place, told) in one.outcome[6].split(separator: ";").enumerated() {
            let words = told.split(separator: " ")
            let from = try #require(words.count == 3 ? Int(words[1]) : nil)
            #expect(from / 1000 <= milliseconds, "\(one)")
            #expect(milliseconds * 1000 < from + SeasonCaller.lengths[place], "\(one)")
        }
    }

    private static func scores(
        of key: String,
        _ keys: some RankedKeys,
        _ store: ScoreStore,
        _ board: TestBoard
    ) async throws -> [String: Int] {
        try await store.userPlaces(of: key, keys, store.board.definition, on: board.loop).mapValues(\.score)
    }
}
