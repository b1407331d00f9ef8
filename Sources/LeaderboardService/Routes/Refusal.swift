import Board
import HTTPServer
import Leaderboard
import NIOHTTP1

/// Why a request is refused: the one place where an error becomes HTTP (the table of "Report points" in the README).
///
/// The code is stable, for programs; the message is one sentence for a person. Neither holds a token or Redis' own text.
///
/// One word: each call that may throw it keeps room for it in the memory of its request.
struct Refusal: Error {
    private final class Content: Sendable {
        let status: HTTPResponseStatus
        let code: String
        let message: String
        let retryAfter: Int?
        let headers: ResponseHeaders
        let isLogged: Bool
        let bucket: BucketState?
        let reason: String?

        init(
            status: HTTPResponseStatus,
            code: String,
            message: String,
            retryAfter: Int?,
            headers: ResponseHeaders,
            isLogged: Bool,
            bucket: BucketState?,
            reason: String?
        ) {
            self.status = status
            self.code = code
            self.message = message
            self.retryAfter = retryAfter
            self.headers = headers
            self.isLogged = isLogged
            self.bucket = bucket
            self.reason = reason
        }
    }

    private let content: Content

    init(
        status: HTTPResponseStatus,
        code: String,
        message: String,
        retryAfter: Int? = nil,
        headers: ResponseHeaders = [:],
        isLogged: Bool = true,
        bucket: BucketState? = nil,
        reason: String? = nil
    ) {
        content = Content(
            status: status,
            code: code,
            message: message,
            retryAfter: retryAfter,
            headers: headers,
            isLogged: isLogged,
            bucket: bucket,
            reason: reason
        )
    }

    var status: HTTPResponseStatus { content.status }
    var code: String { content.code }
    var message: String { content.message }
    /// In whole seconds: when to try again (RFC 9110, section 10.2.3).
    var retryAfter: Int? { content.retryAfter }
    var headers: ResponseHeaders { content.headers }
    /// Whether it has a line of its own in the log; what a flood of requests gets has not.
    var isLogged: Bool { content.isLogged }
    /// Of an update that was held against a bucket; the headers say it too.
    var bucket: BucketState? { content.bucket }
    /// More than the client is told, for that line.
    var reason: String? { content.reason }

    /// The same of an update that was held against a bucket.
    func held(against limit: RateLimitHeaders, _ state: RateLimitState) -> Refusal {
        var headers = headers
        limit.add(state, to: &headers)
        return Refusal(
            status: status,
            code: code,
            message: message,
            retryAfter: retryAfter,
            headers: headers,
            isLogged: isLogged,
            bucket: limit.bucket(state),
            reason: reason
        )
    }

    var response: Response {
        var all = ResponseHeaders()
        if let retryAfter { all.add(name: "Retry-After", value: "\(retryAfter)") }
        all.add(contentsOf: headers)
        return .error(status, code: code, message: message, headers: all)
    }
}

