import Board
import NIOCore
import RedisClient
import Seasons
import TestSupport
import Testing

@testable import Leaderboard

@Suite("A board that takes updates from one time to another", .timeLimit(.minutes(2)))
struct TournamentTests {
    private static let cup = WindowName("cup") ?? .all
    private static let short = WindowName("short") ?? .all

    private func definition(graceSeconds: Int = 0) -> BoardDefinition {
        var definition = BoardDefinition()
        definition.windows.seasonal = [
            WindowRule(name: Self.cup, reset: .once), WindowRule(name: Self.short, reset: .hourly),
        ]
        definition.windows.anchor = Anchor("2026-12-04T18:00:00Z")
        definition.windows.end = Anchor("2026-12-05T18:00:00Z")
        definition.windows.graceSeconds = graceSeconds
        return definition
    }

    private func calendar(_ only: Season, graceSeconds: Int = 0) -> WindowCalendar {
        WindowCalendar(
            [
                (Self.cup, { @Sendable in only.from <= $0 && $0 < only.until ? only : nil }),
                (Self.short, { @Sendable in Season(every: 50_000, at: $0) }),
            ],
            version: "1",
            graceSeconds: graceSeconds,
            tournament: WindowSeason(window: Self.cup, season: only)
        )
    }

    @Test("has its season among those that run in its time alone, and always among those by which is written")
    func calendars() throws {
        let calendar = calendar(Season(id: "c", from: 60_000, until: 160_000), graceSeconds: 1)
        for (moment, running, text) in [
            (59_999, ["short s50000"], "60000 1 all - 0 0;short s50000 50000 100000"),
            (60_000, ["cup c", "short s50000"], "100000 1 all - 0 0;cup c 60000 160000;short s50000 50000 100000"),
            (159_999, ["cup c", "short s150000"], "160000 1 all - 0 0;cup c 60000 160000;short s150000 150000 200000"),
            (160_000, ["short s150000"], "200000 1 all - 0 0;short s150000 150000 200000"),
        ] {
            let seasons = try #require(calendar.seasons(at: moment, holding: []))
            #expect(seasons.seasons.map(\.name) == running && seasons.text == text, "\(moment)")
            #expect(seasons.from <= moment && moment < seasons.until, "\(moment)")
            let toWrite = try #require(calendar.seasonsToWrite(at: moment, holding: []))
            #expect(toWrite.seasons.map(\.window) == [Self.cup, Self.short], "\(moment)")
            let isOpen = toWrite.from <= moment && moment < toWrite.until
            #expect(isOpen == (60_000..<160_000).contains(moment), "\(moment)")
        }
        // Alone, too.
        let alone = WindowCalendar(
            [(Self.cup, { @Sendable _ in nil })],
            version: "1",
            graceSeconds: 0,
            tournament: WindowSeason(window: Self.cup, season: Season(id: "c", from: 10, until: 20))
        )
        #expect(alone.seasons(at: 5, holding: [])?.text == "10 1 all - 0 0")
        #expect(alone.seasons(at: 25, holding: [])?.text == "\(Season.open) 1 all - 0 0")
        let running = try #require(calendar.seasons(at: 170_000, holding: []))
        let named = NamedSeason(id: "c")
        #expect(calendar.late(named, after: running, at: 159_999) == nil)
        #expect(calendar.late(named, after: running, at: 170_000)?.from == 160_000)
    }

    @Test(
        "refuses them before and after, by Redis' clock, tells its end once, replays what was made, and shows its final standings"
    )
    func life() async throws {
        try await withBoard { board in
            let instances = try await TestInstances(board, "cup", definition())
            let begin = BoardSeasons.systemClock() + 150_000
            let only = Season(id: "c", from: begin, until: begin + 400_000)
            let stores = [-3_000_000, 0, 3_000_000].map { instances.instance(late: $0, calendar(only)) }
            for store in stores {
                #expect(try await instances.apply(1, of: "ada", to: store) == .seasonNotBegun(from: begin))
                let early = try await store.count(
                    from: nil,
                    to: nil,
                    in: .window(Self.cup, season: nil),
                    on: board.loop
                )
                #expect(early?.total == 0)
            }
            #expect(try await board.command("EXISTS", instances.keys.scores, instances.keys.seasons).integer == 0)
            while BoardSeasons.systemClock() < begin { try await Task.sleep(for: .milliseconds(5)) }
            var (counted, outcomes): (Int, [UpdateOutcome]) = (0, [])
            for number in 0... {
                let outcome = try await instances.apply(1, of: "ada", key: "k\(number)", to: stores[number % 3])
                outcomes.append(outcome)
                guard outcome.appliedUpdate != nil else { break }
                counted += 1
            }
            #expect(counted > 0 && outcomes.last == .seasonEnded)
            for store in stores {
                #expect(try await instances.apply(1, of: "ada", to: store) == .seasonEnded)
                let again = try await instances.apply(1, of: "ada", key: "k0", to: store).appliedUpdate
                #expect(again?.isReplay == true && again?.score == 1)
                #expect(try await instances.apply(2, of: "ada", key: "k0", to: store) == .idempotencyKeyReused)
                for season in [nil, "c"] {
                    let place = try await store.place(
                        of: try UserID("ada"),
                        in: .window(Self.cup, season: season),
                        on: board.loop
                    )
                    #expect(place??.standing.score == counted)
                }
                await #expect(throws: ScoreStoreError.unknownSeason) {
                    _ = try await store.count(from: nil, to: nil, in: .window(Self.cup, season: "x"), on: board.loop)
                }
            }
            #expect(try await instances.scores(.all, "", by: stores[0], isWhole: true) == ["ada": counted])
            #expect(try await instances.ended().filter { $0.window == Self.cup }.map(\.season) == [only])
            let listed = try await stores[0].seasons(of: Self.cup, before: nil, limit: 9, on: board.loop)
            #expect(listed.map(\.season) == [only] && listed.first?.users == 1 && listed.first?.isFinal == true)
        }
    }

    @Test("takes late ones that name it while its grace lasts")
    func grace() async throws {
        try await withBoard { board in
            let instances = try await TestInstances(board, "cup", definition(graceSeconds: 60))
            let now = BoardSeasons.systemClock()
            let only = Season(id: "c", from: now - 1_000_000, until: now - 1)
            let store = instances.instance(calendar(only, graceSeconds: 60))
            #expect(try await instances.apply(1, of: "ada", to: store) == .seasonEnded)
            let named = NamedSeason(window: Self.cup, id: "c")
            let late = try #require(try await instances.apply(2, of: "ada", in: named, to: store).appliedUpdate)
            #expect(late.score == 2 && late.seasons.first.map { "\($0.window) \($0.score)" } == "cup 2")
            let old = instances.instance(calendar(Season(id: "c", from: 1, until: 2), graceSeconds: 60))
            #expect(try await instances.apply(2, of: "ada", in: named, to: old) == .seasonEnded)
        }
    }
}
