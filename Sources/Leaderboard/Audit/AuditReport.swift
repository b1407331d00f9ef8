/// What a verification of the audit found.
package struct AuditReport: Sendable, Equatable {
    /// A user whose score is not what the audit adds up to.
    package struct Difference: Sendable, Equatable {
        package let user: UserID
        /// Nil: neither on the board nor withheld.
        package let board: Int?
        /// At the same moment.
        package let audit: PointsSum
        /// What the audit adds up to at ``AuditReport/seen``, which may be later.
        package internal(set) var auditAtEnd: PointsSum
    }

    /// Points of a user that no entry of an audit tells of that is whole.
    package struct Unexplained: Sendable, Equatable {
        /// As the board has it: another writer may have put any bytes there.
        package let user: String
        package let points: Int
    }

    /// Users without history that are told by name.
    package static let maximumWithoutHistory = 100

    package internal(set) var entries = 0
    /// Of before there was a chain of hashes.
    package internal(set) var unchainedEntries = 0
    /// Erased entries of which it was not kept what stood before them: a change of that could not be found.
    package internal(set) var uncheckedErasures = 0
    /// The audit begins with the board's first change.
    package internal(set) var isWhole = false
    package internal(set) var faultCount = 0
    /// The first 100 of them.
    package internal(set) var faults: [AuditFault] = []
    /// Users whose audit begins with their first update.
    package internal(set) var wholeUsers = 0
    /// Users whose earlier entries were trimmed: what they had before them is taken from the first entry there is.
    package internal(set) var trimmedUsers = 0
    /// Users on the board of whom the audit knows nothing (any more). Unless it is whole, nothing can be said of their scores.
    package internal(set) var usersWithoutHistory = 0
    /// The first ``maximumWithoutHistory`` of them, by name. A rebuild keeps their scores.
    package internal(set) var someWithoutHistory: [String] = []
    /// By user.
    package internal(set) var differences: [Difference] = []
    /// By user. A rebuild leaves them.
    package internal(set) var unexplained: [Unexplained] = []
    /// Of the last entry that was read.
    package internal(set) var seen = AuditID.zero
    /// All of the audit came from a backup, as the board has none any more: where a rebuild lets it go on.
    package internal(set) var continuation: AuditContinuation?

    /// The board lost its audit: a rebuild lets it go on where the backup's ended.
    package var goesOnFromBackup: Bool { continuation != nil }

    /// A rebuild of a board that lost its audit would have fewer scores than the backup.
    package var goesOnFromPart: Bool { continuation != nil && !isWhole }

    package var isSound: Bool { faultCount == 0 && differences.isEmpty && unexplained.isEmpty }
}
