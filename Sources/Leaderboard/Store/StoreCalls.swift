import Board
import Text
import RedisClient

/// The calls of our Redis functions, in the order of KEYS and ARGV that stands at the head of each in `Functions/`.
/// Updates have ``WriteHead``.
struct StoreCalls: Sendable {
    let keys: BoardKeys
    private let definition: BoardDefinition
    let auditMaxEntries: String
    /// Nil: the board has no segments, which operations are told of.
    let segments: SegmentedCall?

    /// - Parameter definition: whose bounds are the calls'.
    init(keys: BoardKeys, definition: BoardDefinition, options: StoreOptions) {
        self.keys = keys
        self.definition = definition
        segments = SegmentedCall(keys, definition.segments)
        auditMaxEntries = String(max(1, options.auditMaxEntries))
    }

    func standings(offset: Int, limit: Int) -> RedisCommand {
        RedisCommand(
            "FCALL_RO",
            "leaderboard_standings",
            "3",
            keys.scores,
            keys.seq,
            keys.epoch,
            String(offset),
            String(limit)
        )
    }

    func writable() -> RedisCommand {
        RedisCommand("FCALL", "leaderboard_writable", "1", keys.scores)
    }

    static func soundness(of keys: BoardKeys) -> RedisCommand {
        RedisCommand(
            "FCALL_RO",
            "leaderboard_soundness",
            "10",
            keys.scores,
            keys.audit,
            keys.suspended,
            keys.seq,
            keys.epoch,
            keys.chain,
            keys.withheld,
            keys.reverted,
            keys.erasing,
            keys.foreign
        )
    }

    /// Answers 0 where there is nothing of a board: neither a definition, nor scores, an audit, or suspended users.
    static func kept(of keys: BoardKeys) -> RedisCommand {
        RedisCommand("EXISTS", keys.board, keys.scores, keys.audit, keys.withheld, keys.suspended)
    }

    func setAside(of key: String, from cursor: String, count: Int) -> RedisCommand {
        // Withheld scores have no stamps.
        guard key == keys.scores else {
            return RedisCommand("FCALL", "leaderboard_set_aside", "2", key, keys.foreign, cursor, String(count))
        }
        return setAside(of: keys, from: cursor, count: count)
    }

    /// Of the board, or one season of it.
    func setAside(of ranked: some RankedKeys, from cursor: String, count: Int) -> RedisCommand {
        RedisCommand(
            "FCALL",
            "leaderboard_set_aside",
            "4",
            ranked.scores,
            keys.foreign,
            keys.board,
            ranked.at,
            cursor,
            String(count)
        )
    }

    func begin() -> RedisCommand {
        switch definition.ties {
        case .id, .shared: RedisCommand("FCALL", "leaderboard_begin", "2", keys.seq, keys.epoch, keys.audit)
        case .dense, .first, .last:
            RedisCommand("FCALL", "leaderboard_begin", "3", keys.seq, keys.epoch, keys.at, keys.audit)
        }
    }

    func standing(of user: UserID) -> RedisCommand {
        RedisCommand("FCALL_RO", "leaderboard_standing", "3", keys.scores, keys.seq, keys.epoch, user.rawValue)
    }
}
