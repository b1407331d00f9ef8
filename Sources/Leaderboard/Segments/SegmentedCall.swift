import RedisClient

/// An operation on a board that has segments, as `leaderboard_with_segments` takes it: what the operation itself is told of stays as it is.
struct SegmentedCall: Sendable {
    static let function = "leaderboard_with_segments"

    /// The first of KEYS.
    let keys: [String]
    private let text: String

    /// Nil: the board has none.
    init?(_ keys: BoardKeys, _ segments: BoardSegments) {
        self.init(keys, segments, of: segments.kinds)
    }

    /// - Parameter kinds: those of them that the operation is told of.
    init?(_ keys: BoardKeys, _ segments: BoardSegments, of kinds: [SegmentKind]) {
        guard !kinds.isEmpty else { return nil }
        self.keys = kinds.flatMap { keys.segments(of: $0).all }
        text = segments.text(of: kinds)
    }

    /// Of a restore, which is told of the keys that were loaded, too.
    /// - Parameter loading: where they are.
    init?(_ keys: BoardKeys, _ segments: BoardSegments, loadedInto loading: BoardKeys) {
        guard !segments.isEmpty else { return nil }
        self.keys = segments.kinds.flatMap { keys.segments(of: $0).all + loading.segments(of: $0).all }
        text = segments.text(of: segments.kinds)
    }

    /// The last of ARGV.
    /// - Parameter updates: how many words of its own stand before it: of each update, its segments.
    func appendEnd(to words: inout RedisCommand, updates: Int = 0, function: String) {
        words.append(updates)
        words.append(text)
        words.append(function)
    }

    /// The whole call of another operation than `leaderboard_write`.
    /// - Parameter own: words of the wrapping call.
    func command(
        _ function: String,
        keys names: [String],
        _ words: RedisCommand,
        own: [String] = []
    ) -> RedisCommand {
        var command = RedisCommand("FCALL", Self.function, String(keys.count + names.count))
        for name in keys + names { command.append(name) }
        command += words
        for word in own { command.append(word) }
        appendEnd(to: &command, updates: own.count, function: function)
        return command
    }
}
