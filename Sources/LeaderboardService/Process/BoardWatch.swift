import Leaderboard
import Logging
import RedisClient
import ServiceLifecycle
import Synchronization

/// Looks again and again whether the board can be read and takes updates. Redis itself may be well, and another writer have put
/// something else into a key of the board.
final class BoardWatch: Service {
    private let redis: RedisClient
    private let store: ScoreStore
    private let logger: Logger
    private let state = Mutex<Objection?>(nil)

    private static let pause = Duration.seconds(1)

    /// What stands against the board, for readiness: the code and a sentence.
    struct Objection: Equatable {
        let code: String
        let message: String
        let stopsReads: Bool
    }

    init(redis: RedisClient, store: ScoreStore, logger: Logger) {
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
            while true {
                note(await look())
                try await Task.sleep(for: Self.pause)
            }
        }
    }

    private func look() async -> Objection? {
        let page = try? await store.standings(offset: 0, limit: 1, on: redis.eventLoop)
        let unsound = (try? await store.unsoundKeys(on: redis.eventLoop)) ?? []
        guard unsound.isEmpty else {
            return Objection(
                code: "board_unsound",
                message:
                    "Something else than the board's stands in \(unsound.joined(separator: ", ")): no update is taken.",
                stopsReads: page == nil
            )
        }
        guard page == nil else { return nil }
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
