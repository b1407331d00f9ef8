import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A page of another origin")
struct CrossOriginTests {
    private static let path = "/api/v1/score/update"

    @Test("may send updates if CORS_ALLOWED_ORIGINS names its origin, and only then")
    func origins() async throws {
        let settings = ["CORS_ALLOWED_ORIGINS": "https://play.example.com, https://m.example.com:8443"]
        try await withService(settings) { service, _ in
            let connection = try await service.connect()
            for (origin, isAllowed) in [
                ("https://play.example.com", true), ("https://m.example.com:8443", true),
                ("https://m.example.com", false),
                ("http://play.example.com", false), ("https://evil.example.com", false), ("null", false),
                ("https://play.example.com.evil.example", false),
            ] {
                let preflight = try await connection.request(
                    "OPTIONS",
                    Self.path,
                    ["Origin": origin, "Access-Control-Request-Method": "POST"]
                )
                #expect(preflight.status == 204)
                #expect(preflight.headers["access-control-allow-origin"] == (isAllowed ? origin : nil))
                #expect(preflight.headers["access-control-allow-methods"] == (isAllowed ? "POST, OPTIONS" : nil))
                #expect(
                    preflight.headers["access-control-allow-headers"]?.contains("Authorization")
                        == (isAllowed ? true : nil)
                )
                #expect(preflight.headers["access-control-allow-credentials"] == nil)
                let answer = try await service.update("12345", 1, on: connection, ["Origin": origin])
                #expect(answer.headers["access-control-allow-origin"] == (isAllowed ? origin : nil))
                #expect(answer.headers["vary"] == "Origin")
                let refusal = try await service.post(token: nil, ["Origin": origin], on: connection)
                #expect(refusal.headers["access-control-allow-origin"] == (isAllowed ? origin : nil))
            }
        }
    }

    @Test("may not where nothing is said of it; the public reads are open to all")
    func closed() async throws {
        try await withService { service, _ in
            let connection = try await service.connect()
            let headers = ["Origin": "https://play.example.com"]
            let preflight = try await connection.request("OPTIONS", Self.path, headers)
            #expect(preflight.headers["access-control-allow-origin"] == nil)
            let answer = try await service.update("12345", 1, on: connection, headers)
            #expect(answer.headers["access-control-allow-origin"] == nil)
            let read = try await connection.request("GET", "/api/v1/scoreboard", headers)
            #expect(read.headers["access-control-allow-origin"] == "*")
        }
    }
}
