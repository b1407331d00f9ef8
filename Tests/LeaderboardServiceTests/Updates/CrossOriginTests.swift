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

    @Test("may read what the server itself refuses, before it asks what is at the path")
    func refusedByServer() async throws {
        let origin = "https://play.example.com"
        try await withService(["CORS_ALLOWED_ORIGINS": origin, "BODY_TIMEOUT_SECONDS": "1"]) { service, _ in
            let token = try service.token("ada")
            for (method, path, headers, status) in [
                ("POST", Self.path + "?access_token=\(token)", [:], 400), ("GET", Self.path, [:], 405),
                ("GET", "/api/v1/boards/arena/score/update", [:], 405),
                ("POST", Self.path, ["Expect": "wonders"], 417), ("POST", Self.path, ["Content-Length": "5"], 408),
            ] {
                for (sender, isAllowed) in [(origin, true), ("https://evil.example.com", false)] {
                    let all = headers.merging(["Origin": sender]) { $1 }
                    let answer = try await service.connect().request(method, path, all)
                    #expect(answer.status == status, "\(method) \(path)")
                    #expect(answer.headers["access-control-allow-origin"] == (isAllowed ? sender : nil))
                    #expect(answer.headers["vary"] == (isAllowed ? "Origin" : nil))
                }
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
