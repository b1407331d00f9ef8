import NIOCore

/// What was found of each name, for a second. Bounded; what is forgotten is asked for again. No I/O; time comes in as a value.
struct KnownBoards {
    /// What there is of a name.
    enum Found {
        /// With the text of its definition, where a key has it.
        case board(ScoreStore, text: [UInt8])
        /// Neither a definition nor a template.
        case nobody
        /// Somebody is deleting it.
        case deleting
        /// The key has something that is no definition.
        case unreadable
    }

    struct Entry {
        var found: Found
        var until: NIODeadline
        /// So long the index is believed to have it, as it is here; nil: it must be asked.
        var indexedUntil: NIODeadline?
        /// Of a board that a template makes, whether it has a place among those that there may be; nil: nobody wanted one yet.
        var place: TemplateBoards.Place?

        /// Anybody may read it.
        var isPublic: Bool {
            if case .board(let store, _) = found { store.board.definition.visibility == .public } else { false }
        }
    }

    private let maximum: Int
    private var entries: [BoardID: Entry] = [:]

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// What holds still.
    func entry(of id: BoardID, now: NIODeadline) -> Entry? {
        guard let entry = entries[id], now < entry.until else { return nil }
        return entry
    }

    /// The last that was found, however long ago.
    func last(of id: BoardID) -> Entry? { entries[id] }

    mutating func keep(_ entry: Entry, of id: BoardID, now: NIODeadline) {
        if entries.count >= maximum, entries[id] == nil {
            entries = entries.filter { now < $0.value.until }
            if entries.count >= maximum { entries.removeAll(keepingCapacity: true) }
        }
        entries[id] = entry
    }

    mutating func forget(_ id: BoardID) { entries[id] = nil }

    mutating func forgetAll() { entries.removeAll(keepingCapacity: true) }
}
