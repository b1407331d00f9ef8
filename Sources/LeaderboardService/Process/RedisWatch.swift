import Leaderboard
import Logging
import RedisClient
import ServiceLifecycle
import Synchronization

/// Asks Redis how it does and how large the board is, at a rate of its own, however often the metrics are read: a few
/// questions every 10 s of each instance.
final class RedisWatch: Service {
    /// Older figures are not shown: they are not those of Redis any more.
    private static let shownFor = Duration.seconds(35)

    private struct State {
        var figures: RedisFigures?
        var users, auditEntries, foreignMembers: Int?
        var asked = ContinuousClock.now
        /// The last count that was told in the log, or less where Redis has been started again since.
        var delayedFsyncs: UInt64 = 0
    }

    private let redis: RedisConnections
    private let keys: BoardKeys
    private let interval: Duration
    private let logger: Logger
    private let state = Mutex(State())

    init(redis: RedisConnections, keys: BoardKeys, interval: Duration = .seconds(10), logger: Logger) {
        self.redis = redis
        self.keys = keys
        self.interval = interval
        self.logger = logger
    }

    /// The last; nil while Redis does not answer, or does not let this user ask.
    var figures: RedisFigures? { fresh(\.figures) }
    /// On the board.
    var users: Int? { fresh(\.users) }
    /// In its stream.
    var auditEntries: Int? { fresh(\.auditEntries) }
    /// Taken off the board, as they are no user ids.
    var foreignMembers: Int? { fresh(\.foreignMembers) }

    private func fresh<Value: Sendable>(_ value: KeyPath<State, Value?>) -> Value? {
        state.withLock { ContinuousClock.now - $0.asked < Self.shownFor ? $0[keyPath: value] : nil }
    }

    func run() async throws {
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown { [self] in
            try await redis.becomesConnected()
            while true {
                await look()
                try await Task.sleep(for: interval)
            }
        }
    }

    private func look() async {
        let info = await ask(["INFO"] + RedisFigures.sections)?.text
        let users = await ask(["ZCARD", keys.scores])?.integer
        let entries = await ask(["XLEN", keys.audit])?.integer
        let foreign = await ask(["ZCARD", keys.foreign])?.integer
        let figures = info.map { RedisFigures(RedisInfo($0)) }
        let slow: UInt64? = state.withLock { state in
            (state.figures, state.users, state.auditEntries, state.asked) = (figures, users, entries, .now)
            state.foreignMembers = foreign
            guard let count = figures?.delayedFsyncs else { return nil }
            defer { state.delayedFsyncs = count }
            return count > state.delayedFsyncs ? count : nil
        }
        if let slow {
            logger.warning("redis holds writes back, as its disk is slow", metadata: ["count": "\(slow)"])
        }
    }

    /// Nobody is troubled by a refusal: who may not look does not know.
    private func ask(_ words: [String]) async -> RESPValue? {
        var command = RedisCommand()
        for word in words { command.append(word) }
        return try? await redis.send(command, expecting: { _ in true }, on: redis.eventLoop)
    }
}
