import Leaderboard
import Logging
import RedisClient
import ServiceLifecycle
import Synchronization

/// Looks again and again whether Redis keeps what an acknowledgement promises. Its settings and users can be changed under us, and no
/// command fails for it.
final class DurabilityWatch: Service {
    private let redis: RedisConnections
    private let keys: BoardKeys
    private let durability: Durability
    private let logger: Logger
    private let state = Mutex(State())

    /// Between two looks at what `DURABILITY=fsynced` needs; each sixtieth is also at the rights.
    private static let pause = Duration.seconds(1)

    private struct State {
        var objection: String?
        var rights = ReplayRights.unknown
    }

    init(redis: RedisConnections, keys: BoardKeys, durability: Durability, logger: Logger) {
        self.redis = redis
        self.keys = keys
        self.durability = durability
        self.logger = logger
    }

    /// Why updates are not as durable as `DURABILITY` says; nil while they are, as far as this user may look.
    var objection: String? { state.withLock(\.objection) }

    func run() async throws {
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown { [self] in
            try await redis.becomesConnected()
            for number in 0... {
                try await Task.sleep(for: Self.pause)
                if durability == .fsynced { await lookAtSettings() }
                if number.isMultiple(of: 60) { await lookAtRights() }
            }
        }
    }

    private func lookAtSettings() async {
        guard let reply = try? await ask(FsyncedSetting.question) else { return }
        let found = FsyncedSetting.objection(to: reply)
        let before = state.withLock { state in
            let before = state.objection
            state.objection = found
            return before
        }
        guard found != before else { return }
        if let found {
            logger.error("redis does not keep what was promised", metadata: ["reason": "\(found)"])
        } else {
            logger.info("redis keeps again what was promised")
        }
    }

    private func lookAtRights() async {
        guard let info = try? await ask(RedisCommand("INFO")).text else { return }
        let facts = RedisFacts(info: info, isPrivate: false)
        guard facts.isAppendOnly, facts.needsReplayRights else { return }
        let found = await ReplayRights.ask(redis, keys, on: redis.eventLoop)
        let before = state.withLock { state in
            let before = state.rights
            state.rights = found
            return before
        }
        guard found != before, case .missing(let what) = found else { return }
        logger.error(
            "redis would not find the board again after a restart, as its user default lacks a right: see leaderboard doctor",
            metadata: ["reason": "\(what)"]
        )
    }

    /// Nobody is troubled by a refusal: who may not look does not know.
    private func ask(_ command: RedisCommand) async throws(RedisError) -> RESPValue {
        try await redis.send(command, expecting: { _ in true }, on: redis.eventLoop)
    }
}
