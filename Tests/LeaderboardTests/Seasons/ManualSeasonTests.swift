import Board
import NIOCore
import RedisClient
import Seasons
@testable import TestSupport
import Testing

@testable import Leaderboard

@Suite("A window that an operator ends", .timeLimit(.minutes(2)))
struct ManualSeasonTests {
    private static let cup = WindowName("cup") ?? .all
    private static let month = WindowName("month") ?? .all

    private func definition(_ ties: BoardDefinition.Ties = .id) -> BoardDefinition {
        var definition = BoardDefinition()
        definition.ties = ties
        definition.operators = [.incr, .decr]
        definition.windows.seasonal = [
            WindowRule(name: Self.cup, reset: .manual), WindowRule(name: Self.month, reset: .monthly),
        ]
        return definition
    }

    @Test("begins with its board, and not when somebody first asks or plays")
    func begin() async throws {
        try await withBoard { board in
            let catalogue = Catalogue(board.store.functions, maximumBoards: 10)
            let id = try BoardID("begun")
            _ = try await catalogue.store(definition(.first), as: .board(id), inPlaceOf: .nothing, on: board.loop)
            let store = try await catalogue.board(id, on: board.loop)
            #expect(try await board.command("GET", store.keys.seq).text == "1")
            #expect(try await AuditVerification(store, on: board.loop).run().isSound)
            let made = try await board.store.time(on: board.loop)
            let listed = try await catalogue.board(id, on: board.loop)
                .seasons(of: Self.cup, before: nil, limit: 9, on: board.loop)
            let other = Catalogue(board.store.functions, maximumBoards: 10)
            let again = try await other.board(id, on: board.loop).seasons(
                of: Self.cup,
                before: nil,
                limit: 9,
                on: board.loop
            )
            #expect(listed.count == 1 && again == listed)
            #expect(try #require(listed.first).season.from <= made)
        }
    }

    @Test("may be reset before anybody has played: the board's count begins with that")
    func resetFirst() async throws {
        try await withBoard { board in
            let instances = try await TestInstances(board, "fresh", definition(.first))
            let store = instances.instance(late: 0)
            let ended = try await store.reset(Self.cup, season: nil, by: try instances.act("x"), on: board.loop)
            guard case .ended = ended else {
                Issue.record("\(ended)")
                return
            }
            #expect(try await board.command("GET", store.keys.seq).text == "1")
        }
    }

    @Test("of which all users are suspended is an empty season, and none that nobody knows")
    func allSuspended() async throws {
        try await withBoard { board in
            let instances = try await TestInstances(board, "empty", definition(.first))
            let (store, ada) = (instances.instance(), try UserID("ada"))
            #expect(try await instances.apply(5, of: "ada", to: store).appliedUpdate != nil)
            _ = try await store.reset(Self.cup, season: nil, by: try instances.act("x"), on: board.loop)
            func page(_ season: String) async throws -> RankedPage? {
                let view = BoardView.window(Self.cup, season: season)
                return try await store.rows(.page(offset: 0), limit: 10, in: view, on: board.loop)
            }
            #expect(try await page("1")?.snapshot.total == 1)
            #expect(try await store.suspend(ada, by: try instances.act("x"), on: board.loop).finalSeasons == ["cup/1"])
            #expect(try await page("1")?.snapshot.total == 0)
            await #expect(throws: ScoreStoreError.unknownSeason) { try await page("7") }
        }
    }

