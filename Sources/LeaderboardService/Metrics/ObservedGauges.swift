import Broadcast
import LiveSockets
import RedisClient

extension MetricsRegistry {
    /// What is asked for when it is read, as its owners know it anyway.
    func observe(redis: RedisConnections, watch: RedisWatch, broadcaster: Broadcaster, logs: Logs) {
        showBuild(version: ServiceAssembly.version)
        observe("redis_connections") { Double(redis.connectedCount) }
        observe("redis_pending_commands") { Double(redis.pendingCount) }
        observe("live_subscription") { broadcaster.main.isLive ? 1 : 0 }
        observe("log_lines_dropped_total") { Double(logs.droppedLines) }
        observe(watch)
    }

    func observe(_ senders: LiveSenders) {
        for way in LiveSenders.Way.allCases {
            observe("live_sender_loops", [("sender", way.rawValue)]) { Double(senders.loops(by: way)) }
        }
    }

    func observe(_ watch: ReadinessWatch) {
        for purpose in ReadinessCheck.Purpose.allCases {
            observe("ready", [("for", purpose.rawValue)]) { watch.isReady(for: purpose) ? 1 : 0 }
        }
    }

    /// What Redis does not tell is not shown.
    private func observe(_ watch: RedisWatch) {
        observe("redis_delayed_fsyncs") { watch.figures?.delayedFsyncs.map { Double($0) } }
        observe("redis_used_memory_bytes") { watch.figures?.usedMemory.map { Double($0) } }
        observe("redis_max_memory_bytes") { watch.figures?.maximumMemory.map { Double($0) } }
        observe("redis_connected_replicas") { watch.figures?.connectedReplicas.map { Double($0) } }
        observe("redis_replication_lag_bytes") { watch.figures?.lagBytes.map { Double($0) } }
        observe("redis_replication_lag_seconds") { watch.figures?.lagSeconds.map { Double($0) } }
        observe("redis_append_only") { watch.figures?.isAppendOnly.map { $0 ? 1 : 0 } }
        for part in RedisFigures.Part.allCases {
            observe("redis_persistence_failed", [("part", part.rawValue)]) {
                watch.figures?.failed[part].map { $0 ? 1 : 0 }
            }
        }
        observe("board_users") { watch.users.map { Double($0) } }
        observe("board_audit_entries") { watch.auditEntries.map { Double($0) } }
        observe("board_foreign_members") { watch.foreignMembers.map { Double($0) } }
    }
}
