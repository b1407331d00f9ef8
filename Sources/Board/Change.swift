/// One event of the board, as it came over the channel and after it was checked.
package struct Change: Sendable, Equatable {
    package let user: String
    /// The total after the change.
    package let score: Int
    /// What was added. Nil when another service did not tell.
    package let increase: Int?
    /// Nil when another service wrote the board: such a change has no place of its own in the stream.
    package let seq: Int?
    package let epoch: String?
    /// Redis' time in milliseconds since 1970.
    package let time: Int?
    /// Nil where the board has no windows that begin anew, and where the event does not tell of them.
    package let windows: WindowScores?
    /// What the user says of itself is something else by now.
    package let saysOther: Bool
    /// It is a hidden user's: nothing that is shown is other than before. There is no score in it.
    package let isUnseen: Bool

    @inlinable package init(
        user: String,
        score: Int,
        increase: Int?,
        seq: Int?,
        epoch: String?,
        time: Int?,
        windows: WindowScores? = nil,
        saysOther: Bool = false,
        isUnseen: Bool = false
    ) {
        self.user = user
        self.score = score
        self.increase = increase
        self.seq = seq
        self.epoch = epoch
        self.time = time
        self.windows = windows
        self.saysOther = saysOther
        self.isUnseen = isUnseen
    }
}
