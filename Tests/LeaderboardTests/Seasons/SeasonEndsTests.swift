import Board
import NIOCore
import RedisClient
import Seasons
import TestSupport
import Testing

@testable import Leaderboard

@Suite("A board whose windows end", .timeLimit(.minutes(5)))
struct SeasonEndsTests {
    private static let short = WindowName("short") ?? .all
    private static let long = WindowName("long") ?? .all

    /// An instance, by whose clock it is so much later, in microseconds.
    private func instance(
        _ board: TestBoard,
        _ id: BoardID,
        _ definition: BoardDefinition,
        late: Int = 0,
        short: Int = 40_000,
        long: Int = 200_000
    ) -> ScoreStore {
        let calendar = WindowCalendar(
            [
                (Self.short, { @Sendable in Season(every: short, at: $0) }),
                (Self.long, { @Sendable in Season(every: long, at: $0) }),
            ],
            version: definition.version,
            graceSeconds: definition.windows.graceSeconds
        )
        return ScoreStore(
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

    private func definition(_ ties: BoardDefinition.Ties = .id, graceSeconds: Int = 0) throws -> BoardDefinition {
        var definition = BoardDefinition()
        definition.version = "1"
        definition.ties = ties
        definition.rateLimit = RateLimit(updates: 1_000_000, interval: .seconds(1))
        definition.windows.seasonal = [
            WindowRule(name: Self.short, reset: .hourly), WindowRule(name: Self.long, reset: .daily),
        ]
        definition.windows.graceSeconds = graceSeconds
        return definition
    }

    private func store(_ definition: BoardDefinition, _ id: BoardID, _ board: TestBoard) async throws {
        try await board.store.check(on: board.loop)
        try await board.command("SET", BoardKeys(board: id.rawValue).board, String(buffer: definition.stored))
    }

    private func apply(
        _ points: Int,
        of user: String,
        in season: String? = nil,
        key: String? = nil,
        to store: ScoreStore,
        on loop: any EventLoop
    ) async throws -> UpdateOutcome {
        try await store.apply(
            BoardUpdate(user: try UserID(user), .incr, points, season: season.map { NamedSeason(id: $0) }),
            origin: UpdateOrigin(ip: "192.0.2.1", requestID: "request-1"),
            idempotencyKey: try key.map { try IdempotencyKey($0) },
            withRank: true,
            on: loop
        )
    }

    @Test(
        "counts each update in the seasons of its time by Redis' clock, of instances whose clocks are wrong by 0.3 s",
        arguments: [BoardDefinition.Ties.id, .first]
    )
    func clocks(ties: BoardDefinition.Ties) async throws {
        try await withBoard { board in
            let (id, definition) = (try BoardID("b"), try definition(ties))
            try await store(definition, id, board)
            let instances = [-300_000, 0, 300_000].map { instance(board, id, definition, late: $0) }
            var points: [WindowName: [String: [String: Int]]] = [:]
            var total = 0
            // Some of them come in one tick, as a group.
            for round in 0..<60 {
                let outcomes = await Array(0..<6).mapAllAtOnce { number -> UpdateOutcome? in
                    // On a slow machine the season is another one each time that it asks: nothing is counted then.
                    for _ in 0..<20 {
                        let outcome = try? await apply(
                            1 + number,
                            of: "u\((round + number) % 7)",
                            to: instances[number % 3],
                            on: board.loops[number % 2]
                        )
                        if let outcome { return outcome }
                    }
                    return nil
                }
                for (number, outcome) in outcomes.enumerated() {
                    let applied = try #require(outcome?.applied)
                    total += 1 + number
                    #expect(applied.seasons.map(\.window) == [Self.short, Self.long])
                    for (told, length) in zip(applied.seasons, [40_000, 200_000]) {
                        // Of the time there are milliseconds.
                        let season = try #require(Season(every: length, at: applied.time * 1_000))
                        #expect(told.season == season.id)
                        points[told.window, default: [:]][told.season, default: [:]][
                            "u\((round + number) % 7)",
                            default: 0
                        ] += 1 + number
                    }
                }
                try await Task.sleep(for: .milliseconds(3))
            }
            #expect(points[Self.short]?.count ?? 0 > 3)
            let reader = instances[0]
            for (window, seasons) in points {
                for (season, scores) in seasons {
                    let page = try #require(
                        try await reader.rows(
                            .page(offset: 0),
                            limit: 100,
                            in: .window(window, season: season),
                            on: board.loop
                        )
                    )
                    let found = page.snapshot.standings.map { ($0.user, $0.score) }
                    #expect(Dictionary(found) { $0 + $1 } == scores, "\(window) \(season)")
                    let ranks = page.snapshot.standings.map(\.score)
                    #expect(ranks == ranks.sorted(by: >))
                }
            }
            let whole = try #require(try await reader.rows(.page(offset: 0), limit: 100, on: board.loop))
            #expect(whole.snapshot.standings.map(\.score).reduce(0, +) == total)

            let listed = try await reader.seasons(of: Self.short, before: nil, limit: 100, on: board.loop)
            let played = listed.filter { $0.users > 0 }
            #expect(Set(played.map(\.season.id)) == Set((points[Self.short] ?? [:]).keys))
            #expect(played.count == Set(played.map(\.season.id)).count)
            #expect(listed.map(\.season.until) == listed.map(\.season.until).sorted(by: >))
            for season in played { #expect(season.users == points[Self.short]?[season.season.id]?.count) }
        }
    }

    @Test(
        "takes an update for a season that has ended while its grace lasts, counts it there alone, and refuses it then"
    )
    func grace() async throws {
        try await withBoard { board in
            let (id, definition) = (try BoardID("b"), try definition(graceSeconds: 1))
            try await store(definition, id, board)
            let instance = instance(board, id, definition, short: 100_000, long: 3_600_000_000)
            let first = try #require(try await apply(1, of: "ada", to: instance, on: board.loop).applied)
            let season = try #require(first.seasons.first).season
            try await Task.sleep(for: .milliseconds(110))
            let next = try #require(try await apply(2, of: "ada", to: instance, on: board.loop).applied)
            #expect(next.seasons.first?.score == 2 && next.seasons.last?.score == 3)
            let late = try #require(
                try await apply(4, of: "ada", in: season, key: "k", to: instance, on: board.loop).applied
            )
            #expect(late.score == 7)
            #expect(late.seasons.first.map { "\($0.season) \($0.score)" } == "\(season) 5")
            try await Task.sleep(for: .milliseconds(1_050))
            #expect(try await apply(8, of: "ada", in: season, to: instance, on: board.loop) == .seasonEnded)
            // It was made before: its outcome is that of then.
            let again = try #require(
                try await apply(4, of: "ada", in: season, key: "k", to: instance, on: board.loop).applied
            )
            #expect(again.isReplay && again.score == 7 && again.seasons == late.seasons)
            let place = try await instance.place(
                of: try UserID("ada"),
                in: .window(Self.short, season: season),
                on: board.loop
            )
            #expect(place??.standing.score == 5)
        }
    }

