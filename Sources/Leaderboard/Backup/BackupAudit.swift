import Board

/// The audit of a backup, for what the board's own no longer has.
package struct BackupAudit: Sendable {
    package let entries: [AuditEntry]
    let continuation: AuditContinuation
    /// By user: the last entry that suspended them, kept or not.
    let suspensions: [String: AuditID]

    /// Checks the backup.
    /// - Parameter end: no entry from this one on is kept.
    package init(_ lines: BackupLines, before end: AuditID?) async throws {
        let seal = try await BackupCheck.check(lines)
        var entries: [AuditEntry] = []
        var suspended: Set<String> = []
        var suspensions: [String: AuditID] = [:]
        try await lines { line in
            switch try BackupLine(line) {
            case .audit(let entry):
                if entry.action == .suspend, let user = entry.userID { suspensions[user.rawValue] = entry.id }
                if end.map({ entry.id < $0 }) ?? true { entries.append(entry) }
            case .suspended(let user): suspended.insert(user)
            case .header, .score, .withheld, .seal: break
            }
        }
        self.entries = entries
        self.suspensions = suspensions
        continuation = AuditContinuation(seq: seal.seq, chain: AuditChain.Link(seal.chain), suspended: suspended)
    }
}

/// Where a board was when it was backed up.
struct AuditContinuation: Sendable, Equatable {
    let seq: Int
    /// Nil if there was no chain.
    let chain: AuditChain.Link?
    let suspended: Set<String>

    static let none = AuditContinuation(seq: 0, chain: nil, suspended: [])
}

/// The entries of an audit that a board lost and a backup has.
package struct MissingAudit: Sendable, Equatable {
    let entries: [AuditEntry]
    /// Where they end; a board of whose audit nothing is left goes on from there.
    let end: AuditContinuation
    /// The first entry that the board has.
    let first: AuditID?
    /// The board's entries do not follow those of the backup.
    let gap: AuditGap?
    /// Changes are lost that neither has.
    let isPart: Bool
}
