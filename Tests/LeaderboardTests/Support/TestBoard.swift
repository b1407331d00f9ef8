import Board
import Leaderboard
import Logging
import NIOCore
import NIOPosix
import RedisClient
import ServiceLifecycle
import TestSupport

/// A board of the test's own on a private redis-server, and a client on two event loops.
struct TestBoard: Sendable {
    let server: PrivateRedisServer
    let redis: RedisConnections
    let store: ScoreStore
    let loops: [any EventLoop]
    /// By which the tests' updates go.
    var function = UpdateFunction.write
    var loop: any EventLoop { loops[0] }
    var keys: BoardKeys { store.keys }

    /// A command, told to Redis as it is.
    @discardableResult
    func command(_ words: String...) async throws(RedisError) -> RESPValue {
        var command = RedisCommand(words[0])
        for word in words.dropFirst() { command.append(word) }
        return try await redis.send(command, on: loop)
    }

    /// Redis' clock, since 1970.
    func microseconds() async throws -> Int { try await store.time(on: loop) }

    @discardableResult
    func apply(
        _ user: String,
        _ increase: Int,
        key: String? = nil,
        withRank: Bool = false,
        on loop: (any EventLoop)? = nil
    ) async throws -> UpdateOutcome {
        let update = BoardUpdate(user: try UserID(user), .incr, increase)
        let key = try key.map { try IdempotencyKey($0) }
        guard function == .write else {
            return try await applyByUpdate(update, key: key, withRank: withRank, on: loop ?? self.loop)
        }
        return try await store.apply(
            update,
            origin: UpdateOrigin(ip: "192.0.2.1", requestID: "request-1"),
            idempotencyKey: key,
            withRank: withRank,
            on: loop ?? self.loop
        )
    }

    /// The same where it must count.
    func applied(
        _ user: String,
        _ increase: Int,
        key: String? = nil,
        withRank: Bool = false,
        on loop: (any EventLoop)? = nil
    ) async throws -> AppliedUpdate {
        let outcome = try await apply(user, increase, key: key, withRank: withRank, on: loop)
        guard case .applied(let update) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
        return update
    }
}

struct UnexpectedOutcome: Error {
    let outcome: UpdateOutcome
}

/// - Parameters:
///   - server: by default one of the test's own.
///   - url: by default the server's.
func withBoard(
    _ options: StoreOptions = .generous,
    by function: UpdateFunction = .write,
    on server: PrivateRedisServer? = nil,
    url: String? = nil,
    _ body: (TestBoard) async throws -> Void
) async throws {
    let server = if let server { server } else { try await PrivateRedisServer() }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let redis = RedisConnections(
        endpoint: try RedisEndpoint(url: url ?? server.url),
        options: RedisOptions(),
        eventLoopGroup: group,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    )
    let store = ScoreStore(mainOf: FunctionCalls(redis: redis, options: options))
    try await withThrowingTaskGroup { tasks in
        tasks.addTask { try await redis.run() }
        try await until { redis.connectedCount >= 2 }
        try await body(
            TestBoard(
                server: server,
                redis: redis,
                store: store,
                loops: group.makeIterator().map { $0 },
                function: function
            )
        )
        tasks.cancelAll()
    }
    try await group.shutdownGracefully()
}

extension StoreOptions {
    /// No test of something else meets the rate limit. (A token comes back in 60 microseconds: the bucket of one update is kept.)
    static var generous: StoreOptions {
        var options = StoreOptions()
        options.definition.rateLimit = RateLimit(updates: 1_000_000, interval: .seconds(60))
        return options
    }

    /// A bucket of so many updates that does not fill while a test runs.
    static func tight(_ updates: Int) -> StoreOptions {
        var options = StoreOptions()
        options.definition.rateLimit = RateLimit(updates: updates, interval: .seconds(3600 * updates))
        return options
    }
}
