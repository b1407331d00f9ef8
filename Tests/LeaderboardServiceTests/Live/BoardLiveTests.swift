import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Any board, live")
struct BoardLiveTests {
    /// Defines a board as an operator would.
    private func define(_ redis: PrivateRedisServer, _ board: String, _ rules: String) async throws {
        try await redis.command("SET", "lb:{\(board)}:board", #"{"version":"1",\#(rules)}"#)
    }

    /// One update by the function that writes any board.
    private func write(_ redis: PrivateRedisServer, _ board: String, _ user: String, _ value: Int) async throws {
        let keys = [
            "suspended", "withheld", "audit", "board", "seasons", "seq", "epoch", "chain", "scores", "at",
            "limit:\(user)",
        ].map { "lb:{\(board)}:\($0)" }
        let words = [
            "1000", "60000", "lb:{\(board)}:events", "", "1", "", "0", "0", "1", "0", user, "", "\(value)", "0", "", "",
        ]
        try await redis.command(words: ["FCALL", "leaderboard_write", "\(keys.count)"] + keys + words)
    }

    private func viewer(_ service: RunningService, _ path: String) async throws -> TestConnection {
        let viewer = try await service.connect()
        #expect(try await viewer.openWebSocket(path).status == 101)
        return viewer
    }

    @Test("messages name the board, and follow its order, its ties and its updates")
    func order() async throws {
        try await withService(["LIVE_WINDOW_MS": "0"]) { service, redis in
            try await define(redis, "level-1", #""order":"asc","ties":"first","operators":["incr"]"#)
            for (user, value) in [("cleo", 30), ("ada", 20), ("bob", 30)] {
                try await write(redis, "level-1", user, value)
            }
            let viewer = try await viewer(service, "/api/v1/boards/level-1/live?view=top")
            let first = try await viewer.message()
            #expect((first.type, first.board) == ("snapshot", "level-1"))
            #expect(first.scoreboard?.map(\.user_id) == ["ada", "cleo", "bob"])
            // Comes to where two are, behind them.
            try await write(redis, "level-1", "ada", 10)
            let next = try await viewer.message()
            #expect((next.type, next.board) == ("scoreboard", "level-1"))
            #expect(next.scoreboard?.map(\.user_id) == ["cleo", "bob", "ada"])

            // With another definition the board is shown by that one.
            try await define(redis, "level-1", #""order":"asc","ties":"first","title":"One","operators":["incr"]"#)
            try await redis.command("PUBLISH", "lb:{level-1}:events", #"{"reset":true,"board":"2"}"#)
            #expect(try await viewer.message().type == "snapshot")
        }
    }

    @Test("a followed user's rank goes by the board's ties")
    func ranks() async throws {
        try await withService(["LIVE_WINDOW_MS": "0"]) { service, redis in
            try await define(redis, "level-2", #""ties":"dense","operators":["incr"]"#)
            for (user, value) in [("ada", 9), ("bob", 9), ("cleo", 5)] {
                try await write(redis, "level-2", user, value)
            }
            let viewer = try await viewer(service, "/api/v1/boards/level-2/live?user_id=cleo")
            #expect(try await viewer.message().users?.first?.rank == 2)
            try await write(redis, "level-2", "cleo", 4)
            let change = try #require(try await viewer.message().changes?.first)
            #expect((change.score, change.rank) == (9, 1))
        }
    }

    @Test("main has a name on the path that has one, and none on the other, for viewers of both at once")
    func main() async throws {
        try await withService(["LIVE_WINDOW_MS": "0"]) { service, _ in
            let writer = try await service.connect()
            _ = try await service.update("ada", 5, on: writer)
            let named = try await viewer(service, "/api/v1/boards/main/live")
            let plain = try await viewer(service, "/api/v1/scoreboard/live")
            #expect(try await named.message().board == "main")
            #expect(try await plain.message().board == nil)
            _ = try await service.update("ada", 1, on: writer)
            let (a, b) = (try await named.message(), try await plain.message())
            #expect((a.board, a.changes?.first?.score) == ("main", 6))
            #expect((b.board, b.changes?.first?.score) == (nil, 6))
            #expect(a.cursor == b.cursor)
        }
    }

    @Test("what cannot be watched is refused before the upgrade")
    func refusals() async throws {
        try await withService(["LIVE_MAX_BOARDS": "1"]) { service, redis in
            for board in ["a", "b"] { try await define(redis, board, #""operators":["incr"]"#) }
            try await define(redis, "secret", #""visibility":"private","operators":["incr"]"#)
            func status(_ board: String) async throws -> (Int, String?) {
                let connection = try await service.connect()
                let answer = try await connection.request("GET", "/api/v1/boards/\(board)/events")
                return (answer.status, answer.status == 200 ? nil : answer.code)
            }
            #expect(try await status("nobody") == (404, "board_not_found"))
            #expect(try await status("Nobody") == (400, "invalid_board_name"))
            #expect(try await status("secret") == (401, "missing_token"))
            let first = try await viewer(service, "/api/v1/boards/a/live")
            _ = try await first.message()
            #expect(try await status("b") == (503, "too_many_boards"))
            #expect(try await viewer(service, "/api/v1/boards/a/live").message().board == "a")
        }
    }
}
