import Board

extension AuditWalk {
    /// What one user's entries add up to.
    struct Tally: Equatable {
        var sum: PointsSum
        /// What the user had before the first of them.
        let base: Int
        /// So many of these points an entry tells of.
        var adopted = 0
        let first: AuditID
        var last = AuditID.zero
        /// An entry gave the user a score, be it 0: the board shows or withholds one.
        var isKept: Bool
        /// What the last entry says that tells it: a suspension, a return, or an update, which counts of nobody suspended.
        var isSuspended: Bool?
        /// Of who is suspended by it: hidden.
        var isHidden = false
        /// Seq of the last change that gave the user another score. Nil: it was none that tells it.
        var reached: Int?
        /// The backup's word, in the place of entries that had been trimmed before it was made.
        var isFromBackup = false
        /// There are entries behind that.
        var isFollowed = false
        /// What the user had before the first of them, and no entry tells of.
        var unexplained: Int { ScoreRange.held(base - adopted) }
        /// From the user's first update on: nothing was trimmed away.
        var isWhole: Bool { unexplained == 0 }
    }
}
