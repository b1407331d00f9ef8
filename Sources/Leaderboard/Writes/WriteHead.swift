import Text
import RedisClient
import Seasons

/// What all calls of `leaderboard_write` for one board have in common, in the same seasons, encoded once (`Functions/write.lua`).
final class WriteHead: Sendable {
    let board: BoardKeys
    /// Nil: no window of the board ends.
    let seasons: RunningSeasons?
    let function: RedisCommand
    /// The first of KEYS.
    let keys: RedisCommand
    /// The first of ARGV.
    let words: RedisCommand
    /// Nil: the board has no segments.
    let segments: SegmentedCall?
    /// Nil: the board has no rules of plausibility.
    let rules: RuledCall?

    private static let name = "leaderboard_write"
    /// That which writes the board.
    var operation: String { rules == nil ? Self.name : RuledCall.function }

    /// - Parameter given: the definition that holds where the board's key has none; empty: then there is no such board.
    init(
        _ keys: BoardKeys,
        _ definition: BoardDefinition,
        in seasons: RunningSeasons? = nil,
        given: String,
        isStored: Bool,
        _ options: StoreOptions
    ) {
        board = keys
        self.seasons = seasons
        let segments = SegmentedCall(keys, definition.segments)
        let rules = RuledCall(keys, definition.rules, network: options.network)
        let operation = rules == nil ? Self.name : RuledCall.function
        self.segments = segments
        self.rules = rules
        function = RedisCommand("FCALL", segments == nil ? operation : SegmentedCall.function)
            .placed(with: RedisCommand("GET", keys.scores))
        var names = RedisCommand()
        for key in segments?.keys ?? [] { names.append(key) }
        names += RedisCommand(
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
        if let seasons {
            for running in seasons.seasons {
                let season = keys.season(window: running.window, id: running.season.id)
                names.append(season.scores)
                names.append(season.at)
                names.append(season.withheld)
            }
            names.append(keys.ended)
        }
        self.keys = names
        words = RedisCommand(
            String(max(1, options.auditMaxEntries)),
            String(max(1, Int(clamping: options.idempotencyLifetime / .milliseconds(1)))),
            keys.channel,
            given,
            definition.version,
            // Where none is said, there is one window, which never ends.
            seasons?.text ?? "",
            String(seasons?.from ?? 0),
            String(seasons?.until ?? 0),
            String(1 + (seasons?.seasons.count ?? 0)),
            // What counted is told in one text where that says all of it: in a reply to Redis five numbers cost 6,000 instructions, a text 1,000.
            isStored ? "3" : "2"
        )
    }

    var byteCount: Int { function.byteCount + keys.byteCount + words.byteCount }
}
