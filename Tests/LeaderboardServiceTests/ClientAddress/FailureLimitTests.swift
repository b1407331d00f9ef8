import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Requests without a valid token")
struct FailureLimitTests {
    /// A bucket of three that does not fill while a test runs.
    private static let tight = [
        "UNAUTHENTICATED_LIMIT": "3", "UNAUTHENTICATED_INTERVAL_SECONDS": "10800", "TRUSTED_PROXIES": "127.0.0.0/8",
    ]

    @Test("are limited per address, on every instance; valid ones are not, wherever they come from")
    func limited() async throws {
        try await withService(Self.tight) { service, redis in
            let (flooder, neighbour) = (["X-Forwarded-For": "203.0.113.9"], ["X-Forwarded-For": "203.0.113.10"])
            let connection = try await service.connect()
            #expect(try await service.post(token: nil, flooder, on: connection).code == "missing_token")
            #expect(try await service.post(token: "a.b.c", flooder, on: connection).code == "invalid_token")
            #expect(try await service.post(token: nil, flooder, on: connection).code == "missing_token")
            let refused = try await service.post(token: "a.b.c", flooder, on: connection)
            #expect((refused.status, refused.code) == (429, "too_many_failures"))
            #expect((3599...3600).contains(Int(refused.headers["retry-after"] ?? "") ?? 0))
            #expect(try await service.post(token: nil, flooder, on: connection).status == 429)

            #expect(try await service.update("12345", 1, on: connection, flooder).status == 200)
            #expect(try await service.post(token: nil, neighbour, on: connection).code == "missing_token")
            try await withService(Self.tight.merging(["REDIS_URL": redis.url]) { $1 }) { other in
                let connection = try await other.connect()
                #expect(try await other.post(token: nil, flooder, on: connection).status == 429)
            }
        }
    }

    @Test("cost Redis nothing once their address is known to be over")
    func known() async throws {
        try await withService(Self.tight) { service, redis in
            let connection = try await service.connect()
            let flooder = ["X-Forwarded-For": "203.0.113.9"]
            for _ in 0..<4 { _ = try await service.post(token: nil, flooder, on: connection) }
            let before = try await redis.calls(of: "fcall")
            for _ in 0..<50 { #expect(try await service.post(token: nil, flooder, on: connection).status == 429) }
            #expect(try await redis.calls(of: "fcall") == before)
            #expect(try await service.metric(#"leaderboard_update_refusals_total{code="too_many_failures"}"#) == 51)
        }
    }

    @Test("of one IPv6 network of 64 bits count together")
    func networks() async throws {
        try await withService(Self.tight) { service, redis in
            let connection = try await service.connect()
            for host in 1...3 {
                let headers = ["X-Forwarded-For": "2001:db8::\(host)"]
                #expect(try await service.post(token: nil, headers, on: connection).status == 401)
            }
            let last = try await service.post(token: nil, ["X-Forwarded-For": "2001:db8::ffff:4"], on: connection)
            #expect(last.status == 429)
            let other = try await service.post(token: nil, ["X-Forwarded-For": "2001:db8:0:1::1"], on: connection)
            #expect(other.status == 401)
            #expect(try await redis.command("EXISTS", "lb:{main}:address:2001:db8::/64") == "1")
        }
    }

    @Test("of an address that is over keep nobody from what anybody may read, nor an operator from anything")
    func reads() async throws {
        try await withService(Self.tight) { service, redis in
            for (board, visibility) in [("open", "public"), ("secret", "private")] {
                try await redis.command(
                    "SET",
                    "lb:{\(board)}:board",
                    #"{"visibility":"\#(visibility)","version":"1"}"#
                )
            }
            let connection = try await service.connect()
            let flooder = ["X-Forwarded-For": "203.0.113.9"]
            for _ in 0..<4 { _ = try await service.post(token: nil, flooder, on: connection) }
            let (stranger, known) = ("a.b.c", try service.token("ops", scope: "leaderboard:admin"))
            let reads = ["", "/scoreboard", "/scores/1", "/count", "/stats", "/percentiles?p=1"]
            for read in reads {
                for (board, token, status) in [
                    ("open", nil, 200), ("open", stranger, 200), ("open", known, 200), ("secret", nil, 429),
                    ("secret", stranger, 429), ("secret", known, 200),
                ] as [(String, String?, Int)] {
                    let headers = flooder.merging(token.map { ["Authorization": "Bearer \($0)"] } ?? [:]) { $1 }
                    let path = "/api/v1/boards/\(board)\(read)"
                    let answer = try await connection.request("GET", path, headers)
                    #expect(answer.status == status, "\(path) \(token ?? "-"): \(answer.body)")
                }
            }
            let list = try await connection.request("GET", "/api/v1/boards", flooder)
            #expect(list.status == 200)
            let operators = flooder.merging(["Authorization": "Bearer \(known)"]) { $1 }
            #expect(try await connection.request("GET", "/api/v1/admin/boards", operators).status == 200)
        }
    }

    @Test("are not limited while Redis is away")
    func outage() async throws {
        try await withService(Self.tight) { service, redis in
            redis.kill()
            let connection = try await service.connect()
            for _ in 0..<6 { #expect(try await service.post(token: nil, [:], on: connection).status == 401) }
            try await redis.start()
            try await service.becomesReady()
        }
    }
}

extension RunningService {
    /// One update with this token, or without one.
    func post(token: String?, _ headers: [String: String], on connection: TestConnection) async throws -> TestResponse {
        var headers = headers.merging(["Content-Type": "application/json"]) { $1 }
        headers["Authorization"] = token.map { "Bearer \($0)" }
        let body = #"{"user_id":"12345","score_increase":1}"#
        return try await connection.request("POST", "/api/v1/score/update", headers, body: body)
    }
}

extension PrivateRedisServer {
    /// How often this command was carried out, by whomever.
    func calls(of command: String) async throws -> Int {
        let statistics = try await self.command("INFO", "commandstats")
        let line = statistics.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_\(command):calls=") }
        return line.flatMap { Int($0.split(separator: "=")[1].prefix { $0.isNumber }) } ?? 0
    }
}
