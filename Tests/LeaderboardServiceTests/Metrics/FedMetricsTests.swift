import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Metrics of a run", .timeLimit(.minutes(5)))
struct FedMetricsTests {
    /// What a healthy machine and honest clients do not move, and the tests of its owner do.
    private static let quiet: Set<String> = [
        "leaderboard_live_dropped_total", "leaderboard_live_source_failures_total",
        "leaderboard_log_lines_dropped_total", "leaderboard_jwks_loads_total",
        "leaderboard_redis_pending_commands",
        "leaderboard_redis_delayed_fsyncs", "leaderboard_redis_max_memory_bytes",
        // At the last look, of which there is one a second: Redis may just be back.
        "leaderboard_ready",
        "leaderboard_redis_connected_replicas",
        "leaderboard_redis_replication_lag_bytes", "leaderboard_redis_replication_lag_seconds",
        "leaderboard_redis_persistence_failed", "leaderboard_spans_exported_total", "leaderboard_spans_dropped_total",
        "leaderboard_board_users", "leaderboard_board_audit_entries", "leaderboard_board_foreign_members",
        "leaderboard_foreign_members_moved_total", "leaderboard_unsound_boards",
        "leaderboard_http_connections_refused_total", "leaderboard_http_errors_total",
        "leaderboard_http_accept_errors_total", "leaderboard_unnamed_proxy_refusals_total",
        // Without endpoints there are none.
        "leaderboard_webhook_messages_total", "leaderboard_webhook_waiting_messages",
        // Of boards alone that have rules, or a stream for other services.
        "leaderboard_rules_met_total", "leaderboard_intake_entries_total", "leaderboard_intake_rejections_total",
        "leaderboard_intake_waiting_entries", "leaderboard_updates_held_total",
    ]

    @Test("an eventful run moves every metric of the catalogue, and promtool has nothing to say of the scrape")
    func everyMetric() async throws {
        try await withDataDirectory { data in
            let settings = [
                "DATA_DIR": data, "LIVE_WINDOW_MS": "200", "RATE_LIMIT_UPDATES": "20",
                "RATE_LIMIT_INTERVAL_SECONDS": "3600",
            ]
            try await withService(settings) { service in
                try await ordinary(service, data: data)
                try await misfortune(service, data: data)
                let viewer = try await service.connect()
                _ = try await viewer.openWebSocket()
                _ = try await viewer.message()
                _ = await cli(data, "SET", "lb:{b}:board", #"{"version":"1"}"#)
                let viewerOfMany = try await service.connect()
                _ = try await viewerOfMany.openWebSocket("/api/v1/boards/b/live")
                _ = try await viewerOfMany.message()
                let scrape = try await service.connect().request("GET", "/metrics").body
                viewer.close()
                viewerOfMany.close()
                let moved = Self.moved(in: scrape)
                let missing = Set(MetricCatalog.all.map(\.name)).subtracting(Self.quiet).subtracting(moved)
                #expect(missing == [])

                let file = "\(data)/scrape"
                try Data(scrape.utf8).write(to: URL(filePath: file))
                #expect(try await shell(["sh", "-c", "promtool check metrics < \(file) 2>&1 && echo fine"]) == "fine")
                // Values that a peer chooses are in no label.
                let labels = scrape.matches(of: /\{.*\}/).map { String($0.0) }
                for chosen in ["12345", "somebody", "127.0.0.1", "nowhere"] {
                    #expect(labels.filter { $0.contains(chosen) } == [])
                }
            }
        }
    }

    /// Updates, a retry, refusals, viewers of each kind, one that comes back, and an event that is none.
    private func ordinary(_ service: RunningService, data: String) async throws {
        let (writer, viewer) = (try await service.connect(), try await service.connect())
        _ = try await viewer.openWebSocket()
        let cursor = try await viewer.message().cursor
        for path in ["?view=top", "?user_id=12345"] {
            let other = try await service.connect()
            _ = try await other.openWebSocket("/api/v1/scoreboard/live" + path)
            _ = try await other.message()
        }
        let stream = try await service.connect()
        _ = try await stream.request("GET", "/api/v1/scoreboard/events")
        _ = try await stream.event()

        let key = ["Idempotency-Key": "k"]
        for _ in 1...2 { #expect(try await service.update("12345", 50, on: writer, key).status == 200) }
        // All in one window, so that they become one change.
        for _ in 1...30 { _ = try await service.update("12345", 1, on: writer) }
        #expect(try await service.update("12345", 1, on: writer).code == "rate_limited")
        let forged = ["Authorization": "Bearer a.b.c", "Content-Type": "application/json"]
        #expect(try await writer.request("POST", "/api/v1/score/update", forged, body: "{}").status == 401)
        #expect(try await writer.request("GET", "/nowhere").status == 404)
        _ = await cli(data, "PUBLISH", "lb:{main}:events", "no event")

        var seen = try await viewer.message()
        while seen.changes == nil { seen = try await viewer.message() }
        let returning = try await service.connect()
        _ = try await returning.openWebSocket("/api/v1/scoreboard/live?cursor=\(cursor)")
        #expect(try await returning.message().type == "changes")
    }

    /// Redis is killed, and comes back.
    private func misfortune(_ service: RunningService, data: String) async throws {
        let writer = try await service.connect()
        let server = try #require(
            Processes.holding("\(data)/redis/server.lock", as: ServerProcess.lockDescriptor).first
        )
        kill(server, SIGSTOP)
        #expect(try await service.update("somebody", 1, on: writer).status == 504)
        kill(server, SIGKILL)
        try await until { try await service.update("somebody", 1, on: writer).status == 200 }
        try await service.becomesReady()
    }

    /// The families that have a value other than 0; of histograms, the count.
    private static func moved(in scrape: String) -> Set<String> {
        let samples = scrape.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.hasSuffix(" 0") }
        return samples.reduce(into: []) { names, sample in
            var name = String(sample.prefix { $0 != "{" && $0 != " " })
            if name.hasSuffix("_count") { name.removeLast("_count".count) }
            names.insert(name)
        }
    }
}
