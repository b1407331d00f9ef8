import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Metrics of the live board", .timeLimit(.minutes(5)))
struct LiveMetricsTests {
    private static let webSocket = "/api/v1/scoreboard/live"

    /// Eight viewers of three kinds (WebSocket with all changes and with the top only, an SSE stream), on two loops.
    private func watch(_ service: RunningService) async throws -> [TestConnection] {
        var viewers: [TestConnection] = []
        for path in [Self.webSocket, Self.webSocket + "?view=top"] {
            for _ in 1...3 {
                let viewer = try await service.connect()
                _ = try await viewer.openWebSocket(path)
                _ = try await viewer.message()
                viewers.append(viewer)
            }
        }
        for _ in 1...2 {
            let stream = try await service.connect()
            _ = try await stream.request("GET", "/api/v1/scoreboard/events")
            _ = try await stream.event()
            viewers.append(stream)
        }
        return viewers
    }

    /// The value of a series; of labels that were never used, 0.
    private func value(_ series: String, _ service: RunningService) async throws -> Int {
        let scrape = try await service.connect().request("GET", "/metrics").body
        let line = scrape.split(separator: "\n").first { $0.hasPrefix(series + " ") }
        return line.flatMap { Int($0.dropFirst(series.count + 1)) } ?? 0
    }

    @Test("count a frame for each window, view and transport in use, however many viewers and loops share it")
    func frames() async throws {
        try await withService { service, _ in
            let viewers = try await watch(service)
            let writer = try await service.connect()
            for windows in 1...3 {
                _ = try await service.update("ada", 1, on: writer)
                for viewer in viewers.prefix(6) { _ = try await viewer.message() }
                #expect(try await value("leaderboard_live_windows_total", service) == windows)
                #expect(try await value("leaderboard_live_frames_total", service) == 3 * windows)
                try await until {
                    try await value("leaderboard_live_deliveries_total", service) == viewers.count * (windows + 1)
                }
            }
        }
    }

    @Test("count a resync once, however many viewers get a snapshot")
    func resyncs() async throws {
        try await withService { service, redis in
            let viewers = try await watch(service)
            redis.kill()
            try await service.becomesReady(false)
            try await redis.start()
            for viewer in viewers.prefix(3) { #expect(try await viewer.message().type == "snapshot") }
            #expect(try await value(#"leaderboard_live_resyncs_total{reason="start"}"#, service) == 1)
            #expect(try await value(#"leaderboard_live_resyncs_total{reason="subscription"}"#, service) == 1)
        }
    }
}
