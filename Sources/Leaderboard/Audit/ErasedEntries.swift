/// What an erasure left of an entry (`Functions/erase.lua`).
struct ErasedEntry: Equatable {
    /// Of the entry that tells of it.
    let id: AuditID
    /// Its place in the chain; the hash is empty for one of before there was a chain.
    let link: AuditChain.Link
    let seq: Int?
    /// What stood before it, as ``AuditChain/Link/inOneLine``; nil if that was not kept.
    let before: String?

    /// In the place of what stood before an entry, where the chain did not hold when that was erased.
    static let brokenBefore = "-"
}

extension AuditEntry {
    /// The entry that this one stands for, if it is what an erasure left.
    var erased: ErasedEntry? {
        guard action == .erased, let id = self["of"].flatMap(AuditID.init), let hash = self["link"] else { return nil }
        return ErasedEntry(id: self.id, link: AuditChain.Link(hash: hash, id: id), seq: seq, before: self["before"])
    }
}

extension AuditChain.Link {
    /// Id and hash with a space between: as it stands in a field.
    var inOneLine: String { "\(id) \(hash)" }
}

/// The entries that erasures removed, in their order: so that who walks through the audit comes by each where it stood.
struct ErasedEntries {
    private let entries: [ErasedEntry]
    private var next = 0
    /// The last entry that tells of one.
    let newest: AuditID

    /// - Parameter entries: in any order; one that comes twice counts once.
    init(_ entries: [ErasedEntry] = []) {
        let places = Dictionary(entries.map { ($0.link.id, $0) }) { first, _ in first }
        self.entries = places.values.sorted { $0.link.id < $1.link.id }
        newest = entries.map(\.id).max() ?? .zero
    }

    /// Where each stood.
    var places: Set<AuditID> { Set(entries.map(\.link.id)) }

    /// The next one that stood before `id`; nil if there is none any more.
    mutating func next(before id: AuditID) -> ErasedEntry? {
        guard next < entries.count, entries[next].link.id < id else { return nil }
        defer { next += 1 }
        return entries[next]
    }
}
