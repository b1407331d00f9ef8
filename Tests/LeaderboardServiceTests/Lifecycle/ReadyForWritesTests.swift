import TestSupport
import Testing

@testable import LeaderboardService

@Suite("An instance whose Redis answers, but takes no updates", .timeLimit(.minutes(5)))
struct ReadyForWritesTests {
    enum Trouble: String, CaseIterable { case memory, snapshot, appendOnlyFile, replicas }

    @Test("is not ready and says why, and the board is as it was", arguments: Trouble.allCases)
    func notReady(trouble: Trouble) async throws {
        try await withService { service, redis in
            let writer = try await service.connect()
            #expect(try await service.update("alice", 5, on: writer).status == 200)
            let words: String
            switch trouble {
            case .memory:
                try await redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction", "maxmemory", "1")
                words = "its memory is full (OOM)"
            case .snapshot:
                try await redis.command("CONFIG", "SET", "stop-writes-on-bgsave-error", "yes", "save", "3600 1")
                try await redis.limitFiles(to: 1)
                try await redis.command("BGSAVE")
                words = "it could not write to its disk (MISCONF)"
            case .appendOnlyFile:
                try await redis.limitFiles(to: 1)
                _ = try await service.update("alice", 1, on: writer)
                words = "it could not write to its disk (MISCONF)"
            case .replicas:
                try await redis.command("CONFIG", "SET", "min-replicas-to-write", "1")
                words = "too few of its replicas are connected (NOREPLICAS)"
            }
            let reader = try await service.connect()
            try await until { try await reader.request("GET", "/readyz").body.contains("store_read_only") }
            // Reads go on: the page, the standings, and who comes to watch.
            #expect(try await reader.request("GET", "/readyz?for=reads").status == 200)
            #expect(try await reader.request("GET", "/api/v1/scoreboard").body.contains("alice"))
            let viewer = try await service.connect()
            #expect(try await viewer.openWebSocket().status == 101)
            _ = try await viewer.message()
            try await until {
                let metrics = try await reader.request("GET", "/metrics").body
                return metrics.contains("leaderboard_ready{for=\"writes\"} 0")
                    && metrics.contains("leaderboard_ready{for=\"reads\"} 1")
            }
            let seq = try await redis.command("GET", "lb:{main}:seq")
            let answer = try await reader.request("GET", "/readyz")
            #expect(answer.status == 503)
            #expect(answer.body.contains("takes no updates: \(words)."), "\(answer.body)")
            #expect(try await service.update("alice", 5, on: writer).status == 503)
            #expect(try await redis.command("GET", "lb:{main}:seq") == seq)
            try await redis.limitFiles(to: nil)
            try await redis.command("CONFIG", "SET", "maxmemory", "0", "min-replicas-to-write", "0")
            try await until {
                try await redis.command("BGSAVE")
                return try await reader.request("GET", "/readyz").status == 200
            }
            #expect(try await service.update("alice", 5, on: writer).status == 200)
        }
    }

    @Test("because it has no password, or a wrong one: /readyz and doctor say so")
    func password() async throws {
        let redis = try await PrivateRedisServer(password: "pa55")
        for (login, code) in [("", "NOAUTH"), (":wr0ng@", "WRONGPASS")] {
            let url = "unix://\(login)\(redis.socketPath)"
            try await withService(["REDIS_URL": url], isReady: false) { service in
                try await until {
                    try await service.connect().request("GET", "/readyz").body.contains(
                        "down: \(login.isEmpty ? "INFO" : "AUTH"): \(code): "
                    )
                }
            }
            let findings = await Doctor(testSettings(["REDIS_URL": url])).findings()
            #expect(findings.contains { $0.fact.contains(": \(code): ") && !$0.fact.contains("wr0ng") })
        }
    }
}

@Suite("What one wants to be ready for", .timeLimit(.minutes(5)))
struct ReadinessPurposeTests {
    @Test("is asked once, and is reads or writes", arguments: ["for=", "for=both", "for=reads&for=reads", "for=READS"])
    func refused(query: String) async throws {
        try await withService { service, _ in
            let answer = try await service.connect().request("GET", "/readyz?\(query)")
            #expect((answer.status, answer.code) == (400, "invalid_query"))
        }
    }

    @Test("no Redis, no reads")
    func noRedis() async throws {
        try await withService { service, redis in
            let reader = try await service.connect()
            for purpose in ["reads", "writes"] {
                #expect(try await reader.request("GET", "/readyz?for=\(purpose)").status == 200)
            }
            redis.kill()
            try await until { try await reader.request("GET", "/readyz?for=reads").status == 503 }
        }
    }
}
