import RedisClient
import Seasons
import TestSupport
import Testing

@testable import Leaderboard

@Suite("The seasons of a board")
struct RunningSeasonsTests {
    private static let daily = WindowSeason(
        window: WindowName("daily") ?? .all,
        season: Season(id: "2026-11-28", from: 1_000, until: 2_000)
    )
    private static let weekly = WindowSeason(
        window: WindowName("weekly") ?? .all,
        season: Season(id: "2026-W48", from: 500, until: 2_500)
    )

    @Test("have a text, which begins with the earliest end, and are read from it")
    func text() throws {
        let running = try #require(RunningSeasons([Self.daily, Self.weekly], version: "7"))
        #expect((running.from, running.until) == (1_000, 2_000))
        #expect(running.text == "2000 7 all - 0 0;daily 2026-11-28 1000 2000;weekly 2026-W48 500 2500")
        #expect(RunningSeasons.stored(running.text) == [Self.daily, Self.weekly])
        #expect(RunningSeasons([], version: "7") == nil)
    }

    @Test(
        "are none where another writer stored something else",
        arguments: [
            "", "2000 7 all - 0 0", "2000 7 all - 0 0;", "2000 7 all - 0 0;daily", "2000 7 all - 0 0;daily a 2 1",
            "2000 7 all - 0 0;daily a 1 9007199254740992", "2000 7 all - 0 0;daily a 1 9223372036854775808",
            "2000 7 all - 0 0;Daily a 1 2", "2000 7 all - 0 0;daily a:b 1 2", "2000 7 all - 0 0;daily a 1 2 3",
            "2000 7 all - 0 0;daily  1 2", "2000 7 all - 0 0;a a 1 2;b b 1 2;c c 1 2;d d 1 2;e e 1 2",
            "2000 7 all - 0 0;daily a 1 2" + String(repeating: " ", count: 1024),
        ]
    )
    func foreign(text: String) {
        #expect(RunningSeasons.stored(text) == [])
    }

    @Test("are read from mutated texts without a fault, and are sound then")
    func fuzzed() {
        var mutator = Mutator(
            seed: 16,
            corpus: ["2000 7 all - 0 0;daily 2026-11-28 1000 2000;weekly 2026-W48 500 2500"],
            words: [";", " ", "-", "0", "9223372036854775807", "9223372036854775808", "\u{301}", "\0", "all"]
        )
        for _ in 0..<20_000 {
            for season in RunningSeasons.stored(String(decoding: mutator.next(), as: UTF8.self)) {
                #expect(season.season.from < season.season.until && Season.isID(season.season.id))
            }
        }
    }

    /// Of 100 microseconds each, and of 1,000.
    private static let calendar = WindowCalendar(
        [
            (WindowName("short") ?? .all, { Season(every: 100, at: $0) }),
            (WindowName("long") ?? .all, { Season(every: 1_000, at: $0) }),
        ],
        version: "1",
        graceSeconds: 0
    )

    @Test("are those of the calendar where Redis holds none that have not ended, and else those that it holds")
    func held() throws {
        let long = WindowSeason(window: WindowName("long") ?? .all, season: Season(id: "held", from: 400, until: 640))
        let own = try #require(Self.calendar.seasons(at: 555, holding: []))
        #expect(own.text == "600 1 all - 0 0;short s500 500 600;long s0 0 1000")
        let held = try #require(Self.calendar.seasons(at: 555, holding: [long]))
        #expect(held.text == "600 1 all - 0 0;short s500 500 600;long held 400 640")
        // After its clock was set back, too.
        #expect(Self.calendar.seasons(at: 399, holding: [long])?.season(of: long.window) == long.season)
        #expect(Self.calendar.seasons(at: 640, holding: [long])?.season(of: long.window)?.id == "s0")
        #expect(Self.calendar.seasons(at: -1, holding: []) == nil)
    }

    @Test("are learnt from what Redis says, and not from the clock")
    func learnt() throws {
        let keys = BoardKeys(board: "b")
        let seasons = BoardSeasons(Self.calendar, clock: { 250 }) { seasons in
            WriteHead(keys, BoardDefinition(), in: seasons, given: "", isStored: false, StoreOptions())
        }
        #expect(seasons.running?.seasons.first?.season.id == "s200")
        let over = try #require(
            SeasonsAnswer(.array([.string(Array("season_over".utf8)), .integer(310), .string([])]))
        )
        seasons.learn(over)
        #expect(seasons.running?.seasons.first?.season.id == "s300")
        let text = Array("400 1 all - 0 0;short other 300 350;long s0 0 1000".utf8)
        let other = try #require(
            SeasonsAnswer(.array([.array([.string(Array("season_is".utf8)), .string(text), .integer(320)])]))
        )
        seasons.learn(other)
        #expect(seasons.running?.text == "350 1 all - 0 0;short other 300 350;long s0 0 1000")
    }

    @Test("take updates late as long as their grace lasts, and not before their end")
    func late() throws {
        let second = 1_000_000
        let calendar = WindowCalendar(
            [(WindowName("w") ?? .all, { Season(every: 10 * second, at: $0) })],
            version: "1",
            graceSeconds: 15
        )
        let running = try #require(calendar.seasons(at: 42 * second, holding: []))
        #expect(running.seasons.first?.season.id == "s\(40 * second)")
        let late = try #require(calendar.late(NamedSeason(id: "s\(30 * second)"), after: running, at: 42 * second))
        #expect(late.text == "late 1 all - 0 0;w s\(30 * second) \(30 * second) \(40 * second)")
        #expect((late.from, late.until) == (40 * second, 55 * second))
        #expect(calendar.late(NamedSeason(id: "s\(20 * second)"), after: running, at: 44 * second) != nil)
        #expect(calendar.late(NamedSeason(id: "s\(20 * second)"), after: running, at: 45 * second) == nil)
        #expect(calendar.late(NamedSeason(id: "s\(50 * second)"), after: running, at: 42 * second) == nil)
        #expect(calendar.late(NamedSeason(id: "x"), after: running, at: 42 * second) == nil)
    }
}

extension Season {
    /// Of so many microseconds each. Nil: before 1970.
    init?(every length: Int, at moment: Int) {
        guard moment >= 0 else { return nil }
        let from = moment / length * length
        self.init(id: "s\(from)", from: from, until: from + length)
    }
}
