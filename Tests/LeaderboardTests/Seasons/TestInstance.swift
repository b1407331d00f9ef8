import Board
import NIOCore
import RedisClient
import Seasons
import TestSupport

@testable import Leaderboard

/// Instances of the service on one board, whose clocks may be wrong.
struct TestInstances {
    let board: TestBoard
    let id: BoardID
    let definition: BoardDefinition

    /// Stores the definition.
    init(_ board: TestBoard, _ name: String, _ definition: BoardDefinition) async throws {
        (self.board, id) = (board, try BoardID(name))
        var definition = definition
        definition.version = "1"
        definition.rateLimit = RateLimit(updates: 1_000_000, interval: .seconds(1))
        self.definition = definition
        try await board.store.check(on: board.loop)
        try await board.command("SET", keys.board, String(buffer: definition.stored))
    }

    var keys: BoardKeys { BoardKeys(board: id.rawValue) }

    /// One by whose clock it is so much later, in microseconds.
    func instance(late: Int = 0, _ calendar: WindowCalendar? = nil) -> ScoreStore {
        ScoreStore(
            board.store.functions,
            StoredBoard(
                id,
                definition,
                from: .board,
                options: board.store.functions.options,
                calendar: calendar,
                clock: { BoardSeasons.systemClock() + late }
            )
        )
    }

    func apply(
        _ points: Int,
        of user: String,
        in season: NamedSeason? = nil,
        key: String? = nil,
        to store: ScoreStore,
        on loop: (any EventLoop)? = nil
    ) async throws -> UpdateOutcome {
        try await store.apply(
            BoardUpdate(user: try UserID(user), points < 0 ? .decr : .incr, abs(points), season: season),
            origin: UpdateOrigin(ip: "192.0.2.1", requestID: "request-1"),
            idempotencyKey: try key.map { try IdempotencyKey($0) },
            withRank: true,
            on: loop ?? board.loop
        )
    }

    func act(_ reason: String) throws -> OperatorAct {
        OperatorAct(
            actor: try UserID("ops"),
            reason: try AuditReason(reason),
            origin: UpdateOrigin(ip: "192.0.2.7", requestID: "request-2")
        )
    }

    /// Of the stream of ended seasons.
    func ended() async throws -> [WindowSeason] {
        let entries = try await board.command("XRANGE", keys.ended, "-", "+").array ?? []
        return entries.compactMap { WindowSeason(entry: $0) }
    }

    /// Of a season of a window.
    func scores(_ window: WindowName, _ season: String, by store: ScoreStore, isWhole: Bool = false) async throws
        -> [String: Int]
    {
        let page = try await store.rows(
            .page(offset: 0),
            limit: 100,
            in: isWhole ? .whole : .window(window, season: season),
            on: board.loop
        )
        return Dictionary((page?.snapshot.standings ?? []).map { ($0.user, $0.score) }) { $0 + $1 }
    }
}

extension UpdateOutcome {
    var appliedUpdate: AppliedUpdate? {
        if case .applied(let applied) = self { applied } else { nil }
    }
}
