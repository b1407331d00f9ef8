import Leaderboard
import RedisClient
import ServiceLifecycle

/// Brings the function library to where it will be needed before anybody misses it: to Redis once it is reached, and in a
/// cluster to every primary. Again after the primary was found elsewhere, and once a minute.
struct FunctionKeeper: Service {
    let redis: RedisConnections
    let functions: FunctionCalls

    private static let interval = Duration.seconds(60)
    /// Between looks for a reason; also the time after which a server that did not take the library is asked again.
    private static let pause = Duration.seconds(1)

    func run() async throws {
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown {
            try await redis.becomesConnected()
            var due = ContinuousClock.now
            var moves = redis.moveCount
            while true {
                if ContinuousClock.now >= due || moves != redis.moveCount {
                    moves = redis.moveCount
                    let areAllDone = await functions.bringFunctions(on: redis.eventLoop)
                    due = .now + (areAllDone ? Self.interval : Self.pause)
                }
                try await Task.sleep(for: Self.pause)
            }
        }
    }
}
