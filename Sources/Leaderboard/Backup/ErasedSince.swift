import Board
import NIOCore

/// Which users of a backup have been erased since it was made, as far as the audit of the board that is there tells. Told the entries of
/// the backup, which come before what it has of users.
struct ErasedSince {
    private let footnotes: AuditFootnotes
    /// Erased so far, and who is being erased.
    private(set) var all: Set<String>
    private var named: Set<String> = []
    private var last = AuditID.zero
    /// Behind the last entry, nil: nobody has asked yet.
    private var isUnclear: Bool?

    init(_ footnotes: AuditFootnotes, erasing: Set<String>) {
        self.footnotes = footnotes
        all = erasing
    }

    mutating func meet(_ entry: AuditEntry) {
        last = max(last, entry.id)
        if entry.isOfUser { named.insert(entry.user) }
        if footnotes.pseudonyms[entry.id] != nil { all.insert(entry.user) }
    }

    /// Whether the user is among them, or may be: somebody was erased of whom nobody can tell who it was, and the backup has no entry of
    /// this one.
    mutating func contains(_ user: String) -> Bool {
        if all.contains(user) { return true }
        guard !named.contains(user) else { return false }
        let isUnclear = self.isUnclear ?? !footnotes.unclearErasures(since: last).isEmpty
        self.isUnclear = isUnclear
        return isUnclear
    }
}

extension ScoreStore {
    func erasedSince(on eventLoop: any EventLoop) async throws -> ErasedSince {
        var footnotes = AuditFootnotes()
        let erasing: Set<String>
        do {
            try await forEachEntry(of: keys.audit, upto: nil, on: eventLoop) { footnotes.read([$0]) }
            erasing = try await self.erasing(on: eventLoop)
        } catch ScoreStoreError.unsoundBoard {
            // What another writer put there is replaced, whatever it is.
            erasing = []
        }
        return ErasedSince(footnotes, erasing: erasing)
    }
}
