/// Where the audit does not hold together.
package enum AuditFault: Sendable, Equatable, CustomStringConvertible {
    /// This entry was edited or moved, or the one before it was, or one between the two is gone. It may be one that was erased.
    case broken(AuditID)
    /// An entry without a hash amidst others.
    case notChained(AuditID)
    /// The chain begins at this entry, which is not the board's first change.
    case begunAnew(AuditID)
    /// Entries before the first one were removed: trimming leaves as many as are expected.
    case removed(entries: Int, expected: Int)
    /// All entries are gone, and changes that the backup does not have with them.
    case lost(board: Int, audit: Int)
    /// The last entries are gone, or the key that vouches for the end is.
    case end
    /// This entry's number is no later than the one of an entry before it: the board's count was begun anew over its audit.
    case seqAgain(AuditID, seq: Int)
    /// The board's count of its changes is not the last entry's.
    case seq(board: Int, audit: Int)

    package var description: String {
        switch self {
        case .broken(let id): "at \(id): this entry or the one before it was changed, or one between them is missing"
        case .notChained(let id): "at \(id): this entry has no hash"
        case .begunAnew(let id): "at \(id): the chain begins here, but the board had changed before: that audit is gone"
        case .removed(let entries, let expected):
            "at the beginning: \(entries) entries are there, and it was not trimmed to fewer than \(expected): earlier ones were removed"
        case .lost(let board, let audit):
            "at the end: the board has no audit, and counts \(board) changes, of which the backup tells the first \(audit)"
        case .seqAgain(let id, let seq):
            "at \(id): number \(seq) comes again, or goes back: the board had lost its count"
        case .end: "at the end: the last entry is not the one that the board remembers"
        case .seq(let board, let audit):
            "at the end: the board counts \(board) changes, the last entry is number \(audit)"
        }
    }
}
