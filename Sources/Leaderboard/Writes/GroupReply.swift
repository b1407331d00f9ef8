import RedisClient

/// What `leaderboard_write` returned of a group (`Functions/write.lua`): an outcome for each update, or one answer for all of them.
enum GroupReply {
    /// As many as there are updates; each is an array that begins with a word, a text of numbers, or an error.
    case each([RESPValue])
    /// An array that begins with a word; nothing was written.
    case all(RESPValue)

    /// Nil for what is neither.
    init?(_ reply: RESPValue, count: Int) {
        guard let elements = reply.array, let first = elements.first else { return nil }
        if case .string = first, !Self.isOutcome(first) {
            self = .all(reply)
        } else {
            guard elements.count == count, elements.allSatisfy(Self.isOutcome) else { return nil }
            self = .each(elements)
        }
    }

    private static func isOutcome(_ element: RESPValue) -> Bool {
        switch element {
        case .array(let fields): if case .string? = fields.first { true } else { false }
        case .string(let text): text.first.map { $0 <= UInt8(ascii: "9") } ?? false
        case .error: true
        default: false
        }
    }
}