extension Refusal {
    static let missingToken = Refusal(
        status: .unauthorized,
        code: "missing_token",
        message: "Send an access token in the header Authorization: Bearer <token>.",
        headers: ["WWW-Authenticate": "Bearer"]
    )
    static let notYourScore = Refusal(
        status: .forbidden,
        code: "not_your_score",
        message: "The token belongs to another user than user_id: a user can change only their own score."
    )
    static let userSuspended = Refusal(
        status: .forbidden,
        code: "user_suspended",
        message: "This account is suspended: its score cannot change."
    )
    /// On a board that is not for everybody.
    static let suspendedViewer = Refusal(
        status: .forbidden,
        code: "user_suspended",
        message: "This account is suspended: it cannot watch this board."
    )
    static let unsupportedMediaType = Refusal(
        status: .unsupportedMediaType,
        code: "unsupported_media_type",
        message: "Send the body as JSON in UTF-8 (Content-Type: application/json), without a Content-Encoding."
    )
    static func bodyTooLarge(_ maximum: Int) -> Refusal {
        Refusal(status: .payloadTooLarge, code: "body_too_large", message: "The body is longer than \(maximum) bytes.")
    }
    static func invalidIdempotencyKey() -> Refusal {
        Refusal(
            status: .badRequest,
            code: "invalid_idempotency_key",
            message: "Idempotency-Key must be given once, as 1 to 64 visible ASCII characters."
        )
    }
    static func invalidUserID(_ message: String) -> Refusal {
        Refusal(status: .badRequest, code: "invalid_user_id", message: message)
    }
    static func invalidQuery(_ message: String) -> Refusal {
        Refusal(status: .badRequest, code: "invalid_query", message: message)
    }
    static let idempotencyKeyReused = Refusal(
        status: .unprocessableEntity,
        code: "idempotency_key_reused",
        message: "This Idempotency-Key was already used for another update: use a new key for a new update."
    )
    static let scoreLimit = Refusal(
        status: .conflict,
        code: "score_limit",
        message:
            "The total would leave what a score may be, \(-ScoreRange.limit) to \(ScoreRange.limit): nothing was added."
    )
    static func rateLimited(retryAfter seconds: Int) -> Refusal {
        Refusal(
            status: .tooManyRequests,
            code: "rate_limited",
            message: "Too many updates for this user: try again in \(seconds) s.",
            retryAfter: seconds
        )
    }
    /// Of an address whose requests lack a valid token again and again.
    static func tooManyFailures(retryAfter seconds: Int) -> Refusal {
        Refusal(
            status: .tooManyRequests,
            code: "too_many_failures",
            message: "Too many requests without a valid token from this address: try again in \(seconds) s.",
            retryAfter: seconds,
            isLogged: false
        )
    }
    static let missingGrant = Refusal(
        status: .badRequest,
        code: "missing_grant",
        message: "This board takes only increases that a game server has signed: send its grant as the string grant."
    )
    static let invalidGrant = Refusal(
        status: .forbidden,
        code: "invalid_grant",
        message: "The grant is not valid, or not any more."
    )
    static let grantMismatch = Refusal(
        status: .forbidden,
        code: "grant_mismatch",
        message: "The grant is for another user, or for another number of points."
    )
    static func grantOfOtherBoard(than board: BoardID) -> Refusal {
        Refusal(
            status: .forbidden,
            code: "grant_mismatch",
            message: "The grant is for another board than \(board): its claim board says which."
        )
    }
    static func grantOfMain(not board: BoardID) -> Refusal {
        Refusal(
            status: .forbidden,
            code: "grant_mismatch",
            message: "The grant names no board in its claim board, so it is for main, not for \(board)."
        )
    }
    static let grantUsed = Refusal(
        status: .forbidden,
        code: "grant_used",
        message: "The grant has counted before: each counts once."
    )
    static let userNotFound = Refusal(
        status: .notFound,
        code: "user_not_found",
        message: "This user is not on the board."
    )
    static let storeUnavailable = Refusal(
        status: .serviceUnavailable,
        code: "store_unavailable",
        message: "The store is away; nothing was changed: try again.",
        retryAfter: 1
    )
    /// Not the store's trouble: of this board alone, until its operator has mended it.
    static let boardUnsound = Refusal(
        status: .serviceUnavailable,
        code: "board_unsound",
        message: "Another writer has put something else into the board's keys; nothing was changed, "
            + "and its operator has to mend it: leaderboard doctor names the key.",
        retryAfter: 30
    )
    static let stopping = Refusal(
        status: .serviceUnavailable,
        code: "stopping",
        message: "This instance is stopping: use another one.",
        retryAfter: 1,
        isLogged: false
    )
    static let outcomeUnknown = Refusal(
        status: .gatewayTimeout,
        code: "outcome_unknown",
        message: "The store did not answer in time, the update may have counted: "
            + "repeat it only with the Idempotency-Key it was sent with."
    )
    static let tooManySubscribers = Refusal(
        status: .serviceUnavailable,
        code: "too_many_subscribers",
        message: "This instance serves as many live viewers as it may: try again, or another instance.",
        retryAfter: 5
    )
    static let tooManySubscribersOfAddress = Refusal(
        status: .serviceUnavailable,
        code: "too_many_subscribers_of_address",
        message: "Your address has as many live viewers as one address may have: close some, and try again.",
        retryAfter: 5
    )
    static let tooManyBoards = Refusal(
        status: .serviceUnavailable,
        code: "too_many_boards",
        message: "This instance follows as many boards as it may: try again, or another instance.",
        retryAfter: 30
    )
    static let originNotAllowed = Refusal(
        status: .forbidden,
        code: "origin_not_allowed",
        message: "Pages of this origin may not open a live connection here."
    )
}

extension Refusal {
    init(_ error: ScoreUpdateError) {
        let message = error.message
        switch error.fault {
        case .json: self.init(status: .badRequest, code: "invalid_json", message: message)
        case .userID: self = .invalidUserID(message)
        case .scoreIncrease: self.init(status: .badRequest, code: "invalid_score_increase", message: message)
        case .scoreDecrease: self.init(status: .badRequest, code: "invalid_score_decrease", message: message)
        case .score: self.init(status: .badRequest, code: "invalid_score", message: message)
        case .operator: self.init(status: .badRequest, code: "invalid_operator", message: message)
        case .season: self = .invalidSeason(message)
        case .unknownSeason: self = .seasonNotFound(message)
        case .segments: self = .invalidSegment(message)
        case .metadata: self = .invalidMetadata(message)
        case .updates: self.init(status: .badRequest, code: "invalid_updates", message: message)
        case .boardName: self = .invalidBoardName(message)
        }
    }

    init(_ error: ScoreStoreError) {
        switch error {
        case .unavailable: self = .storeUnavailable
        case .outcomeUnknown: self = .outcomeUnknown
        case .unsoundBoard: self = .boardUnsound
        case .unsoundAudit(let user): self = .unsoundAudit(of: user)
        case .unknownWindow: self = .invalidWindow("The board has no such window.")
        case .frozen(let since): self = .boardFrozen(since: since)
        case .unknownSegment: self = .invalidSegment("The board has no segments of this kind, or no totals of them.")
        case .unknownSeason: self = .seasonNotFound("Nobody is in a season of this name, or it was kept long enough.")
        }
    }

    /// A read changes nothing: whatever befell it, it can be repeated.
    init(reading error: ScoreStoreError) {
        switch error {
        case .unknownWindow, .unknownSegment, .unknownSeason, .unsoundBoard, .frozen: self.init(error)
        case .unavailable, .outcomeUnknown, .unsoundAudit: self = .storeUnavailable
        }
    }
}
