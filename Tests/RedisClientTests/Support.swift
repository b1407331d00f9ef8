import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import TestSupport

@testable import RedisClient

/// A client with one connection, on one loop, running for as long as `body` runs.
func withClient(
    _ url: String,
    _ options: RedisOptions = RedisOptions(),
    isReady: Bool = true,
    sentinelLogin: RedisEndpoint.Login? = nil,
    logger: Logger = quietLogger,
    _ body: (RedisConnections, any EventLoop) async throws -> Void
) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    var endpoint = try RedisEndpoint(url: url)
    endpoint.sentinelLogin = sentinelLogin
    let client = RedisConnections(
        endpoint: endpoint,
        options: options,
        eventLoopGroup: group,
        logger: logger
    )
    try await withThrowingTaskGroup { tasks in
        tasks.addTask { try await client.run() }
        if isReady { try await until { client.isConnected } }
        try await body(client, group.next())
        tasks.cancelAll()
    }
    try await group.shutdownGracefully()
}

let quietLogger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// A subscriber of the channel, for as long as `body` runs.
func withSubscriber(
    _ url: String,
    _ options: RedisOptions = RedisOptions(),
    events: EventRecorder,
    channel: String = "news",
    following leader: RedisConnections? = nil,
    _ body: () async throws -> Void
) async throws {
    let subscriber = RedisSubscriber(
        endpoint: try RedisEndpoint(url: url),
        options: options,
        channel: channel,
        following: leader,
        eventLoop: events.group.next(),
        logger: quietLogger,
        onEvent: events.note
    )
    try await withThrowingTaskGroup { tasks in
        tasks.addTask { try await subscriber.run() }
        try await body()
        tasks.cancelAll()
    }
}
