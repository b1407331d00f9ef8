/// Rows of a board, and the place in its stream that they show exactly.
package struct Snapshot: Sendable, Equatable {
    package let cursor: Cursor
    /// Users on the whole board.
    package let total: Int
    /// Best first, in the board's order; from the first place on, or a later page.
    package let standings: [Standing]
    package let order: BoardOrder

    @inlinable package init(cursor: Cursor, total: Int, standings: [Standing], order: BoardOrder = BoardOrder()) {
        self.cursor = cursor
        self.total = total
        self.standings = standings
        self.order = order
    }

    @inlinable package var epoch: String { cursor.epoch }
    @inlinable package var seq: Int { cursor.seq }

    /// There are no users beyond these.
    @inlinable package var isWhole: Bool { total <= standings.count }
}
