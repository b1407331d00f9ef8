import Logging
package import NIOCore
import NIOPosix
package import RedisClient

/// A Redis, for as long as a command needs it.
package enum RedisVisit {
    /// From the first try to a connection.
    package static let patience = Duration.seconds(5)

    /// - Throws: ``BoardAccess/Unreachable`` where it does not answer.
    package static func open<Value: Sendable>(
        _ endpoint: RedisEndpoint,
        _ options: RedisOptions = RedisOptions(),
        within patience: Duration = patience,
        _ body: @escaping @Sendable (RedisConnections, any EventLoop) async throws -> Value
    ) async throws -> Value {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let trouble = LastTrouble()
        let redis = RedisConnections(
            endpoint: endpoint,
            options: options,
            eventLoopGroup: group,
            logger: Logger(label: "leaderboard") { _ in trouble },
            metricsFactory: MetricsRegistry()
        )
        let result: Result<Value, any Error> = await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await redis.run() }
            defer { tasks.cancelAll() }
            do {
                try await connected(redis, to: endpoint, within: patience, trouble)
                return .success(try await body(redis, group.next()))
            } catch {
                return .failure(error)
            }
        }
        try await group.shutdownGracefully()
        return try result.get()
    }

    private static func connected(
        _ redis: RedisConnections,
        to endpoint: RedisEndpoint,
        within patience: Duration,
        _ trouble: LastTrouble
    ) async throws {
        let deadline = ContinuousClock.now + patience
        while !redis.isConnected {
            guard ContinuousClock.now < deadline else {
                let reason = trouble.reason.map { ": \($0)" } ?? ""
                throw BoardAccess.Unreachable(description: "Redis does not answer at \(endpoint)\(reason).")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
