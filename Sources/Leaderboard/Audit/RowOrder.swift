import Board

/// Holds the order of the users who have the same score against the audit's: who came to it first. Without I/O.
struct RowOrder {
    private struct Row {
        let user: UserID
        /// As the board has it; 0: ahead of all who came later.
        let kept: Int
        /// As the audit has it.
        let reached: Int
    }

    private var rows: [Int: [Row]] = [:]

    /// - Parameter reached: nil: the audit does not tell it, and the user's place cannot be checked.
    mutating func add(_ user: UserID, _ place: BoardState.Place, _ reached: Int?) {
        guard let reached else { return }
        rows[place.score, default: []].append(Row(user: user, kept: place.reached, reached: reached))
    }

    /// All whose places can be checked of each score at which some are not in their order, by name. An update that was released counts behind
    /// the change with the seq `made`: those who have both the same seq stand by their ids, and either order of them is as told.
    var misplaced: [UserID] {
        let wrong = rows.values.filter { equals in
            let order = equals.sorted { ($0.reached, $0.kept) < ($1.reached, $1.kept) }
            return zip(order, order.dropFirst()).contains { $0.reached < $1.reached && $0.kept >= $1.kept }
        }
        return wrong.joined().map(\.user).sorted { $0.rawValue < $1.rawValue }
    }
}
