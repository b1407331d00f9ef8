package import Board

/// Why Redis gave no outcome, by what the caller may do next. The text is a constant phrase for logs and metrics.
package enum ScoreStoreError: Error, Sendable, Equatable {
    /// It was surely not executed: it may be repeated.
    case unavailable(String)
    /// It may have been executed: repeating it may count it twice, unless it has an idempotency key.
    case outcomeUnknown(String)
    /// It was not executed, and will not be: another writer put something else into a key of the board, which somebody must mend.
    case unsoundBoard(String)
    /// It cannot be done, however often it is asked: what the audit tells of this user adds up to what no score can be
    /// (``ScoreRange``). Somebody forged entries, or set scores past the audit; a verification shows whose.
    case unsoundAudit(of: UserID)
    /// The board has no such window.
    case unknownWindow
    /// The board has no segments of such a kind, or none of which totals are told.
    case unknownSegment
    /// Nobody is in the season: it is none, has not begun, or was kept long enough.
    case unknownSeason
    /// The board is not shown, since then, in milliseconds since 1970.
    case frozen(since: Int)
}

extension ScoreStoreError {
    package var isSurelyNotExecuted: Bool {
        if case .outcomeUnknown = self { false } else { true }
    }
}

extension ScoreStoreError: CustomStringConvertible {
    /// Constant words, for logs and commands.
    package var description: String {
        switch self {
        case .unavailable(let why), .outcomeUnknown(let why), .unsoundBoard(let why): why
        case .unsoundAudit: "the audit of this user adds up to what no score can be"
        case .unknownWindow: "the board has no such window"
        case .unknownSegment: "the board has no segments of such a kind"
        case .unknownSeason: "nobody is in such a season"
        case .frozen: "the board is frozen"
        }
    }
}
