import Leaderboard
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("An instance whose Redis user lacks a right", .timeLimit(.minutes(10)))
struct RightsReadinessTests {
    @Test("is not ready, names it, and sends no update that would end half-way; and is ready again when it is there")
    func each() async throws {
        try await withService { service, redis in
            let writer = try await service.connect()
            #expect(try await service.update("ada", 1, on: writer).status == 200)
            for command in [
                "xadd", "publish", "zrevrank", "set", "zadd", "time", "sismember", "mget", "zscore", "get", "mset",
                "fcall",
            ] {
                try await redis.command("ACL", "SETUSER", "leaderboard", "-\(command)")
                try await until { try await writer.request("GET", "/readyz").body.contains("\"rights_missing\"") }
                try await until { try await writer.request("GET", "/readyz").body.contains(command) }
                let answer = try await writer.request("GET", "/readyz")
                #expect(answer.status == 503 && answer.body.contains("NOPERM"), "\(command): \(answer.body)")
                let score = try await redis.command("ZSCORE", "lb:{main}:scores", "ada")
                for _ in 0..<2 {
                    let refused = try await service.update("ada", 1, on: writer, ["Idempotency-Key": "one-\(command)"])
                    #expect(refused.status == 503, "\(command)")
                }
                #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "ada") == score, "\(command)")
                try await redis.command("ACL", "SETUSER", "leaderboard", "+\(command)")
                try await service.becomesReady()
                #expect(try await service.update("ada", 1, on: writer).status == 200, "\(command)")
            }
        }
    }

    @Test("goes on reading where only updates lack it")
    func reads() async throws {
        try await withService { service, redis in
            let reader = try await service.connect()
            try await redis.command("ACL", "SETUSER", "leaderboard", "-xadd")
            try await service.becomesReady(false)
            #expect(try await reader.request("GET", "/readyz?for=reads").status == 200)
            try await redis.command("ACL", "SETUSER", "leaderboard", "-zrange")
            try await until { try await reader.request("GET", "/readyz?for=reads").body.contains("zrange") }
        }
    }

    @Test("counts a retry once where the right to ask for the rank goes in the moment before")
    func retry() async throws {
        try await withService { service, redis in
            let writer = try await service.connect()
            #expect(try await service.update("ada", 1, on: writer).status == 200)
            try await redis.command("ACL", "SETUSER", "leaderboard", "-zrevrank")
            var statuses: [Int] = []
            for _ in 0..<20 {
                statuses.append(try await service.update("ada", 1, on: writer, ["Idempotency-Key": "k"]).status)
            }
            #expect(statuses.allSatisfy { $0 == 200 || $0 == 503 }, "\(statuses)")
            let score = try await redis.command("ZSCORE", "lb:{main}:scores", "ada")
            #expect(score == (statuses.contains(200) ? "2" : "1"), "\(statuses)")
        }
    }
}
