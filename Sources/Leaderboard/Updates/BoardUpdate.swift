package import Board

/// One wish to change one user's score, as valid as it can be told without Redis and the board.
package struct BoardUpdate: Hashable, Sendable {
    package let user: UserID
    /// What the value does to the score.
    package let operation: BoardDefinition.Operator
    /// Within ``ScoreRange``.
    package let value: Int
    /// The signed grant that came with it, as it was sent; see `GRANTS`.
    package let grant: String?
    /// The one that it is meant for, wherever it arrives; nil: those that run then.
    package let season: NamedSeason?
    /// What the user says of itself from then on; nil: as before.
    package let metadata: UserMetadata?
    /// Nil: the user's segments stay as they are.
    package let segments: SegmentMoves?

    /// - Parameter value: a larger one counts as the largest score that there is, a smaller one as the smallest.
    package init(
        user: UserID,
        _ operation: BoardDefinition.Operator,
        _ value: Int,
        grant: String? = nil,
        season: NamedSeason? = nil,
        segments: SegmentMoves? = nil,
        metadata: UserMetadata? = nil
    ) {
        self.user = user
        self.operation = operation
        self.value = ScoreRange.held(value)
        self.grant = grant
        self.season = season
        self.metadata = metadata
        self.segments = segments
    }

    package init(_ update: ScoreUpdate) {
        self.init(user: update.user, .incr, update.increase.rawValue, grant: update.grant, metadata: update.metadata)
    }
}
