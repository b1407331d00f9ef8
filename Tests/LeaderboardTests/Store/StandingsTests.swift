import Board
import Leaderboard
import RedisClient
import Testing

@Suite("Standings")
struct StandingsTests {
    @Test("are best first, in pages, with the position at which they were read")
    func pages() async throws {
        try await withBoard { board in
            for (user, score) in [("a", 10), ("b", 30), ("c", 20), ("d", 20)] { try await board.apply(user, score) }
            let top = try await board.store.standings(offset: 0, limit: 2, on: board.loop)
            let rest = try await board.store.standings(offset: 2, limit: 100, on: board.loop)
            #expect(top.standings == [Standing(user: "b", score: 30), Standing(user: "d", score: 20)])
            #expect(rest.standings == [Standing(user: "c", score: 20), Standing(user: "a", score: 10)])
            #expect(top.total == 4)
            #expect(top.cursor.seq == 4)
            #expect(top.cursor == rest.cursor)
            #expect(try await board.store.standings(offset: 9, limit: 5, on: board.loop).standings.isEmpty)
            #expect(try await board.store.standings(offset: 0, limit: 0, on: board.loop).standings.isEmpty)
            #expect(try await board.store.standings(offset: .max / 4096, limit: 5, on: board.loop).standings.isEmpty)
        }
    }

    @Test("of an empty board are empty, at a position that stays")
    func empty() async throws {
        try await withBoard { board in
            for _ in 0..<2 {
                let page = try await board.store.standings(offset: 0, limit: 10, on: board.loop)
                #expect(page.cursor == Cursor(epoch: "0", seq: 0))
                #expect(page.total == 0)
                #expect(page.standings.isEmpty)
            }
            #expect(try await board.command("DBSIZE").integer == 0)
        }
    }

    @Test("of one user tell score and rank, ranked as the pages are")
    func one() async throws {
        try await withBoard { board in
            for (user, score) in [("a", 10), ("b", 30), ("c", 20), ("d", 20)] { try await board.apply(user, score) }
            for (rank, user) in ["b", "d", "c", "a"].enumerated() {
                let standing = try await board.store.standing(of: UserID(user), on: board.loop)
                #expect(standing.rank == rank + 1)
            }
            let nobody = try await board.store.standing(of: UserID("nobody"), on: board.loop)
            #expect(nobody == UserStanding(user: "nobody", score: nil, rank: nil))
        }
    }

    @Test("of a board that was begun keep their epoch through the first update")
    func begun() async throws {
        try await withBoard { board in
            try await board.store.begin(on: board.loop)
            let empty = try await board.store.standings(offset: 0, limit: 10, on: board.loop).cursor
            #expect(empty.hasBegun && empty.seq == 0)
            try await board.store.begin(on: board.loop)
            _ = try await board.applied("a", 1)
            let first = try await board.store.standings(offset: 0, limit: 10, on: board.loop).cursor
            #expect(first == Cursor(epoch: empty.epoch, seq: 1))
        }
    }

    @Test(
        "do not show a member that is no user id: the rows that follow take its place",
        arguments: [("", 1), ("sneaky \"é\" \n", 1), ("a b", 1), ("x", 129), ("x", 17 * 1024 * 1024)]
    )
    func foreignNames(text: String, times: Int) async throws {
        let name = String(repeating: text, count: times)
        try await withBoard { board in
            for (user, score) in [("a", 10), ("b", 30), ("c", 20)] { try await board.apply(user, score) }
            try await board.command("ZADD", board.keys.scores, "25", name, "15", name + " ")
            for (offset, users) in [(0, ["b", "c", "a"]), (1, ["c", "a"]), (2, ["c", "a"]), (5, [])] {
                let page = try await board.store.standings(offset: offset, limit: 3, on: board.loop)
                #expect(page.standings.map(\.user) == users)
                if offset == 0 { #expect(page.total == 3) }
            }
            let two = try await board.store.standings(offset: 0, limit: 2, on: board.loop)
            #expect(two.standings.map(\.user) == ["b", "c"])
        }
    }
}
