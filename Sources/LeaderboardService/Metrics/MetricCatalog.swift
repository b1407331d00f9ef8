/// Every metric that the service has, under its name in Prometheus. The modules record through swift-metrics under these
/// names, or the shorter ones that ``MetricName`` makes them of; a test holds the two together.
///
/// No label has a user's id, an address, or anything else that a peer can choose.
package enum MetricCatalog {
    package static let all = http + updates + redis + live + service

    private static let http: [MetricDefinition] = [
        .counter(
            "leaderboard_http_requests_total",
            "Requests answered, by the route's pattern.",
            labels: ["method", "route", "status"]
        ),
        .histogram(
            "leaderboard_http_request_duration_seconds",
            "From a request's first byte to its answer handed to the socket (to a slow reader: all but 16 KiB of it). A client that is "
                + "slow to send or to read counts in it.",
            labels: ["method", "route"]
        ),
        .gauge("leaderboard_http_connections", "Connections that are open, live ones included."),
        .counter(
            "leaderboard_http_connections_refused_total",
            "Connections closed at once: a limit was reached (total, address), the PROXY header was none (proxy_header), or the "
                + "system had no descriptor or memory for them (system).",
            labels: ["reason"]
        ),
        .counter(
            "leaderboard_http_accept_errors_total",
            "Times that the system could not give out a connection, for want of descriptors or memory."
        ),
        .counter(
            "leaderboard_unnamed_proxy_refusals_total",
            "Requests refused by a bound of their address that looks like a proxy which TRUSTED_PROXIES does not name."
        ),
        .counter(
            "leaderboard_http_errors_total",
            "Requests that ended before they reached a route.",
            labels: ["reason"]
        ),
    ]

    private static let updates: [MetricDefinition] = [
        .counter("leaderboard_updates_total", "Updates added to the board."),
        .counter(
            "leaderboard_update_replays_total",
            "Retries answered with the first outcome, by their Idempotency-Key."
        ),
        .counter("leaderboard_updates_held_total", "Updates that a rule of plausibility holds: they wait for review."),
        .counter("leaderboard_update_refusals_total", "Updates refused, by the answer's error code.", labels: ["code"]),
        .counter(
            "leaderboard_rules_met_total",
            "Updates that met a rule of plausibility, by the rule and by what it did: refused, held, flagged, or nothing yet (dry_run).",
            labels: ["rule", "effect"]
        ),
        .histogram(
            "leaderboard_update_duration_seconds",
            "From an update that is there, body and all, to its answer, whichever it is; without the client's time to send and read."
        ),
        .histogram(
            "leaderboard_update_redis_duration_seconds",
            "The part of it that Redis took, with the way there and back."
        ),
        .counter("leaderboard_token_verifications_total", "Tokens checked, by outcome.", labels: ["outcome"]),
        .counter("leaderboard_jwks_loads_total", "Loads of the key set, by outcome.", labels: ["outcome"]),
    ]

    /// Of what Redis itself tells each instance shows the same: the maximum of them counts, not the sum.
    private static let redis: [MetricDefinition] = [
        .gauge("leaderboard_redis_connections", "Connections to Redis that are up."),
        .gauge("leaderboard_redis_pending_commands", "Commands sent or waiting that have no reply yet."),
        .counter("leaderboard_redis_reconnects_total", "Connections to Redis that were lost and made again."),
        .counter("leaderboard_redis_commands_total", "Commands given to Redis."),
        .counter(
            "leaderboard_redis_command_errors_total",
            "Commands without a good reply: not_sent, outcome_unknown, or refused by Redis; and why.",
            labels: ["kind", "reason"]
        ),
        .gauge(
            "leaderboard_redis_delayed_fsyncs",
            "Times since Redis started that an fsync took over 2 s: what it had acknowledged meanwhile was in its memory only."
        ),
        .gauge("leaderboard_redis_used_memory_bytes", "Memory that Redis uses."),
        .gauge("leaderboard_redis_max_memory_bytes", "Redis' maxmemory, beyond which it refuses updates; 0: no limit."),
        .gauge("leaderboard_redis_connected_replicas", "Replicas that are connected to Redis' primary."),
        .gauge(
            "leaderboard_redis_replication_lag_bytes",
            "What the replica that is furthest behind has not confirmed yet; none without replicas."
        ),
        .gauge(
            "leaderboard_redis_replication_lag_seconds",
            "Since the slowest replica has confirmed something; none without replicas."
        ),
        .gauge("leaderboard_redis_append_only", "1 where Redis keeps an append-only file, else 0."),
        .gauge(
            "leaderboard_redis_persistence_failed",
            "1 where Redis' last write of the part (aof_write, aof_rewrite, snapshot) failed, else 0.",
            labels: ["part"]
        ),
        .counter("leaderboard_redis_function_loads_total", "Loads of the function library into Redis."),
        .counter("leaderboard_private_redis_restarts_total", "Times the private redis-server ended by itself."),
    ]

    private static let live: [MetricDefinition] = [
        .gauge("leaderboard_live_subscribers", "Viewers connected now.", labels: ["transport", "view"]),
        .gauge("leaderboard_live_subscription", "1 while the subscription to Redis' channel is up, else 0."),
        .gauge(
            "leaderboard_live_sender_loops",
            "Event loops by how their frames leave to viewers: by io_uring, to many in one call, or by send, to each by itself.",
            labels: ["sender"]
        ),
        .gauge("leaderboard_live_boards", "Boards that are followed beside the one of the paths without a board."),
        .counter("leaderboard_live_events_total", "Changes taken from Redis' channels."),
        .counter(
            "leaderboard_live_rejected_events_total",
            "Messages on Redis' channels that were dropped because they were malformed or too large."
        ),
        .counter("leaderboard_live_windows_total", "Flush windows that ended with changes to show."),
        .counter("leaderboard_live_merged_changes_total", "Changes that became one with a later one of the same user."),
        .counter(
            "leaderboard_live_frames_total",
            "Frames encoded: one for each window, view and transport in use, shared by all their viewers."
        ),
        .counter("leaderboard_live_deliveries_total", "Frames written to viewers."),
        .counter("leaderboard_live_delivered_bytes_total", "Bytes of frames written to viewers."),
        .counter(
            "leaderboard_live_dropped_total",
            "What viewers did not get: changes beyond their backlog (backlog), or the connection itself, for they were too slow (too_slow), the board is gone (board_gone), it became private (token_needed), or their token ended (token_expired).",
            labels: ["reason"]
        ),
        .counter(
            "leaderboard_live_resyncs_total",
            "Times that the standings were taken from Redis anew and all viewers got a snapshot.",
            labels: ["reason"]
        ),
        .counter("leaderboard_live_resumed_total", "Viewers that went on from their cursor without a snapshot."),
        .counter("leaderboard_live_source_failures_total", "Snapshots that could not be read from Redis."),
        .histogram(
            "leaderboard_live_broadcast_lag_seconds",
            "From a change's time in Redis to its write to the sockets."
        ),
    ]

    private static let service: [MetricDefinition] = [
        .gauge("leaderboard_board_users", "Users on the board, the same on all instances."),
        .gauge("leaderboard_board_audit_entries", "Entries in the board's audit stream, the same on all instances."),
        .gauge(
            "leaderboard_ready",
            "1 while the instance is ready, as /readyz tells: for reads, and for writes, which need more.",
            labels: ["for"]
        ),
        .gauge(
            "leaderboard_board_foreign_members",
            "What another writer put on the board, is no user id and was moved to a key beside it; the same on all instances."
        ),
        .counter(
            "leaderboard_foreign_members_moved_total",
            "Members that are no user ids which the instance has moved off boards, whichever they are."
        ),
        .gauge(
            "leaderboard_unsound_boards",
            "Boards beside main that take no updates or operations, as a key of theirs holds something else than the board's; as far as "
                + "the instance has met them."
        ),
        .gauge("leaderboard_build_info", "Always 1; the labels tell what runs.", labels: ["version", "swift"]),
        .counter("leaderboard_spans_exported_total", "Spans that a collector has taken."),
        .counter(
            "leaderboard_spans_dropped_total",
            "Spans lost: more than the queue holds (queue_full), or not taken by the collector (not_taken).",
            labels: ["reason"]
        ),
        .counter(
            "leaderboard_webhook_messages_total",
            "Webhook messages by what came of them: delivered; failed once, and tried again (failed) or not any more (given_up); refused "
                + "for good by the endpoint's 410 (gone); too many waited (dropped). The label is the endpoint's place in the file.",
            labels: ["endpoint", "outcome"]
        ),
        .gauge(
            "leaderboard_webhook_waiting_messages",
            "Webhook messages that wait for the endpoint, as the instance that delivers knows; 0 on all others.",
            labels: ["endpoint"]
        ),
        .counter(
            "leaderboard_intake_entries_total",
            "Entries of boards' streams that counted (counted), wait for review (held), or had been taken before under their id (replayed).",
            labels: ["outcome"]
        ),
        .counter(
            "leaderboard_intake_rejections_total",
            "Entries of boards' streams that were rejected, and why.",
            labels: ["code"]
        ),
        .gauge(
            "leaderboard_intake_waiting_entries",
            "Entries that wait in the streams of all boards, as the instance that reads them knows; 0 on all others."
        ),
        .counter("leaderboard_log_lines_dropped_total", "Log lines dropped because their reader was too slow."),
    ]
}
