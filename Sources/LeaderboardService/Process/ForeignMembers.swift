import Leaderboard
import Logging
import RedisClient
import ServiceLifecycle

/// Keeps the board to user ids. Another writer may have put anything into its sorted set; what is no user id is moved to a key
/// beside it, so that ranks, offsets and counts are of users everywhere.
///
/// A step a second looks at the first places, where one disturbs most, and at a part of the rest: a board of 1,000,000 is
/// walked through in 70 minutes, for 1.5 ms of each second of Redis. Once any is found, the whole board is walked through at a
/// larger pace, in 2 minutes. Any number of instances may do it.
struct ForeignMembers: Service {
    let redis: RedisConnections
    let store: ScoreStore
    let logger: Logger

    /// Between two steps: usually, on a walk because of what was found, and right after something was found.
    private static let pauses = (
        usual: Duration.seconds(1), hurried: Duration.milliseconds(100), found: Duration.milliseconds(20)
    )
    private static let counts = (usual: 250, hurried: 1000)

    func run() async throws {
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown { try await walk() }
    }

    private func walk() async throws {
        try await redis.becomesConnected()
        let throttle = LogThrottle()
        var cursor = SetAside.start
        // Walks to be made at the larger pace: what is left of this one, and a whole one.
        var hurriedWalks = 0
        var untold = 0
        while true {
            // Where Redis refuses, reading goes on: whoever reads passes over what is no user id.
            let step = try? await store.setAside(
                from: cursor,
                lookingAt: hurriedWalks > 0 ? Self.counts.hurried : Self.counts.usual,
                on: redis.eventLoop
            )
            let moved = step?.moved ?? 0
            cursor = step?.cursor ?? SetAside.start
            if cursor == SetAside.start { hurriedWalks = max(0, hurriedWalks - 1) }
            if moved > 0 { hurriedWalks = 2 }
            untold += moved
            if untold > 0, throttle.countIfDue() != nil {
                logger.warning(
                    "members of the board that are no user ids were moved",
                    metadata: ["count": "\(untold)", "to": "\(store.keys.foreign)"]
                )
                untold = 0
            }
            let pause = hurriedWalks > 0 ? Self.pauses.hurried : Self.pauses.usual
            try await Task.sleep(for: moved > 0 ? Self.pauses.found : pause)
        }
    }
}
