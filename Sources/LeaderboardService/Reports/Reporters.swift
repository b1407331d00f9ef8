import Board
import HTTPServer
import Leaderboard
import NIOHTTP1

/// Whose hand it is that writes a user's score: the user's own, or that of a service.
struct Reporters: Sendable {
    /// Of a service, on boards whose definition does not say it.
    let rateLimit: RateLimit

    /// Nil: the user's own. A token that reports on the board always does so as a service, its own subject's score included.
    func hand(of token: VerifiedToken, writing user: UserID, on board: StoredBoard) throws(Refusal) -> OtherHand? {
        if token.reports(on: board.id) { return service(token, on: board) }
        guard user == token.subject else { throw token.isOfService ? .boardNotReported : .notYourScore }
        return nil
    }

    /// For who reports several users at once, which only a service may.
    func service(_ token: VerifiedToken, reportingOn board: StoredBoard) throws(Refusal) -> OtherHand {
        guard token.isOfService else { throw .reportScopeMissing }
        guard token.reports(on: board.id) else { throw .boardNotReported }
        return service(token, on: board)
    }

    private func service(_ token: VerifiedToken, on board: StoredBoard) -> OtherHand {
        .service(token.subject, board.definition.serviceRateLimit ?? rateLimit)
    }
}

extension Refusal {
    static let boardNotReported = Refusal(
        status: .forbidden,
        code: "board_not_allowed",
        message: "The token's claim boards does not name this board: it may report no user's score here."
    )
    static let reportScopeMissing = Refusal(
        status: .forbidden,
        code: "insufficient_scope",
        message: "This needs a token with the scope \(VerifiedToken.reportScope).",
        headers: ["WWW-Authenticate": "Bearer error=\"insufficient_scope\", scope=\"\(VerifiedToken.reportScope)\""]
    )
    static func serviceRateLimited(retryAfter seconds: Int) -> Refusal {
        Refusal(
            status: .tooManyRequests,
            code: "rate_limited",
            message: "Too many updates by this service: try again in \(seconds) s.",
            retryAfter: seconds
        )
    }
}
