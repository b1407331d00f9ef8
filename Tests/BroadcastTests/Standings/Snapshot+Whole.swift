import Board

extension Snapshot {
    /// Of a board that has no others, or who knows how many.
    init(cursor: Cursor, standings: [Standing], isWhole: Bool) {
        self.init(cursor: cursor, total: isWhole ? standings.count : .max, standings: standings)
    }
}
