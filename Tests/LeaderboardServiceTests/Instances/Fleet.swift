import Foundation
import Leaderboard
import TestSupport
import Testing

@testable import LeaderboardService

/// Three instances, each a process of its own, on one Redis, behind a real load balancer.
struct Fleet: Sendable {
    let redis: PrivateRedisServer
    let instances: [ServiceProcess]
    let balancer: LoadBalancer

    static func start(_ kind: LoadBalancer.Kind) async throws -> Fleet {
        let redis = try await PrivateRedisServer()
        let settings = [
            "REDIS_URL": redis.url, "TRUSTED_PROXIES": "127.0.0.1/32",
            "RATE_LIMIT_UPDATES": "100000", "RATE_LIMIT_INTERVAL_SECONDS": "1",
        ]
        async let first = ServiceProcess.serve(settings)
        async let second = ServiceProcess.serve(settings)
        async let third = ServiceProcess.serve(settings)
        let instances = try await [first, second, third]
        for instance in instances {
            try await until {
                try await TestConnection(port: instance.port).request("GET", "/readyz").status == 200
            }
        }
        let balancer = try await LoadBalancer.start(kind, instances: instances.map(\.port))
        return Fleet(redis: redis, instances: instances, balancer: balancer)
    }

    /// One update, as a service behind the player would send it.
    static func update(
        _ user: String,
        _ increase: Int,
        on connection: TestConnection,
        _ headers: [String: String] = [:]
    ) async throws -> TestResponse {
        let token = try TokenSigner(testSettings()).token(user: user, lifetime: .seconds(600))
        let own = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
        return try await connection.request(
            "POST",
            "/api/v1/score/update",
            own.merging(headers) { $1 },
            body: #"{"user_id":"\#(user)","score_increase":\#(increase)}"#
        )
    }

    /// The board as Redis has it.
    func board() async throws -> [String: Int] {
        let words = try await redis.command("ZRANGE", "lb:{main}:scores", "0", "-1", "WITHSCORES").split(
            separator: "\n"
        )
        return stride(from: 0, to: words.count - 1, by: 2).reduce(into: [:]) {
            $0[String(words[$1])] = Int(words[$1 + 1])
        }
    }
}
