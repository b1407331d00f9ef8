import Text
import RedisClient

/// What `INFO` tells of a Redis, and what that means for a board. `INFO` alone, as hosted Redis often refuses `CONFIG`.
struct RedisFacts {
    private let fields: RedisInfo
    private let isPrivate: Bool
    private let needed: RedisReplicas?
    private let isFsynced: Bool

    /// - Parameters:
    ///   - info: the text of `INFO`.
    ///   - isPrivate: it is the service's own, which nobody else configures.
    ///   - replicas: those that each update waits for; nil where it waits for none.
    ///   - isFsynced: it syncs each write, as each connection is told or else ended (``Durability/fsynced``).
    init(info: String, isPrivate: Bool, replicas: RedisReplicas? = nil, isFsynced: Bool = false) {
        self.isFsynced = isFsynced
        self.isPrivate = isPrivate
        needed = replicas
        fields = RedisInfo(info)
    }

    var isReplica: Bool { fields["role"] == "slave" }

    var findings: [Finding] {
        [version, role, replicas, persistence, writes, disk, eviction, memory].compactMap(\.self)
    }

    var isAppendOnly: Bool { fields["aof_enabled"] == "1" }

    /// Whether it replays its file with the rights of the user `default` (``ReplayRights``): all but Redis since 8.6, and Valkey
    /// since 9.1.
    var needsReplayRights: Bool {
        let (text, first) = fields["valkey_version"].map { ($0, [9, 1]) } ?? (fields["redis_version"] ?? "", [8, 6])
        let numbers = text.parts(at: ".").prefix(2).map { Int($0) ?? 0 }
        return numbers.lexicographicallyPrecedes(first)
    }

    private var version: Finding {
        let version = fields["redis_version"] ?? "?"
        let isEnough = Int(version.cut(at: ".").before).map { $0 >= 7 } ?? false
        return isEnough
            ? .good("redis", "version \(version)")
            : .bad("redis", "version \(version) has no functions", do: "use Redis 7.0 or newer, or Valkey")
    }

    private var role: Finding? {
        guard isReplica else { return nil }
        return .bad("redis", "is a replica, which takes no writes", do: "set REDIS_URL to the primary")
    }

    private var replicas: Finding? {
        guard let needed, !isReplica else { return nil }
        let count = needed.connected
        guard needed.areEnough else {
            return .bad(
                "replicas",
                "\(count) of \(needed.known) keep up, and DURABILITY=replicated waits for \(needed.required): "
                    + "every update is answered 503, unwritten",
                do: "start the others (replicaof in redis.conf), let the sentinels forget those that are gone "
                    + "(SENTINEL RESET), or set REPLICAS or DURABILITY"
            )
        }
        // INFO has this line only where the setting is not 0.
        guard fields["min_slaves_good_slaves"] != nil else {
            return .advice(
                "replicas",
                "\(count) connected, \(needed.required) needed; without any, Redis would still take updates that nobody confirms",
                do: "CONFIG SET min-replicas-to-write 1, and the same in redis.conf: they are then refused unwritten"
            )
        }
        return .good("replicas", "\(count) connected, \(needed.required) needed, and no update is taken without one")
    }

    private var persistence: Finding {
        isAppendOnly
            ? .good(
                "persistence",
                isFsynced
                    ? "append-only file, synced before each answer, as DURABILITY=fsynced wants" : "append-only file"
            )
            : .bad(
                "persistence",
                "appendonly is no: a crash of Redis loses the updates since its last snapshot",
                do: "CONFIG SET appendonly yes, and the same in redis.conf"
            )
    }

    /// Redis could not save: it refuses writes, or soon will.
    private var writes: Finding? {
        let failed = [
            ("aof_last_write_status", "append-only file"), ("aof_last_bgrewrite_status", "append-only file, anew,"),
            ("rdb_last_bgsave_status", "snapshot"),
        ]
        .filter { fields[Substring($0.0)].map { $0 != "ok" } ?? false }
        guard let (_, what) = failed.first else { return nil }
        return .bad(
            "persistence",
            "the last write of Redis' \(what) failed",
            do: "look into Redis' log; mostly the disk is full, or its folder may not be written"
        )
    }

    /// Of `appendfsync everysec`: what comes while an fsync is slow is acknowledged, and held back in Redis' memory.
    private var disk: Finding? {
        guard let count = fields["aof_delayed_fsync"].flatMap({ Int($0) }), count > 0 else { return nil }
        return .advice(
            "disk",
            "\(count) times an fsync has taken more than 2 s since Redis started: had it crashed then, the updates of that time "
                + "were lost, though they were acknowledged",
            do:
                "give Redis a faster disk, or one of its own; appendfsync always or DURABILITY=replicated where that must not be"
        )
    }

    private var eviction: Finding {
        let policy = fields["maxmemory_policy"] ?? "?"
        return policy == "noeviction"
            ? .good("eviction", "noeviction: no player is thrown off the board to make room")
            : .bad(
                "eviction",
                "maxmemory-policy is \(policy): a full Redis throws away the board, or players' limits",
                do: "CONFIG SET maxmemory-policy noeviction, and the same in redis.conf"
            )
    }

    private var memory: Finding {
        guard let limit = bytes("maxmemory"), let used = bytes("used_memory") else {
            return .advice("memory", "INFO has no number of bytes there", do: "see whether it is a Redis at all")
        }
        let shown = "\(used / 1_048_576) MiB in use"
        if limit == 0 {
            if isPrivate { return .good("memory", shown) }
            return .advice(
                "memory",
                "\(shown), without a limit: Redis grows until the system kills it",
                do: "set maxmemory to three quarters of what the machine has for it"
            )
        }
        let percent = Int(clamping: Double(used) / Double(limit) * 100)
        return percent < 80
            ? .good("memory", "\(shown), \(percent) % of its limit")
            : .advice("memory", "\(shown), \(percent) % of its limit", do: "raise maxmemory before writes are refused")
    }
    /// A number of bytes; 0 where INFO has no such line, nil for what is none.
    private func bytes(_ name: Substring) -> UInt64? {
        fields[name].map { UInt64($0) } ?? 0
    }
}
