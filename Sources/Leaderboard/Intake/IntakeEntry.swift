import RedisClient

/// What another service wrote into the stream of a board's intake: anything at all.
package struct IntakeEntry: Sendable, Equatable {
    package let id: AuditID
    /// Names and values in turn, in the order in which they were written; nil: there is too much of it to be an update.
    package let words: [[UInt8]]?

    package init(id: AuditID, words: [[UInt8]]?) {
        self.id = id
        self.words = words
    }
}

/// The first entries of a board's intake.
package struct IntakePage: Sendable, Equatable {
    /// Entries in the stream, these among them.
    package let waiting: Int
    package let entries: [IntakeEntry]
}

extension IntakePage {
    /// Nil: it is another reply.
    init?(_ reply: RESPValue) {
        guard let fields = reply.array, let waiting = fields.first?.count else { return nil }
        self.waiting = waiting
        var entries: [IntakeEntry] = []
        for field in fields.dropFirst() {
            guard let entry = IntakeEntry(field) else { return nil }
            entries.append(entry)
        }
        self.entries = entries
    }
}

extension IntakeEntry {
    fileprivate init?(_ reply: RESPValue) {
        guard let parts = reply.array, (1...2).contains(parts.count), let id = parts[0].text.flatMap({ AuditID($0) })
        else { return nil }
        var words: [[UInt8]]?
        if parts.count == 2 {
            guard let values = parts[1].array else { return nil }
            words = values.compactMap { if case .string(let bytes) = $0 { bytes } else { nil } }
            guard words?.count == values.count else { return nil }
        }
        self.init(id: id, words: words)
    }
}
