import Board
import RedisClient
import Seasons
import TestSupport
import Testing

@testable import Leaderboard

/// What `ScoreStore.roll(on:)` and `tellEnds(at:on:)` do to a board whose season is over by Redis' clock.
@Suite("An end that nobody has written since", .timeLimit(.minutes(2)))
struct TellEndsTests {
    private static let (from, until) = (1_577_836_800_000_000, 1_577_840_400_000_000)

    private func seasonal(_ board: TestBoard, isPlayed: Bool) async throws -> ScoreStore {
        let text = #"{"version":"1","windows":[{"name":"all"},{"name":"hour","reset":"hourly"}]}"#
        let store = ScoreStore(
            board.store.functions,
            try BoardID("weeks"),
            try BoardDefinition(stored: Array(text.utf8))
        )
        try await store.check(on: board.loop)
        try await board.command("SET", store.keys.board, text)
        try await board.command(
            "SET",
            store.keys.seasons,
            "\(Self.until) 1 all - 0 0;hour 2020-01-01T00Z \(Self.from) \(Self.until)"
        )
        if isPlayed { try await board.command("ZADD", "lb:{weeks}:s:hour:2020-01-01T00Z:scores", "7", "ada") }
        return store
    }

    @Test("is told once, however many ask, and the season's best can be read")
    func told() async throws {
        try await withBoard { board in
            let store = try await seasonal(board, isPlayed: true)
            let next = try await store.tellEnds(at: Self.until, on: board.loop)
            #expect(try await store.tellEnds(at: Self.until, on: board.loop) == next)
            #expect(try await store.roll(on: board.loop))
            let ended = try await store.endedSeasons(after: .zero, limit: 10, on: board.loop)
            let season = Season(id: "2020-01-01T00Z", from: Self.from, until: Self.until)
            #expect(ended.map { $0.season?.season } == [season])
            let entry = try #require(ended.first)
            #expect(try await store.endedSeasons(after: entry.id, limit: 10, on: board.loop).isEmpty)
            let page = try await store.finalRows(of: #require(entry.season), limit: 10, on: board.loop)
            #expect(page?.snapshot.standings.map(\.user) == ["ada"] && page?.ranks == [1])
            #expect(next.map { $0 > Self.until } == true)
        }
    }

    @Test("of a season in which nobody was stays untold, and costs the audit nothing")
    func idle() async throws {
        try await withBoard { board in
            let store = try await seasonal(board, isPlayed: false)
            #expect(try await store.tellEnds(at: Self.until, on: board.loop) == nil)
            #expect(try await store.tellEnds(at: Self.from, on: board.loop) == Self.until)
            #expect(try await board.command("EXISTS", store.keys.ended, store.keys.audit).integer == 0)
        }
    }

    @Test("is passed over where another writer put something else into the stream")
    func rubbish() async throws {
        try await withBoard { board in
            let store = try await seasonal(board, isPlayed: false)
            try await board.command(
                "XADD",
                store.keys.ended,
                "5-1",
                "window",
                "hour",
                "season",
                "x",
                "from",
                "9",
                "until",
                "3"
            )
            try await board.command("XADD", store.keys.ended, "5-2", "a", "b")
            let ended = try await store.endedSeasons(after: .zero, limit: 10, on: board.loop)
            #expect(ended.map(\.id.description) == ["5-1", "5-2"] && ended.allSatisfy { $0.season == nil })
        }
    }
}
