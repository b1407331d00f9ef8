import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A board into whose keys another writer put something else", .timeLimit(.minutes(5)))
struct UnsoundBoardTests {
    @Test(
        "makes the instance not ready, with the key named, until it is gone",
        arguments: [
            ["SADD", "scores", "x"], ["SET", "suspended", "x"], ["RPUSH", "audit", "x"],
            ["XADD", "audit", "18446744073709551615-18446744073709551615", "user", "x"],
        ]
    )
    func wrongType(write: [String]) async throws {
        try await withService { service, redis in
            let writer = try await service.connect()
            #expect(try await service.update("alice", 5, on: writer).status == 200)
            let key = "lb:{main}:\(write[1])"
            try await redis.command("DEL", key)
            try await redis.command(words: [write[0], key] + write[2...])
            try await until {
                let answer = try await service.connect().request("GET", "/readyz")
                return answer.status == 503 && answer.body.contains("board_unsound") && answer.body.contains(key)
            }
            #expect(try await service.update("alice", 5, on: writer).status >= 500)
            try await redis.command("DEL", key)
            try await service.becomesReady()
            #expect(try await service.update("alice", 5, on: writer).status == 200)
        }
    }

    @Test(
        "goes on counting from 1 where its counter cannot be counted on from, and viewers see each update",
        arguments: ["9007199254740991", "18446744073709551616", "nan", "abc", "", "-5", "1.5"]
    )
    func counter(text: String) async throws {
        try await withService { service, redis in
            let writer = try await service.connect()
            #expect(try await service.update("alice", 5, on: writer).status == 200)
            let viewer = try await service.connect()
            _ = try await viewer.openWebSocket()
            var board = ViewersBoard()
            board.take(try await viewer.message())
            try await redis.command("SET", "lb:{main}:seq", text)
            for _ in 1...3 { #expect(try await service.update("alice", 1, on: writer).status == 200) }
            while board.scores["alice"] != 8 { board.take(try await viewer.message()) }
            try await service.becomesReady()
        }
    }
}