    @Test("takes an update for the season that has just begun from an instance that does not know of it yet")
    func ahead() async throws {
        try await withBoard { board in
            let (id, definition) = (try BoardID("b"), try definition())
            try await store(definition, id, board)
            // Seasons of a minute, and an instance whose clock is an hour behind.
            let behind = instance(board, id, definition, late: -3_600_000_000, short: 60_000_000, long: 3_600_000_000)
            let now = BoardSeasons.systemClock()
            let season = try #require(Season(every: 60_000_000, at: now)).id
            let outcome = try await apply(1, of: "ada", in: season, to: behind, on: board.loop)
            #expect(outcome.applied != nil || BoardSeasons.systemClock() / 60_000_000 != now / 60_000_000)
            #expect(try await apply(1, of: "ada", in: "never", to: behind, on: board.loop) == .seasonEnded)
        }
    }

    @Test("has no other windows and seasons than these")
    func unknown() async throws {
        try await withBoard { board in
            let (id, definition) = (try BoardID("b"), try definition())
            try await store(definition, id, board)
            let instance = instance(board, id, definition, short: 3_600_000_000, long: 3_600_000_000)
            let other = try #require(WindowName("other"))
            await #expect(throws: ScoreStoreError.unknownWindow) {
                _ = try await instance.count(from: nil, to: nil, in: .window(other, season: nil), on: board.loop)
            }
            await #expect(throws: ScoreStoreError.unknownSeason) {
                _ = try await instance.count(from: nil, to: nil, in: .window(Self.short, season: "x"), on: board.loop)
            }
            await #expect(throws: ScoreStoreError.unknownWindow) {
                _ = try await board.store.count(from: nil, to: nil, in: .window(other, season: nil), on: board.loop)
            }
            // The one that runs is there before anybody is in it.
            let running = try await instance.count(
                from: nil,
                to: nil,
                in: .window(Self.short, season: nil),
                on: board.loop
            )
            #expect(running?.total == 0)
            #expect(try await board.store.seasons(of: nil, before: nil, limit: 20, on: board.loop) == [])
        }
    }
}

extension UpdateOutcome {
    fileprivate var applied: AppliedUpdate? {
        if case .applied(let applied) = self { applied } else { nil }
    }
}
