/// One row of a scoreboard.
package struct Standing: Sendable, Hashable {
    package let user: String
    package let score: Int
    /// Of the name's bytes: most rows are told apart by it alone, without touching the strings.
    private let fingerprint: UInt64
    /// The name's first eight bytes as a number that has their order: on a young board, where many scores are equal, the
    /// order of whole names was 8 % of what an event costs.
    private let start: UInt64

    package init(user: String, score: Int) {
        self.user = user
        self.score = score
        fingerprint = Self.fingerprint(of: user)
        start = Self.start(of: user)
    }

    private static func start(of user: String) -> UInt64 {
        var (start, bytes) = (UInt64(0), 0)
        for byte in user.utf8.prefix(8) {
            start = start << 8 | UInt64(byte)
            bytes += 1
        }
        // A shorter name is filled up with zeros: of names that begin alike, the shorter one is the smaller.
        return bytes == 8 ? start : start << UInt64(8 * (8 - bytes))
    }

    /// FNV-1a.
    static func fingerprint(of user: String) -> UInt64 {
        user.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Redis' order of ZREVRANGE: the higher score first; of equal scores, the greater member by its bytes.
    func precedes(_ other: Standing) -> Bool {
        if score != other.score { return score > other.score }
        if start != other.start { return start > other.start }
        return other.user.utf8.lexicographicallyPrecedes(user.utf8)
    }

    /// Whether this is the row of `user`, byte for byte, as Redis tells members apart: String's own equality would take
    /// two spellings of an accented letter for one user.
    /// - Parameter fingerprint: the user's.
    func belongs(to user: String, _ fingerprint: UInt64) -> Bool {
        self.fingerprint == fingerprint && self.user.utf8.elementsEqual(user.utf8)
    }

    func belongs(to user: String) -> Bool {
        belongs(to: user, Self.fingerprint(of: user))
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
