import Foundation
import NIOCore
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Metrics of Redis and the board", .timeLimit(.minutes(5)))
struct RedisMetricsTests {
    /// The value of a series; nil where it is not shown.
    private static func value(_ series: String, in scrape: String) -> Double? {
        scrape.split(separator: "\n").first { $0.hasPrefix(series + " ") }.flatMap {
            Double($0.dropFirst(series.count + 1))
        }
    }

    private static func scrape(_ service: RunningService) async throws -> String {
        try await service.connect().request("GET", "/metrics").body
    }

    @Test("are Redis' own, read as the service's user of ops/redis")
    func shown() async throws {
        try await withService { service, redis in
            try await until {
                try await Self.value("leaderboard_board_users", in: Self.scrape(service)) == 0
            }
            let scrape = try await Self.scrape(service)
            let limit = try await redis.command("CONFIG", "GET", "maxmemory").split(separator: "\n").last
            #expect(Self.value("leaderboard_redis_max_memory_bytes", in: scrape) == limit.flatMap { Double($0) })
            #expect(try #require(Self.value("leaderboard_redis_used_memory_bytes", in: scrape)) > 500_000)
            #expect(Self.value("leaderboard_redis_append_only", in: scrape) == 1)
            #expect(Self.value("leaderboard_redis_connected_replicas", in: scrape) == 0)
            #expect(Self.value("leaderboard_redis_delayed_fsyncs", in: scrape) == 0)
            #expect(Self.value("leaderboard_board_audit_entries", in: scrape) == 0)
            for part in ["aof_write", "aof_rewrite", "snapshot"] {
                #expect(Self.value("leaderboard_redis_persistence_failed{part=\"\(part)\"}", in: scrape) == 0)
            }
            // Without a replica nothing is behind.
            #expect(!scrape.contains("leaderboard_redis_replication_lag"))
        }
    }

    @Test("cost Redis nothing when they are read: it is asked at the watch's own rate")
    func rate() async throws {
        try await withService { service, redis in
            try await until {
                try await Self.scrape(service).contains("leaderboard_board_users 0")
            }
            let connection = try await service.connect()
            for _ in 1...200 { _ = try await connection.request("GET", "/metrics") }
            let calls = try await redis.command("INFO", "commandstats").firstMatch(of: /cmdstat_zcard:calls=(\d+)/)
            #expect(try #require(calls.flatMap { Int($0.1) }) < 100)
        }
    }

    @Test("are left out while Redis does not tell them")
    func away() {
        let registry = MetricsRegistry(catalog: [])
        registry.observe("g", [("part", "a")]) { nil }
        registry.observe("g", [("part", "b")]) { 2 }
        let page = String(buffer: registry.render())
        #expect(page.contains("leaderboard_g{part=\"b\"} 2\n"))
        #expect(!page.contains("part=\"a\""))
        registry.observe("h") { nil }
        #expect(!String(buffer: registry.render()).contains("leaderboard_h"))
    }
}
