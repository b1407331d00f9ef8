import Leaderboard
import Logging
import RedisClient
import ServiceLifecycle
import Synchronization

/// Looks again and again whether the board can be read and takes updates. Redis itself may be well, and another writer have put
/// something else into a key of the board.
final class BoardWatch: Service {
    private let redis: RedisConnections
    private let store: ScoreStore
    private let logger: Logger
    private let state = Mutex<Objection?>(nil)

    private static let pause = Duration.seconds(1)
    /// Looks in a row in which the standings could not be read until that is told: 10,000 members that are no user ids, put on
    /// top at once, are in the way for less.
    private static let unreadableLooks = 5

    /// What stands against the board, for readiness: the code and a sentence.
    struct Objection: Equatable {
        let code: String
        let message: String
        let stopsReads: Bool
    }

    init(redis: RedisConnections, store: ScoreStore, logger: Logger) {
        self.redis = redis
        self.store = store
        self.logger = logger
    }

    /// Nil where all is well. While Redis does not answer, there is one as well.
    var objection: Objection? { state.withLock { $0 } }

    func run() async throws {
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown { [self] in
            try await redis.becomesConnected()
            var unreadable = 0
            var nuisances: [String] = []
            while true {
                let isReadable = (try? await store.standings(offset: 0, limit: 1, on: redis.eventLoop)) != nil
                unreadable = isReadable ? 0 : unreadable &+ 1
                let unsound = try? await store.unsoundKeys(on: redis.eventLoop)
                note(Self.objection(to: unsound?.stopUpdates ?? [], isReadable, unreadable))
                if let others = unsound?.stopOperations, others != nuisances {
                    nuisances = others
                    if !others.isEmpty { tell(others) }
                }
                try await Task.sleep(for: Self.pause)
            }
        }
    }

    /// What does not stop updates takes no instance out of service, but somebody has to see to it.
    private func tell(_ keys: [String]) {
        logger.error(
            "something else than the board's stands in its keys: operations on users are refused, or members that are no user ids stay",
            metadata: ["keys": "\(keys.joined(separator: ", "))"]
        )
    }

    private static func objection(to unsound: [String], _ isReadable: Bool, _ unreadable: Int) -> Objection? {
        guard unsound.isEmpty else {
            let names = unsound.joined(separator: ", ")
            return Objection(
                code: "board_unsound",
                message:
                    "Something else than the board's, or an audit that takes no entry, stands in \(names): no update is taken.",
                stopsReads: !isReadable
            )
        }
        guard unreadable >= unreadableLooks else { return nil }
        return Objection(
            code: "standings_unreadable",
            message: "The standings cannot be read from Redis.",
            stopsReads: true
        )
    }

    private func note(_ found: Objection?) {
        let before = state.withLock { objection in
            defer { objection = found }
            return objection
        }
        guard found != before else { return }
        if let found {
            logger.error(
                "the board is not as it must be",
                metadata: ["code": "\(found.code)", "reason": "\(found.message)"]
            )
        } else {
            logger.info("the board is well again")
        }
    }
}
