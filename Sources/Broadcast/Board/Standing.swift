/// One row of a scoreboard.
package struct Standing: Sendable, Hashable {
    package let user: String
    package let score: Int

    package init(user: String, score: Int) {
        self.user = user
        self.score = score
    }

    /// Redis' order of ZREVRANGE: the higher score first; of equal scores, the greater member by its bytes.
    func precedes(_ other: Standing) -> Bool {
        if score != other.score { return score > other.score }
        return other.user.utf8.lexicographicallyPrecedes(user.utf8)
    }

    /// Whether this is the row of `user`, byte for byte, as Redis tells members apart. String's own equality comes
    /// first because it is a comparison of words for the usual short names; it alone would take two spellings of an
    /// accented letter for one user.
    func belongs(to user: String) -> Bool {
        self.user == user && self.user.utf8.elementsEqual(user.utf8)
    }
}

/// The best of a board, and the place in the stream that it shows exactly.
package struct Snapshot: Sendable, Equatable {
    package let epoch: String
    package let seq: Int
    /// Best first, in Redis' order.
    package let standings: [Standing]
    /// There are no users beyond these.
    package let isWhole: Bool

    package init(epoch: String, seq: Int, standings: [Standing], isWhole: Bool) {
        self.epoch = epoch
        self.seq = seq
        self.standings = standings
        self.isWhole = isWhole
    }
}

/// Where one user stands; both are nil for a user who is not on the board.
package struct UserStanding: Sendable, Equatable {
    package let user: String
    package let score: Int?
    /// 1 is the best.
    package let rank: Int?

    package init(user: String, score: Int?, rank: Int?) {
        self.user = user
        self.score = score
        self.rank = rank
    }
}
