/// Where one user stands; both are nil for a user who is not on the board.
package struct UserStanding: Sendable, Equatable {
    package let user: String
    package let score: Int?
    /// 1 is the best.
    package let rank: Int?

    @inlinable package init(user: String, score: Int?, rank: Int?) {
        self.user = user
        self.score = score
        self.rank = rank
    }
}
