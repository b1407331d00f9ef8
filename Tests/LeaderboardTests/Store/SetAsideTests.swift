import Board
import Leaderboard
import RedisClient
import Testing

@Suite("Members that are no user ids")
struct SetAsideTests {
    /// Steps until a walk through the whole board finds nothing any more. How many each moved.
    private static func clean(_ board: TestBoard) async throws -> [Int] {
        var moved: [Int] = []
        var (cursor, isClean) = (SetAside.start, true)
        repeat {
            let step = try await board.store.setAside(from: cursor, lookingAt: 1000, on: board.loop)
            moved.append(step.moved)
            if cursor == SetAside.start { isClean = true }
            if step.moved > 0 { isClean = false }
            cursor = step.cursor
        } while cursor != SetAside.start || !isClean
        return moved
    }

    @Test(
        "leave the board wherever they stand, whatever they look like, and keep their scores beside it",
        arguments: [("a b", 1), ("", 1), ("é", 1), ("alice\n", 1), ("\u{0}", 1), ("x", 129), ("x", 17 * 1024 * 1024)]
    )
    func moved(text: String, times: Int) async throws {
        let name = String(repeating: text, count: times)
        try await withBoard { board in
            for (user, score) in [("a", 10), ("b", 30), ("c", 20)] { try await board.apply(user, score) }
            for score in ["inf", "25", "-inf"] {
                try await board.command("ZADD", board.keys.scores, score, name)
                let step = try await board.store.setAside(from: SetAside.start, lookingAt: 250, on: board.loop)
                #expect(step == SetAside(cursor: SetAside.start, moved: 1))
                #expect(try await board.command("ZSCORE", board.keys.foreign, name).text == score)
                #expect(try await board.command("ZSCORE", board.keys.scores, name) == .null)
                #expect(try await board.store.standing(of: UserID("a"), on: board.loop).rank == 3)
                #expect(
                    try await board.store.standings(offset: 1, limit: 1, on: board.loop).standings.map(\.user) == ["c"]
                )
            }
            #expect(try await board.command("ZCARD", board.keys.foreign).integer == 1)
        }
    }

    @Test("are found among many users, in steps that are bounded, and no user is lost")
    func many() async throws {
        try await withBoard { board in
            // Brings the functions.
            try await board.store.check(on: board.loop)
            let fill = """
                for i = 1, 5000 do
                  redis.call('ZADD', KEYS[1], i % 700, 'user-' .. i)
                  redis.call('ZADD', KEYS[1], i, 'no user ' .. i)
                end
                """
            try await board.command("EVAL", fill, "1", board.keys.scores)
            let steps = try await Self.clean(board)
            #expect(steps.reduce(0, +) == 5000)
            // A part of ZSCAN may be somewhat longer than it was asked for.
            #expect(steps.allSatisfy { $0 <= 3000 })
            #expect(try await board.command("ZCARD", board.keys.scores).integer == 5000)
            #expect(try await board.command("ZCARD", board.keys.foreign).integer == 5000)
            let page = try await board.store.standings(offset: 4990, limit: 100, on: board.loop)
            #expect(page.total == 5000)
            #expect(page.standings.count == 10)
        }
    }

    @Test("cost a board without any nothing: nothing is written")
    func clean() async throws {
        try await withBoard { board in
            try await board.apply("alice", 1)
            let before = try await board.writtenSinceSave()
            #expect(try await Self.clean(board) == [0])
            #expect(try await board.writtenSinceSave() == before)
            #expect(try await board.command("EXISTS", board.keys.foreign).integer == 0)
        }
    }

    @Test("stay where they are if there is no place for them")
    func noPlace() async throws {
        try await withBoard { board in
            try await board.apply("alice", 1)
            try await board.command("ZADD", board.keys.scores, "5", "a b")
            try await board.command("SET", board.keys.foreign, "x")
            await #expect(throws: RedisError.self) {
                try await board.store.setAside(from: SetAside.start, lookingAt: 250, on: board.loop)
            }
            #expect(try await board.command("ZSCORE", board.keys.scores, "a b").text == "5")
        }
    }

    @Test(
        "never make a board look empty: with too many of them before a page, it cannot be read",
        arguments: [999, 1000, 5000]
    )
    func tooMany(count: Int) async throws {
        try await withBoard { board in
            try await board.apply("alice", 1)
            let fill = "for i = 1, ARGV[1] do redis.call('ZADD', KEYS[1], 10 + i, 'no user ' .. i) end"
            try await board.command("EVAL", fill, "1", board.keys.scores, String(count))
            let page = try? await board.store.standings(offset: 0, limit: 1, on: board.loop)
            if let page { #expect(page.standings.map(\.user) == ["alice"]) }
            #expect((page != nil) == (count < 1000))
            _ = try await Self.clean(board)
            #expect(
                try await board.store.standings(offset: 0, limit: 1, on: board.loop).standings.map(\.user) == ["alice"]
            )
        }
    }
}

extension TestBoard {
    /// Redis counts what it has changed.
    fileprivate func writtenSinceSave() async throws -> Substring? {
        try await command("INFO", "persistence").text?.split(separator: "\r\n")
            .first { $0.hasPrefix("rdb_changes_since_last_save:") }
    }
}
