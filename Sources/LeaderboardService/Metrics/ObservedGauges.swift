import Broadcast
import RedisClient

extension MetricsRegistry {
    /// What is asked for when it is read, as its owners know it anyway.
    func observe(redis: RedisClient, durability: DurabilityWatch, broadcaster: Broadcaster, logs: Logs) {
        showBuild(version: LeaderboardService.version)
        observe("redis_connections") { Double(redis.connectedCount) }
        observe("redis_pending_commands") { Double(redis.pendingCount) }
        observe("redis_delayed_fsyncs") { Double(durability.delayedFsyncs) }
        observe("live_subscription") { broadcaster.isLive ? 1 : 0 }
        observe("log_lines_dropped_total") { Double(logs.droppedLines) }
    }
}
