import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The numbers of the board")
struct BoardStatsTests {
    @Test("tell viewers, users, and the cursor that viewers have")
    func numbers() async throws {
        try await withService { service, _ in
            let writer = try await service.connect()
            for user in ["a", "b", "c"] { _ = try await service.update(user, 1, on: writer) }
            let viewer = try await service.connect()
            _ = try await viewer.openWebSocket()
            let epoch = try #require(try await viewer.message().cursor.split(separator: ":").first)
            try await until {
                let answer = try await writer.request("GET", "/api/v1/scoreboard/stats")
                #expect((answer.status, answer.headers["access-control-allow-origin"]) == (200, "*"))
                return answer.body == #"{"viewers":1,"users":3,"cursor":"\#(epoch):3"}"#
            }
        }
    }

    @Test("are 503 while Redis is away, and come back with it")
    func outage() async throws {
        try await withService { service, redis in
            let connection = try await service.connect()
            redis.kill()
            try await service.becomesReady(false)
            let refused = try await connection.request("GET", "/api/v1/scoreboard/stats")
            #expect((refused.status, refused.code) == (503, "store_unavailable"))
            try await redis.start()
            try await until { try await connection.request("GET", "/api/v1/scoreboard/stats").status == 200 }
        }
    }

    @Test("are asked of Redis once, however many want them at a time")
    func shared() async throws {
        try await withService { service, redis in
            let before = try await calls(redis)
            try await withThrowingTaskGroup { group in
                for _ in 1...50 {
                    group.addTask { try await service.connect().request("GET", "/api/v1/scoreboard/stats").status }
                }
                for try await status in group { #expect(status == 200) }
            }
            // A slow machine may need more than the second for which an answer is fresh.
            #expect(try await calls(redis) - before < 25)
        }
    }

    /// How many functions were called so far.
    private func calls(_ redis: PrivateRedisServer) async throws -> Int {
        let stats = try await redis.command("INFO", "commandstats")
        return stats.matches(of: /cmdstat_fcall(?:_ro)?:calls=(\d+)/).reduce(0) { $0 + (Int($1.1) ?? 0) }
    }
}
