/// Walks through the audit on behalf of an erasure: tells of each entry what stood before it. Without I/O.
struct ErasurePlaces {
    /// What stood before an entry, for `leaderboard_erase_entries`.
    enum Before: Equatable {
        case known(AuditChain.Link)
        /// It was trimmed.
        case unknown
        /// The entry does not follow what is there now.
        case broken

        var text: String {
            switch self {
            case .known(let link): link.inOneLine
            case .unknown: ""
            case .broken: ErasedEntry.brokenBefore
            }
        }
    }

    private var erased: ErasedEntries
    private var place: AuditChain.Link?
    /// An entry of the chain that is there has been passed.
    private var isInside = false

    init(erased: ErasedEntries) {
        self.erased = erased
    }

    /// Learns of entries that were erased meanwhile.
    mutating func learn(_ erased: ErasedEntries) {
        self.erased = erased
    }

    /// What stood before the entry that is passed next.
    mutating func before(_ entry: AuditEntry) -> Before {
        while let gone = erased.next(before: entry.id) {
            // Some stood before entries of which nobody asked.
            if !gone.link.hash.isEmpty, gone.link.id > place?.id ?? .zero { place = gone.link }
        }
        guard let link = entry.link else { return isInside ? .broken : .unknown }
        let expected = place ?? .start
        if AuditChain.hash(of: entry, after: expected) == link.hash { return .known(expected) }
        return isInside ? .broken : .unknown
    }

    mutating func pass(_ entry: AuditEntry) {
        guard let link = entry.link else { return }
        place = link
        isInside = true
    }
}
