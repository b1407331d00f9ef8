import Board
import Broadcast
import Leaderboard
import Logging
import NIOCore
import RedisClient
import ServiceLifecycle
import Synchronization

/// Says in Redis, again and again, how many viewers each board has through this instance: one call a beat for each that somebody
/// watches, however many they are, and none for the others.
final class Presence: Service {
    private let store: PresenceStore
    private let broadcaster: Broadcaster
    private let redis: RedisConnections
    private let logger: Logger
    /// What was said last.
    private let told = Mutex<[LiveWindow: Int]>([:])
    private let failures = LogThrottle()

    /// What an instance says is right for so long, and an instance that died counts no longer than the lifetime: with the second for which
    /// an answer is kept, everybody is told the right number within 5 s.
    private static let beat = Duration.milliseconds(1500)
    private static let lifetime = Duration.seconds(4)
    /// Boards that are told of at one time.
    private static let atOnce = 64

    init(store: PresenceStore, broadcaster: Broadcaster, redis: RedisConnections, logger: Logger) {
        (self.store, self.broadcaster, self.redis, self.logger) = (store, broadcaster, redis, logger)
    }

    func run() async throws {
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown { [self] in
            while true {
                let counts = broadcaster.watched.reduce(into: [:]) { $0[$1.followed] = $1.viewers }
                // Whom the last viewer has left is said once.
                let before = told.withLock { told in
                    defer { told = counts }
                    return told
                }
                let gone = before.keys.filter { counts[$0] == nil }
                await say(counts.merging(gone.map { ($0, 0) }) { count, _ in count })
                try await Task.sleep(for: Self.beat)
            }
        }
        await say(told.withLock { $0.mapValues { _ in 0 } })
    }

    private func say(_ counts: [LiveWindow: Int]) async {
        let all = Array(counts)
        for start in stride(from: 0, to: all.count, by: Self.atOnce) {
            let some = Array(all[start..<min(start + Self.atOnce, all.count)])
            let outcomes = await some.mapAllAtOnce { window, viewers in await self.say(viewers, of: window) }
            guard outcomes.contains(false), let count = failures.countIfDue() else { continue }
            logger.warning("viewers could not be told to other instances", metadata: ["count": "\(count)"])
        }
    }

    private func say(_ viewers: Int, of window: LiveWindow) async -> Bool {
        guard let board = try? BoardID(window.board) else { return true }
        do {
            try await store.say(
                viewers,
                of: board,
                window: window.window,
                for: Self.lifetime,
                on: redis.eventLoop
            )
            return true
        } catch { return false }
    }
}
