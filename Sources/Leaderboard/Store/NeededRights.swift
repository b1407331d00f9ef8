/// The rights that a service's user needs in Redis, each as a call that needs it and that `ACL DRYRUN` takes. The one list of them:
/// the tests hold it against the functions, against what the Swift code sends, and against `ops/redis/users.acl`.
package struct NeededRights: Sendable {
    /// What is not possible without it.
    package enum Purpose: Int, Sendable, Comparable, CaseIterable {
        case reading, updating, operating
        /// Boards beside the one of the keys.
        case boards
        /// A check that is left out, or a figure that is not shown.
        case checking

        package static func < (one: Purpose, other: Purpose) -> Bool { one.rawValue < other.rawValue }
    }

    package struct Right: Sendable, Hashable {
        package let purpose: Purpose
        package let words: [String]
        /// The keys and channels of which the user needs it, as rules have them.
        let keys: String
        let channels: String

        /// As rules have it: `xadd`, `function|load`.
        package var command: String { Self.name(words) }

        private static let containers: Set<String> = ["ACL", "CLUSTER", "CONFIG", "FUNCTION"]

        static func name(_ words: [String]) -> String {
            words.prefix(containers.contains(words.first ?? "") ? 2 : 1).joined(separator: "|").lowercased()
        }
    }

    package let all: [Right]

    /// - Parameters:
    ///   - isCluster: events go over the slot's own channel.
    ///   - isReplicated: writes wait for replicas.
    ///   - isFsynced: the settings are checked.
    package init(_ keys: BoardKeys, isCluster: Bool, isReplicated: Bool, isFsynced: Bool = false) {
        all =
            Self.reading(keys, isCluster: isCluster)
            + Self.updating(keys, isCluster: isCluster, isReplicated: isReplicated)
            + Self.operating(keys) + Self.boards(beside: keys, isCluster: isCluster)
            + Self.checking(keys, isCluster: isCluster, isFsynced: isFsynced)
    }

    private static func rights(_ purpose: Purpose, _ keys: BoardKeys, _ calls: [[String]]) -> [Right] {
        calls.map { Right(purpose: purpose, words: $0, keys: keys.pattern, channels: keys.channel) }
    }

    /// `leaderboard_standings`, `leaderboard_standing`, `leaderboard_begin`, the library itself, and the events.
    private static func reading(_ keys: BoardKeys, isCluster: Bool) -> [Right] {
        rights(
            .reading,
            keys,
            [
                ["PING"], ["TIME"],
                ["FCALL_RO", "leaderboard_standings", "3", keys.scores, keys.seq, keys.epoch, "0", "1"],
                ["MGET", keys.seq, keys.epoch], ["ZCARD", keys.scores],
                ["ZRANGE", keys.scores, "0", "1", "REV", "WITHSCORES"], ["ZSCORE", keys.scores, "user"],
                ["ZREVRANK", keys.scores, "user"],
                [isCluster ? "SSUBSCRIBE" : "SUBSCRIBE", keys.channel],
            ] + (isCluster ? [["CLUSTER", "SLOTS"]] : [])
        )
    }

    /// `leaderboard_write`, `leaderboard_begin`, `leaderboard_address_failure`. What ties of other boards than `main` need is with the
    /// operators' rights: without it, updates of `main` are taken.
    private static func updating(_ keys: BoardKeys, isCluster: Bool, isReplicated: Bool) -> [Right] {
        let (limit, idem, grant, address) = (
            keys.sample("limit"), keys.sample("idem"), keys.sample("grant"), keys.sample("address")
        )
        let call = [
            "FCALL", "leaderboard_write", "13", keys.suspended, keys.withheld, keys.audit, keys.board, keys.seasons,
            keys.seq, keys.epoch, keys.chain, keys.scores, keys.at,
        ]
        return rights(
            .updating,
            keys,
            [
                call + [limit, idem, grant], ["FUNCTION", "LOAD", "x"], ["SISMEMBER", keys.suspended, "user"],
                ["SMISMEMBER", keys.suspended, "user"],
                ["MGET", keys.board, keys.seq, keys.epoch, keys.chain, limit, idem], ["GET", grant], ["GET", address],
                ["SET", limit, "1", "PX", "1"], ["SET", idem, "1", "PX", "1"], ["SET", grant, "1", "PX", "1"],
                ["SET", address, "1", "PX", "1"], ["SET", keys.seq, "0"], ["SET", keys.epoch, "1"],
                ["ZADD", keys.scores, "1", "user"], ["ZSCORE", keys.scores, "user"], ["ZMSCORE", keys.scores, "user"],
                ["ZREVRANK", keys.scores, "user"], ["TIME"],
                ["XADD", keys.audit, "MAXLEN", "~", "1", "*", "user", "user"],
                ["MSET", keys.seq, "1", keys.chain, "1"],
                // Of a board that lost its count.
                ["XREVRANGE", keys.audit, "+", "-"],
                [isCluster ? "SPUBLISH" : "PUBLISH", keys.channel, "{}"],
            ] + (isReplicated ? [["WAIT", "1", "1"]] : []) + (isCluster ? [["INFO", "cluster"]] : [])
        )
    }

    /// The functions and commands behind `/api/v1/admin` and `leaderboard admin`.
    private static func operating(_ keys: BoardKeys) -> [Right] {
        let loading = keys.sample("restoring")
        return rights(
            .operating,
            keys,
            [
                ["ZADD", keys.withheld, "1", "user"], ["HDEL", keys.name("at"), "user"],
                ["ZADD", keys.reverted, "1", "1"],
                ["ZREM", keys.withheld, "user"], ["ZREMRANGEBYSCORE", keys.reverted, "-inf", "(1"],
                ["ZREM", keys.reverted, "1"],
                ["ZMSCORE", keys.reverted, "1"], ["ZSCAN", keys.scores, "0"], ["SADD", keys.suspended, "user"],
                ["SREM", keys.suspended, "user"], ["SADD", keys.erasing, "user"], ["SSCAN", keys.erasing, "0"],
                ["SSCAN", keys.suspended, "0"], ["SCAN", "0", "MATCH", keys.pattern], ["DEL", keys.sample("limit")],
                ["UNLINK", keys.sample("idem")], ["EXISTS", loading], ["RENAME", loading, keys.scores],
                ["PEXPIRE", loading, "1"], ["PERSIST", keys.scores],
                ["XADD", loading, "*", "user", "user"], ["XDEL", keys.audit, "1-1"], ["XRANGE", keys.audit, "-", "+"],
                // Of boards with rules of their own (`leaderboard_write` and its readers).
                ["ZREM", keys.scores, "user"], ["ZRANK", keys.scores, "user"],
                ["ZCOUNT", keys.scores, "-inf", "+inf"], ["HGET", keys.name("at"), "user"],
                ["HMGET", keys.name("at"), "user"], ["HSET", keys.name("at"), "user", "1"],
                ["HLEN", keys.name("at")],
                // Of `leaderboard_update`, which others call.
                ["ZINCRBY", keys.scores, "1", "user"],
            ]
        )
    }

    /// Definitions, the index of them, and the same on another board as on this one.
    private static func boards(beside keys: BoardKeys, isCluster: Bool) -> [Right] {
        let (other, index) = (BoardKeys(board: "-", in: keys.space), keys.space.index)
        let ofBoards = [
            ["GET", other.board], ["SET", other.board, "{}"], ["UNLINK", other.board],
            // Of windows that end.
            ["PEXPIREAT", other.name("s:-:-:scores"), "1"], ["PEXPIRETIME", other.name("s:-:-:scores")],
            ["HGET", other.windows, "-"], ["HSET", other.windows, "-", "-"],
            ["HGETALL", other.windows], ["HDEL", other.windows, "-"],
            // Of segments.
            ["ZLEXCOUNT", other.name("g:-:places"), "-", "+"], ["HSCAN", other.name("g:-:users"), "0"],
            ["ZSCAN", other.name("g:-:places"), "0"],
            [isCluster ? "SSUBSCRIBE" : "SUBSCRIBE", other.channel],
            [isCluster ? "SPUBLISH" : "PUBLISH", other.channel, "{}"],
        ]
        let ofIndex = [
            ["HGET", index, "-"], ["HMGET", index, "-"], ["HGETALL", index], ["HLEN", index],
            ["HSET", index, "-", "{}"],
            ["HDEL", index, "-"],
        ]
        let (everyKey, everyChannel) = (keys.space.everyKey, keys.space.everyChannel)
        return ofBoards.map { Right(purpose: .boards, words: $0, keys: everyKey, channels: everyChannel) }
            + ofIndex.map { Right(purpose: .boards, words: $0, keys: index, channels: everyChannel) }
    }

    /// Without ASKING, a command whose slot is moving is refused as if there were nowhere else to go.
    private static func checking(_ keys: BoardKeys, isCluster: Bool, isFsynced: Bool) -> [Right] {
        rights(
            .checking,
            keys,
            [["ROLE"], ["INFO"], ["XLEN", keys.audit]] + (isCluster ? [["ASKING"]] : [])
                + (isFsynced ? [["CONFIG", "GET", "appendfsync"]] : [])
        )
    }
}

extension BoardKeys {
    /// As the rules of an ACL have it.
    fileprivate var pattern: String { name("*") }

    /// A key of a kind of which there are many, which nobody has.
    fileprivate func sample(_ kind: String) -> String { name("\(kind):-") }
}
