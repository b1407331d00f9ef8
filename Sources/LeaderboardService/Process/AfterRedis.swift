import Leaderboard
import RedisClient
import ServiceLifecycle

/// A part that begins when Redis is reached for the first time and has had our functions, so that a start on a Redis that
/// is well is no trouble to anybody's log. From then on it lives with losses itself.
struct AfterRedis: Service {
    let part: any Service
    let redis: RedisConnections
    let store: ScoreStore

    func run() async throws {
        let begins: Void? = try? await cancelWhenGracefulShutdown {
            try await redis.becomesConnected()
            // Redis that does not take them is told by /readyz, and by what the part meets.
            try? await store.check(on: redis.eventLoop)
        }
        if begins != nil { try await part.run() }
    }
}
