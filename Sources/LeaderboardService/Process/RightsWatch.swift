import Leaderboard
import Logging
import RedisClient
import ServiceLifecycle

/// Asks Redis which rights the service's user lacks: once it is reached, after each move to another primary, and then again and
/// again, for users can be changed under us. What it finds goes to the ``WriteGate``, which refuses writes before they are sent.
struct RightsWatch: Service {
    let redis: RedisConnections
    let store: ScoreStore
    let user: String
    let needed: NeededRights
    let logger: Logger

    /// Between looks for a reason to ask.
    private static let pause = Duration.milliseconds(250)
    /// Between two times of asking, where nothing is missing and where something is.
    private static let interval = Duration.seconds(5)
    private static let shortInterval = Duration.seconds(1)

    func run() async throws {
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown {
            try await redis.becomesConnected()
            var due = ContinuousClock.now
            var moves = redis.moveCount
            var told: MissingRights?
            while true {
                if ContinuousClock.now >= due || moves != redis.moveCount || store.functions.gate.isInDoubt {
                    moves = redis.moveCount
                    let found = await MissingRights.ask(redis, user: user, needed, on: redis.eventLoop)
                    store.functions.gate.found(found)
                    if let found {
                        tell(found, after: told)
                        told = found
                    }
                    due = .now + (found?.isEmpty ?? true ? Self.interval : Self.shortInterval)
                }
                try await Task.sleep(for: Self.pause)
            }
        }
    }

    private func tell(_ found: MissingRights, after told: MissingRights?) {
        let (now, before) = (found.concerning(Self.needed), told?.concerning(Self.needed))
        guard now != before else { return }
        if !now.isEmpty {
            logger.error(
                "redis withholds rights that the service needs",
                metadata: ["user": "\(user)", "missing": "\(now.words)"]
            )
        } else if before != nil {
            logger.info("redis grants all rights again")
        }
    }

    private static let needed: Set<NeededRights.Purpose> = [.reading, .updating, .operating, .boards]
}
