import Broadcast
import RedisClient

extension MetricsRegistry {
    /// What is asked for when it is read, as its owners know it anyway.
    func observe(redis: RedisClient, broadcaster: Broadcaster, logs: Logs) {
        showBuild(version: LeaderboardService.version)
        observe("redis_connections") { Double(redis.connectedCount) }
        observe("redis_pending_commands") { Double(redis.pendingCount) }
        observe("live_subscription") { broadcaster.isLive ? 1 : 0 }
        observe("log_lines_dropped_total") { Double(logs.droppedLines) }
    }
}
