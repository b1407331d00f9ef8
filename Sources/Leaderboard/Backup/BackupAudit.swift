/// The audit of a backup, for what the board's own no longer has.
package struct BackupAudit: Sendable {
    package let entries: [AuditEntry]
    let continuation: AuditContinuation

    /// Checks the backup.
    /// - Parameter end: no entry from this one on is kept.
    package init(_ lines: BackupLines, before end: AuditID?) async throws {
        let seal = try await BackupCheck.check(lines)
        var entries: [AuditEntry] = []
        var suspended: [String] = []
        try await lines { line in
            switch try BackupLine(line) {
            case .audit(let entry): if end.map({ entry.id < $0 }) ?? true { entries.append(entry) }
            case .suspended(let user): suspended.append(user)
            case .header, .score, .withheld, .seal: break
            }
        }
        self.entries = entries
        continuation = AuditContinuation(seq: seal.seq, chain: AuditChain.Link(seal.chain), suspended: suspended)
    }
}

/// Where a board was when it was backed up: a board that lost its audit goes on from there.
package struct AuditContinuation: Sendable, Equatable {
    let seq: Int
    /// Nil if there was no chain.
    let chain: AuditChain.Link?
    let suspended: [String]
}