    @Test(
        "ends hundreds of times, each once, and has each update in the season that ran, whatever clocks say and instances know",
        arguments: [BoardDefinition.Ties.id, .first]
    )
    func model(ties: BoardDefinition.Ties) async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        try await withBoard { board in
            let instances = try await TestInstances(board, "arena", definition(ties))
            let stores = [-3_000_000, 0, 3_000_000].map { instances.instance(late: $0) }
            var (running, scores): (Int, [Int: [String: Int]]) = (1, [:])
            for step in 0..<600 {
                let store = stores[Int.random(in: 0..<stores.count, using: &random)]
                switch Int.random(in: 0..<4, using: &random) {
                case 0, 1:
                    let wanted = [nil, "\(running)", "\(running - 1)"].randomElement(using: &random) ?? nil
                    let outcome = try await store.reset(
                        Self.cup,
                        season: wanted,
                        by: try instances.act("step \(step)"),
                        on: board.loop
                    )
                    if let wanted, wanted != "\(running)" {
                        #expect(outcome == .otherRuns("\(running)"), "seed \(seed), step \(step)")
                    } else {
                        guard case .ended(let season, next: "\(running + 1)") = outcome else {
                            Issue.record("seed \(seed), step \(step): \(outcome)")
                            return
                        }
                        #expect(season.id == "\(running)" && season.from < season.until && !season.isOpen)
                        running += 1
                    }
                case 2:
                    let user = "u\(Int.random(in: 0..<4, using: &random))"
                    let applied = try #require(try await instances.apply(5, of: user, to: store).appliedUpdate)
                    scores[running, default: [:]][user, default: 0] += 5
                    #expect(applied.seasons.first?.season == "\(running)", "seed \(seed), step \(step)")
                    #expect(applied.seasons.first?.score == scores[running]?[user], "seed \(seed), step \(step)")
                default:
                    let page = try await store.rows(
                        .page(offset: 0),
                        limit: 10,
                        in: .window(Self.cup, season: nil),
                        on: board.loop
                    )
                    let found = (page?.snapshot.standings ?? []).map { ($0.user, $0.score) }
                    #expect(
                        Dictionary(found) { $0 + $1 } == scores[running] ?? [:],
                        "seed \(seed), step \(step): what runs is what Redis holds"
                    )
                }
            }
            #expect(running > 100)
            let ended = try await instances.ended().filter { $0.window == Self.cup }
            #expect(ended.map(\.season.id) == (1..<running).map(String.init), "seed \(seed): each once, in order")
            for (season, users) in scores {
                #expect(try await instances.scores(Self.cup, "\(season)", by: stores[0]) == users, "seed \(seed)")
                let key = instances.keys.season(window: Self.cup, id: "\(season)").scores
                let left = try await board.command("PTTL", key).integer ?? 0
                #expect(
                    (left > 0) == (season < running),
                    "seed \(seed): what has ended is kept so long, and what runs stays"
                )
            }
            let listed = try await stores[2].seasons(of: Self.cup, before: nil, limit: 3, on: board.loop)
            #expect(listed.first.map { "\($0.season.id) \($0.season.isOpen) \($0.isFinal)" } == "\(running) true false")
            #expect(listed.dropFirst().first.map { "\($0.season.id) \($0.isFinal)" } == "\(running - 1) true")
        }
    }

    @Test(
        "ends once where several ask for it at the same time, whether they name the season or not",
        arguments: [nil, "1"]
    )
    func together(season: String?) async throws {
        try await withBoard { board in
            let instances = try await TestInstances(board, "arena", definition())
            let stores = [instances.instance(), instances.instance(late: 2_000_000)]
            _ = try await instances.apply(1, of: "ada", to: stores[0])
            let outcomes = await Array(0..<6).mapAllAtOnce { number in
                try? await stores[number % 2].reset(
                    Self.cup,
                    season: season,
                    by: try instances.act("together"),
                    on: board.loops[number % 2]
                )
            }
            let ended = outcomes.count { if case .ended = $0 { true } else { false } }
            #expect(season == nil ? ended >= 1 : ended == 1)
            #expect(try await instances.ended().count == ended)
            let actors = try await board.command("XRANGE", instances.keys.audit, "-", "+").array?.count { entry in
                entry.array?.last?.array?.contains { $0.text == "ops" } ?? false
            }
            #expect(actors == ended)
        }
    }

    @Test("is no window that ends by itself, and none that the board does not have")
    func refused() async throws {
        try await withBoard { board in
            let instances = try await TestInstances(board, "arena", definition())
            let act = try instances.act("no")
            let store = instances.instance()
            #expect(try await store.reset(Self.month, season: nil, by: act, on: board.loop) == .notManual)
            for window in [WindowName.all, WindowName("none") ?? .all] {
                await #expect(throws: ScoreStoreError.unknownWindow) {
                    _ = try await store.reset(window, season: nil, by: act, on: board.loop)
                }
            }
        }
    }

    @Test("keeps its season through changes of the definition, and through the ends of other windows")
    func stays() async throws {
        try await withBoard { board in
            let instances = try await TestInstances(board, "arena", definition())
            let behind = instances.instance()
            _ = try await instances.apply(1, of: "ada", to: behind)
            let act = try instances.act("next")
            _ = try await instances.instance().reset(Self.cup, season: "1", by: act, on: board.loop)
            // As if a month had ended since, which `behind` does not know either.
            let text = try await board.command("GET", instances.keys.seasons).text ?? ""
            let month = try #require(RunningSeasons.stored(text).last)
            let past = text.replacing("\(month.season.until)", with: "\(month.season.from + 1)")
            try await board.command("SET", instances.keys.seasons, past)
            let applied = try #require(try await instances.apply(1, of: "ada", to: behind).appliedUpdate)
            #expect(applied.seasons.first?.season == "2")
        }
    }

    @Test("is named where it alone keeps an update from counting")
    func bound() async throws {
        try await withBoard { board in
            var definition = definition()
            definition.scores = 0...100
            let instances = try await TestInstances(board, "arena", definition)
            let store = instances.instance()
            _ = try await instances.apply(10, of: "ada", to: store)
            _ = try await store.reset(Self.cup, season: nil, by: try instances.act("next"), on: board.loop)
            let outcome = try await instances.apply(-5, of: "ada", to: store)
            guard case .scoreLimit(_, window: Self.cup) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            guard case .scoreLimit(_, window: nil) = try await instances.apply(-11, of: "ada", to: store) else {
                Issue.record("the board itself")
                return
            }
        }
    }

    @Test("and a key that came with another season is used again for another update")
    func keys() async throws {
        try await withBoard { board in
            let instances = try await TestInstances(board, "arena", definition())
            let store = instances.instance()
            let one = NamedSeason(window: Self.cup, id: "1")
            let first = try #require(
                try await instances.apply(1, of: "ada", in: one, key: "k", to: store).appliedUpdate
            )
            let again = try await instances.apply(1, of: "ada", in: one, key: "k", to: store).appliedUpdate
            #expect(again?.isReplay == true && again?.seq == first.seq)
            for other in [NamedSeason(window: Self.cup, id: "2"), NamedSeason(window: Self.month, id: "1"), nil] {
                #expect(
                    try await instances.apply(1, of: "ada", in: other, key: "k", to: store) == .idempotencyKeyReused
                )
            }
            _ = try await instances.apply(1, of: "ada", key: "plain", to: store)
            #expect(try await instances.apply(1, of: "ada", in: one, key: "plain", to: store) == .idempotencyKeyReused)
        }
    }
}
