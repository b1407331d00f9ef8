import Board
import NIOCore
import RedisClient

/// Which users of a backup have been erased since it was made, as far as the audit of the board that is there tells. Told the lines of
/// the backup in their order.
struct ErasedSince {
    private let footnotes: AuditFootnotes
    /// By the place of an entry that was erased: its hash.
    private let hashes: [AuditID: String]
    /// Erased so far, and who is being erased.
    private(set) var all: Set<String>
    /// Whose erasure had begun, and had not ended.
    let unfinished: Set<String>
    /// Those of them whom the backup names.
    private(set) var met: Set<String> = []
    private var named: Set<String> = []
    private var last = AuditID.zero
    /// Behind the last entry, nil: nobody has asked yet.
    private var isUnclear: Bool?

    init(_ footnotes: AuditFootnotes, erasing: Set<String>) {
        self.footnotes = footnotes
        hashes = Dictionary(footnotes.erased.map { ($0.link.id, $0.link.hash) }) { first, _ in first }
        all = erasing
        unfinished = erasing
    }

    mutating func meet(_ line: BackupLine) {
        switch line {
        case .audit(let entry): meet(entry)
        case .score(let user, _, _), .withheld(let user, _, _), .profile(let user, _), .inSeason(let user, _, _),
            .withheldInSeason(let user, _, _):
            if all.contains(user) { met.insert(user) }
        default: break
        }
    }

    private mutating func meet(_ entry: AuditEntry) {
        last = max(last, entry.id)
        guard entry.isOfUser, let user = entry.userID?.rawValue else { return }
        named.insert(user)
        // By its hash as well: entries of two boards may have one id.
        if hashes[entry.id] == entry["hash"] ?? "" { all.insert(user) }
        if all.contains(user) { met.insert(user) }
    }

    /// Whether the user is among them, or may be: somebody was erased of whom nobody can tell who it was, and the backup has no entry of
    /// this one.
    mutating func contains(_ user: String) -> Bool {
        if all.contains(user) { return true }
        guard !named.contains(user) else { return false }
        let isUnclear = self.isUnclear ?? (unclear > 0)
        self.isUnclear = isUnclear
        return isUnclear
    }

    /// So many were erased of whom nobody can tell who they were, behind the last entry of the backup.
    var unclear: Int { footnotes.unclearErasures(since: last).count }

    /// Of who has no entry in the backup, nobody can tell.
    func isNamed(_ user: String) -> Bool { named.contains(user) }
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
