import Board
import HTTPServer
import Leaderboard
import NIOHTTP1

extension Refusal {
    static let insufficientScope = Refusal(
        status: .forbidden,
        code: "insufficient_scope",
        message: "This needs a token with the scope \(Operators.scope).",
        headers: ["WWW-Authenticate": "Bearer error=\"insufficient_scope\", scope=\"\(Operators.scope)\""]
    )
    static let updateNotFound = Refusal(
        status: .notFound,
        code: "update_not_found",
        message: "The audit has no update with this seq, or its user is not on the board any more."
    )
    static let revertNotFound = Refusal(
        status: .notFound,
        code: "update_not_found",
        message: "The audit has no reverts with these seqs, all of one user."
    )
    static func unsoundAudit(of user: UserID) -> Refusal {
        Refusal(
            status: .conflict,
            code: "unsound_audit",
            message: "The audit of \(user) adds up to what no score can be: nothing can be computed from it. "
                + "See leaderboard admin verify."
        )
    }
    static func invalidBody(_ message: String) -> Refusal {
        Refusal(status: .badRequest, code: "invalid_body", message: message)
    }
    static let operationUnknown = Refusal(
        status: .gatewayTimeout,
        code: "outcome_unknown",
        message:
            "The store did not answer in time, the operation may have happened, whole or in part: ask for it again."
    )
    /// Of a reset that named no season: asked for again, it would end the next one.
    static let resetUnknown = Refusal(
        status: .gatewayTimeout,
        code: "outcome_unknown",
        message:
            "The store did not answer in time, the season may have ended: see which one runs, and name that when you ask again."
    )
    static func notManual(_ window: String) -> Refusal {
        .invalidWindow("The window \(window) ends by itself: only one whose reset is manual is ended by hand.")
    }
    static func otherSeasonRuns(_ running: String) -> Refusal {
        Refusal(
            status: .conflict,
            code: "season_ended",
            message: "The season that runs is \(running), another one than was to be ended: nothing was changed."
        )
    }

    static func seasonToEnd(afterRunning running: String) -> Refusal {
        Refusal(
            status: .conflict,
            code: "season_not_begun",
            message: "The season that runs is \(running); the one that was to be ended is to come: nothing was changed."
        )
    }

    /// Every operation may be repeated: what has happened does not happen twice.
    init(operating error: ScoreStoreError) {
        switch error {
        case .unavailable: self = .storeUnavailable
        case .unsoundBoard: self = .boardUnsound
        case .outcomeUnknown: self = .operationUnknown
        case .unsoundAudit(let user): self = .unsoundAudit(of: user)
        case .unknownWindow, .unknownSegment, .unknownSeason, .frozen: self.init(error)
        }
    }
}
