/// What a change did in the windows of its board that begin anew. A class, for a change of a board without them carries nothing but
/// an empty reference.
package final class WindowScores: Sendable, Equatable {
    /// After the change, in the order in which the board's seasons are told.
    package let scores: [Int]
    /// What was added in each; nil: as much as to the score that never begins anew.
    package let increases: [Int]?
    /// Of a change that came late, the season of each score, as `daily 2026-11-27`; nil: those that ran.
    package let seasons: [String]?

    /// As many of each as there are scores.
    package init(_ scores: [Int], increases: [Int]? = nil, seasons: [String]? = nil) {
        self.scores = scores
        self.increases = increases
        self.seasons = seasons
    }

    package static func == (a: WindowScores, b: WindowScores) -> Bool {
        a.scores == b.scores && a.increases == b.increases && a.seasons == b.seasons
    }
}
