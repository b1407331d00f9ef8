import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Logs of a run", .timeLimit(.minutes(5)))
struct SecretsTests {
    private static let password = "password-of-redis-0123456789"

    @Test("hold no secret and no token, whatever goes wrong, even at level trace", arguments: ["json", "text"])
    func nothingSecret(format: String) async throws {
        let redis = try await PrivateRedisServer(port: .tcp, password: Self.password)
        let service = try await ServiceProcess.serve([
            "REDIS_URL": "redis://:\(Self.password)@127.0.0.1:\(redis.port ?? 0)",
            "LOG_LEVEL": "trace", "LOG_FORMAT": format,
        ])
        let token = try TokenSigner(testSettings()).token(user: "12345", lifetime: .seconds(600))
        // A token whose signature is wrong is somebody's secret too: it may be right elsewhere.
        let forged = String(token.dropLast(8)) + "AAAAAAAA"
        try await until {
            let connection = try await TestConnection(port: service.port)
            return try await Fleet.update("12345", 50, on: connection).status == 200
        }
        for authorization in [
            "Bearer \(forged)", "Basic \(token)", token, "Bearer \(token) \(token)", "bearer \(forged)",
        ] {
            let connection = try await TestConnection(port: service.port)
            let answer = try await connection.request(
                "POST",
                "/api/v1/score/update",
                ["Authorization": authorization, "Content-Type": "application/json", "Cookie": "t=\(token)"],
                body: #"{"user_id":"12345","score_increase":50}"#
            )
            #expect(answer.status == 401)
            #expect(!answer.body.contains("eyJ"))
        }
        for query in ["access_token=\(token)", "a=1&Token=\(token)", "%61uthorization=Bearer%20\(token)"] {
            for path in ["/api/v1/score/update", "/api/v1/scoreboard", "/nothing", "/", "/boards/", "/metrics"] {
                let connection = try await TestConnection(port: service.port)
                let answer = try await connection.request("GET", "\(path)?\(query)")
                #expect((answer.status, answer.code) == (400, "token_in_query"), "\(path)")
                #expect(!answer.body.contains("eyJ"))
            }
        }
        for hostile in [
            "GET /\(token) HTTP/1.1\r\nHost: a\r\n\r\n", "\(token)\r\n\r\n", "GET / HTTP/1.1\r\n\(token)\r\n\r\n",
        ] {
            let connection = try await TestConnection(port: service.port)
            try await connection.send(hostile)
            _ = try? await connection.response()
        }
        // Redis has a new password: each sign-in fails from here on.
        try await redis.command("CONFIG", "SET", "requirepass", "another-password")
        redis.kill()
        try await until {
            let connection = try await TestConnection(port: service.port)
            return try await Fleet.update("12345", 50, on: connection).status == 503
        }
        service.signal(SIGTERM)
        try await until(within: .seconds(30)) { !service.isRunning }

        let log = try service.log
        #expect(log.contains("score updated") && log.contains("invalid_token"))
        let signature = try #require(token.split(separator: ".").last)
        for secret in [testSecret, Self.password, "another-password", String(signature), "AAAAAAAA", "access_token"] {
            #expect(!log.contains(secret), "\(secret) is in the log")
        }
        if format == "json" { try check(log) }
    }

    /// Each line is one object with the four fields; requests are at `debug`, the audit at `info` on its own label.
    private func check(_ log: String) throws {
        var labels: Set<String> = []
        for line in log.split(separator: "\n") {
            let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
            let text = { (name: String) in object[name] as? String ?? "" }
            for field in ["time", "level", "logger", "message"] { #expect(!text(field).isEmpty, "\(line)") }
            labels.insert(text("logger"))
            if text("message") == "request" { #expect(text("level") == "debug") }
            if text("logger") == "leaderboard.audit" { #expect(text("level") == "info") }
            #expect(
                (text("logger") == "leaderboard.audit")
                    == ["score updated", "update refused"].contains(text("message"))
            )
        }
        #expect(labels == ["leaderboard", "leaderboard.audit"])
    }
}
