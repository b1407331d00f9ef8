import Board
import Leaderboard

/// A leaderboard of another service, and the board that it becomes.
struct ForeignBoard: Sendable {
    /// There.
    let name: String
    let board: BoardID
    let definition: BoardDefinition
    /// What is other here than there.
    var notes: [String] = []
    var totals = BoardTotals()
}

/// A user's score, as another service has it.
struct ForeignRow: Sendable {
    /// Which of the boards that are imported.
    let board: Int
    let row: ImportedRow
}
