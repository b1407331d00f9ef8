import Foundation
import Leaderboard
import NIOCore
import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization
import TestSupport
import Testing

@testable import LeaderboardService

/// One instance of the service, on a free port, for as long as a test needs it.
struct RunningService: Sendable {
    let port: Int
    let settings: Settings
    let stopping: GracefulShutdownTestTrigger

    func connect() async throws -> TestConnection {
        try await TestConnection(port: port)
    }

    func token(_ user: String, lifetime: Duration = .seconds(600), scope: String? = nil) throws -> String {
        try TokenSigner(settings).token(user: user, lifetime: lifetime, scope: scope)
    }

    /// One update on the connection, with a valid token of its user.
    func update(
        _ user: String,
        _ increase: Int,
        on connection: TestConnection,
        _ headers: [String: String] = [:]
    ) async throws -> TestResponse {
        try await connection.request(
            "POST",
            "/api/v1/score/update",
            ["Authorization": "Bearer \(token(user))", "Content-Type": "application/json"].merging(headers) { $1 },
            body: #"{"user_id":"\#(user)","score_increase":\#(increase)}"#
        )
    }

    /// Waits until the instance is ready for traffic, or until it is not.
    func becomesReady(_ wanted: Bool = true) async throws {
        try await until {
            try await connect().request("GET", "/readyz").status == (wanted ? 200 : 503)
        }
    }
}

let testSecret = "a secret of the tests, of 32 bytes or more"

/// Settings of the test's own, over those that every test has.
func testSettings(
    _ own: [String: String] = [:],
    file: EnvironmentFile = EnvironmentFile(path: ".env", bytes: [])
) -> Settings {
    let shared = [
        "PORT": "0", "THREADS": "2", "JWT_SECRET": testSecret, "LOG_LEVEL": "critical",
        "RATE_LIMIT_UPDATES": "100000", "RATE_LIMIT_INTERVAL_SECONDS": "1",
    ]
    return Settings(environment: shared.merging(own) { $1 }, file: file)
}

/// Runs the service around `body`, then stops it gracefully; its end must be a clean one.
/// - Parameters:
///   - isReady: whether to wait until it is.
///   - adjust: sets what no variable sets.
func withService(
    _ own: [String: String],
    isReady: Bool = true,
    adjust: (inout ServiceConfiguration) -> Void = { _ in },
    _ body: @Sendable (RunningService) async throws -> Void
) async throws {
    let settings = testSettings(own)
    var configuration = try ServiceConfiguration(settings)
    adjust(&configuration)
    let service = ServiceAssembly(configuration)
    try await testGracefulShutdown { trigger in
        let (ports, port) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup { tasks in
            tasks.addTask {
                try await service.run { address, _ in port.yield(address.port ?? 0) }
                port.finish()
            }
            for await port in ports {
                let running = RunningService(port: port, settings: settings, stopping: trigger)
                if isReady { try await running.becomesReady() }
                try await body(running)
                break
            }
            trigger.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

/// Runs the service on a Redis server of the test's own, set up as `ops/redis` says, as the user of the service.
func withService(
    _ own: [String: String] = [:],
    isReady: Bool = true,
    adjust: (inout ServiceConfiguration) -> Void = { _ in },
    _ body: @Sendable (RunningService, PrivateRedisServer) async throws -> Void
) async throws {
    let redis = try await PrivateRedisServer(isDeployed: true)
    try await withService(own.merging(["REDIS_URL": redis.url]) { $1 }, isReady: isReady, adjust: adjust) {
        try await body($0, redis)
    }
}
