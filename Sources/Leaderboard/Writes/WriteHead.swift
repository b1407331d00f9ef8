import Text
import RedisClient

/// What all calls of `leaderboard_write` for one board have in common, encoded once (`Functions/write.lua`).
struct WriteHead: Sendable {
    static let keyCount = 10

    let function: RedisCommand
    /// The first of KEYS.
    let keys: RedisCommand
    /// The first of ARGV.
    let words: RedisCommand

    /// - Parameter given: the definition that holds where the board's key has none; empty: then there is no such board.
    init(_ keys: BoardKeys, _ definition: BoardDefinition, given: String, isStored: Bool, _ options: StoreOptions) {
        function = RedisCommand("FCALL", "leaderboard_write").placed(with: RedisCommand("GET", keys.scores))
        self.keys = RedisCommand(
            keys.suspended,
            keys.withheld,
            keys.audit,
            keys.board,
            keys.seasons,
            keys.seq,
            keys.epoch,
            keys.chain,
            keys.scores,
            keys.at
        )
        words = RedisCommand(
            String(max(1, options.auditMaxEntries)),
            String(max(1, Int(clamping: options.idempotencyLifetime / .milliseconds(1)))),
            keys.channel,
            given,
            definition.version,
            // One window, which never ends.
            "",
            "0",
            "0",
            "1",
            isStored ? "1" : "0"
        )
    }

    var byteCount: Int { function.byteCount + keys.byteCount + words.byteCount }
}
