import Board

/// What an operator does to one user's score.
package struct Adjustment: Sendable, Equatable {
    package let operation: BoardDefinition.Operator
    package let value: Int

    /// Nil: the value is none that there is; of points to add or take, one below 0.
    package init?(_ operation: BoardDefinition.Operator, _ value: Int) {
        let allowed = operation == .set ? -ScoreRange.limit...ScoreRange.limit : 0...ScoreRange.limit
        guard allowed.contains(value) else { return nil }
        self.operation = operation
        self.value = value
    }

    /// The score that comes of it, as `Functions/operators.lua` says; nil: a bound of the board refuses it.
    /// - Parameter old: nil: the user has none.
    package func score(after old: Int?, by definition: BoardDefinition) -> Int? {
        let (bounds, clamps) = (definition.scores, definition.atBound == .clamp)
        guard operation != .set else {
            return bounds.contains(value) ? value : clamps ? bounds.held(value) : nil
        }
        let change = operation == .decr ? -value : value
        let total = ScoreRange.held(old ?? 0) + change
        if bounds.contains(total) { return total }
        let isAbove = total > bounds.upperBound
        // Who is beyond a bound that came later may come back towards it.
        if old != nil, ScoreRange.contains(total), isAbove ? change <= 0 : change >= 0 { return total }
        guard clamps else { return nil }
        return isAbove
            ? max(old ?? bounds.upperBound, bounds.upperBound) : min(old ?? bounds.lowerBound, bounds.lowerBound)
    }
}

extension ClosedRange<Int> {
    fileprivate func held(_ value: Int) -> Int { Swift.min(Swift.max(value, lowerBound), upperBound) }
}
