package import Board

/// A moment in the life of a board: its updates up to `seq` have happened.
package struct BoardPosition: Sendable, Hashable {
    /// Made when the board is begun or first updated, so that a wiped board is told from the one before. `"0"`, with
    /// seq 0: there was neither yet.
    package let epoch: String
    package let seq: Int

    package init(epoch: String, seq: Int) {
        self.epoch = epoch
        self.seq = seq
    }

    package var hasBegun: Bool { epoch != "0" }
}

/// One row of the board.
package struct StandingsRow: Sendable, Hashable {
    /// As Redis has it: another service may have entered any text, so it is not a ``UserID``. Ill-formed UTF-8 is
    /// mended with U+FFFD.
    package let user: String
    package let score: Int

    package init(user: String, score: Int) {
        self.user = user
        self.score = score
    }
}

/// A page of the board, best first, all of one moment. Of equal scores the user that sorts last comes first.
package struct StandingsPage: Sendable, Equatable {
    package let position: BoardPosition
    /// Users on the whole board.
    package let total: Int
    package let rows: [StandingsRow]
}

/// Where one user stands.
package struct UserStanding: Sendable, Equatable {
    package let position: BoardPosition
    /// Users on the whole board.
    package let total: Int
    package let user: UserID
    package let score: Int
    /// 1 is best.
    package let rank: Int
}
