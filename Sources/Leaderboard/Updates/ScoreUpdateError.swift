/// Why a body is no update, or none of its board: what is wrong, and one sentence that tells a person what to mend.
package struct ScoreUpdateError: Error, Sendable, Equatable {
    /// What is wrong.
    package enum Fault: Sendable, Equatable {
        case json, userID, scoreIncrease, scoreDecrease, score, `operator`, season, segments, metadata
        /// It is the name of one, but the board has none such.
        case unknownSeason
        /// Of several updates: the list of them, or what they are together.
        case updates
        case boardName
    }

    package let fault: Fault
    package let message: String

    package init(_ fault: Fault, _ message: String) {
        self.fault = fault
        self.message = message
    }

    static let noSeasons = ScoreUpdateError(.unknownSeason, "This board has no seasons.")
}
