import Board
package import NIOCore

/// The audit of a backup, for what the board's own no longer has.
package struct BackupAudit: Sendable {
    /// From before the stream's first.
    package let entries: [AuditEntry]
    /// Behind those: what the stream does not have, or has in another form.
    private(set) var lacking: [AuditEntry] = []
    /// What the stream has amidst the backup's entries, and the backup has not.
    private(set) var inserted: Set<AuditID> = []
    let continuation: AuditContinuation
    /// By user: the last entry that suspended them, kept or not.
    let suspensions: [String: AuditID]
    /// Of users whom no entry of the backup names: their entries had been trimmed before.
    let scores: BackupScores
    /// Who was in which segments.
    let segments: BackupSegments

    /// Checks the backup.
    /// - Parameter end: no entry from this one on is kept.
    package init(_ lines: BackupLines, before end: AuditID?) async throws {
        try await self.init(lines, before: end, beside: nil)
    }

    /// Checks the backup, and looks what the board's audit has of it.
    package init(_ lines: BackupLines, beside store: ScoreStore, on eventLoop: any EventLoop) async throws {
        var stream = StreamContents()
        try await store.forEachEntry(of: store.keys.audit, upto: nil, on: eventLoop) { stream.add($0) }
        try await self.init(lines, before: stream.first, beside: stream)
    }

    private init(_ lines: BackupLines, before end: AuditID?, beside stream: StreamContents?) async throws {
        let seal = try await BackupCheck.check(lines)
        var entries: [AuditEntry] = []
        var lacking: [AuditEntry] = []
        var (first, last): (AuditID?, AuditID) = (nil, .zero)
        var rest = stream
        var (suspended, hidden): (Set<String>, Set<String>) = ([], [])
        var suspensions: [String: AuditID] = [:]
        var named: Set<String> = []
        var (scores, segments): ([String: Int], [String: String]) = ([:], [:])
        try await lines { line in
            switch try BackupLine(line) {
            case .audit(let entry):
                first = first ?? entry.id
                last = entry.id
                if let user = entry.userID?.rawValue, entry.isOfUser {
                    named.insert(user)
                    if entry.action == .suspend { suspensions[user] = entry.id }
                }
                if end.map({ entry.id < $0 }) ?? true {
                    entries.append(entry)
                } else if let isThere = rest?.take(entry), !isThere {
                    lacking.append(entry)
                }
            case .score(let user, let score, _), .withheld(let user, let score, _):
                if !named.contains(user), (try? UserID(user)) != nil { scores[user] = score }
            case .suspended(let user, let isHidden):
                suspended.insert(user)
                if isHidden { hidden.insert(user) }
            case .segments(let user, let text): segments[user] = text
            case .header, .definition, .profile, .frozen, .onHold, .seasons, .ended, .season, .inSeason,
                .withheldInSeason,
                .seal:
                break
            }
        }
        self.entries = entries
        self.suspensions = suspensions
        self.lacking = lacking
        if let first { inserted = rest?.ids(from: first, to: last) ?? [] }
        continuation = AuditContinuation(
            seq: seal.seq,
            chain: AuditChain.Link(seal.chain),
            suspended: suspended,
            hidden: hidden
        )
        self.scores = BackupScores(scores, at: max(last, continuation.chain?.id ?? .zero))
        self.segments = BackupSegments(users: segments, seq: seal.seq, end: self.scores.end)
    }

    /// The stream lacks, or has too much, of what the backup has.
    var mendsStream: Bool { !lacking.isEmpty || !inserted.isEmpty }
}

/// Scores as a backup has them.
struct BackupScores: Sendable, Equatable {
    /// By user, shown or withheld.
    let scores: [String: Int]
    /// The last entry of the backup.
    let end: AuditID

    init(_ scores: [String: Int] = [:], at end: AuditID = .zero) {
        self.scores = scores
        self.end = end
    }
}

/// Which entries a stream has, and a fingerprint of each.
private struct StreamContents {
    private(set) var first: AuditID?
    private var fingerprints: [AuditID: Int] = [:]

    mutating func add(_ entry: AuditEntry) {
        first = first ?? entry.id
        fingerprints[entry.id] = entry.fingerprint
    }

    /// Whether it has this entry, and as it is. It is not looked at again.
    mutating func take(_ entry: AuditEntry) -> Bool {
        fingerprints.removeValue(forKey: entry.id) == entry.fingerprint
    }

    func ids(from first: AuditID, to last: AuditID) -> Set<AuditID> {
        Set(fingerprints.keys.lazy.filter { $0 >= first && $0 <= last })
    }
}

extension AuditEntry {
    fileprivate var fingerprint: Int {
        var hasher = Hasher()
        for field in fields {
            hasher.combine(field.nameBytes)
            hasher.combine(field.valueBytes)
        }
        return hasher.finalize()
    }
}

/// Where a board was when it was backed up.
struct AuditContinuation: Sendable, Equatable {
    let seq: Int
    /// Nil if there was no chain.
    let chain: AuditChain.Link?
    let suspended: Set<String>
    /// Those of them who are hidden.
    let hidden: Set<String>

    static let none = AuditContinuation(seq: 0, chain: nil, suspended: [], hidden: [])
}

/// The entries of an audit that a board lost and a backup has.
package struct MissingAudit: Sendable, Equatable {
    let entries: [AuditEntry]
    /// Entries that the board has and that go: somebody put them there.
    var inserted: Set<AuditID> = []
    /// Where they end; a board of whose audit nothing is left goes on from there.
    let end: AuditContinuation
    /// The first entry that the board has.
    let first: AuditID?
    /// The board's entries do not follow those of the backup.
    let gap: AuditGap?
    /// Changes are lost that neither has.
    let isPart: Bool
}

/// Brings the entries of a backup and those of a stream together, in the order of their ids. Of two with one id, the backup's counts.
struct AuditMerge {
    private var entries: ArraySlice<AuditEntry>
    private let inserted: Set<AuditID>

    init(_ entries: [AuditEntry] = [], without inserted: Set<AuditID> = []) {
        self.entries = entries[...]
        self.inserted = inserted
    }

    /// Those up to the page's last one, when the pages come in their order.
    mutating func merged(_ page: [AuditEntry]) -> [AuditEntry] {
        guard !entries.isEmpty || !inserted.isEmpty else { return page }
        var merged: [AuditEntry] = []
        for entry in page {
            while let next = entries.first, next.id < entry.id { entries.popFirst().map { merged.append($0) } }
            if let next = entries.first, next.id == entry.id {
                entries.popFirst().map { merged.append($0) }
            } else if !inserted.contains(entry.id) {
                merged.append(entry)
            }
        }
        return merged
    }

    /// Those behind the last page.
    mutating func rest() -> [AuditEntry] {
        defer { entries = [] }
        return Array(entries)
    }
}
