import TestSupport
import Testing

@testable import LeaderboardService

@Suite("MAX_CONNECTIONS_PER_IP")
struct ConnectionBoundTests {
    @Test(
        "bounds the connections of an address, and not those of a trusted proxy",
        arguments: [("", 3), ("127.0.0.2/32", 8), ("127.0.0.3/32", 3)]
    )
    func bound(trusted: String, answered: Int) async throws {
        try await withService(["TRUSTED_PROXIES": trusted, "MAX_CONNECTIONS_PER_IP": "3"]) { service, _ in
            var open: [TestConnection] = []
            var statuses: [Int] = []
            for _ in 1...8 {
                // The readiness of the service was asked for from another address.
                let connection = try await TestConnection(port: service.port, source: "127.0.0.2")
                if let answer = try? await connection.request("GET", "/healthz") { statuses.append(answer.status) }
                open.append(connection)
            }
            #expect(statuses.prefix(answered) == Array(repeating: 200, count: answered)[...])
            // Who is beyond it is told so, where there is a moment for it.
            #expect(statuses.dropFirst(answered).allSatisfy { $0 == 503 })
            #expect(
                try await service.metric(#"leaderboard_http_connections_refused_total{reason="address"}"#)
                    == Double(8 - answered)
            )
            for connection in open { connection.close() }
        }
    }
}
