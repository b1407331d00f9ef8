/// One row of a scoreboard.
package struct Standing: Sendable, Hashable {
    /// As Redis has it: another service may have entered any text, so it is not a ``UserID``. Ill-formed UTF-8 is
    /// mended with U+FFFD.
    package let user: String
    package let score: Int
    /// Of the name's bytes: most rows are told apart by it alone, without touching the strings.
    @usableFromInline let fingerprint: UInt64
    /// The name's first eight bytes as a number that has their order: on a young board, where many scores are equal, the
    /// order of whole names was 8 % of what an event costs.
    @usableFromInline let start: UInt64

    @inlinable package init(user: String, score: Int) {
        self.user = user
        self.score = score
        // FNV-1a.
        var fingerprint: UInt64 = 0xcbf2_9ce4_8422_2325
        // A shorter name is filled up with zeros: of names that begin alike, the shorter one is the smaller.
        var (start, shift) = (UInt64(0), 64)
        // As a span: to iterate over the view takes 40 instructions a byte.
        let bytes = user.utf8.span
        for index in bytes.indices {
            fingerprint = (fingerprint ^ UInt64(bytes[index])) &* 0x100_0000_01b3
            shift -= 8
            if shift >= 0 { start |= UInt64(bytes[index]) << UInt64(shift) }
        }
        self.fingerprint = fingerprint
        self.start = start
    }

    /// Redis' order of ZREVRANGE: the higher score first; of equal scores, the greater member by its bytes.
    @inlinable package func precedes(_ other: Standing) -> Bool {
        if score != other.score { return score > other.score }
        if start != other.start { return start > other.start }
        let (mine, theirs) = (user.utf8.span, other.user.utf8.span)
        for index in 0..<min(mine.count, theirs.count) where mine[index] != theirs[index] {
            return mine[index] > theirs[index]
        }
        return mine.count > theirs.count
    }

    /// Whether both are rows of one user, byte for byte, as Redis tells members apart. String's own equality alone would
    /// take two spellings of an accented letter for one user; their fingerprints differ. (To go through the bytes of both
    /// cost an event 600 instructions.)
    @inlinable package func isOfSameUser(as other: Standing) -> Bool {
        fingerprint == other.fingerprint && user == other.user
    }
}

extension [Standing] {
    /// The row of that user, whatever the score. Here, where the compiler sees all that a row is: in another module each row is
    /// retained for the look at it, 9,000 instructions an event.
    package func firstIndex(ofSameUserAs standing: Standing) -> Int? {
        firstIndex { $0.isOfSameUser(as: standing) }
    }
}
