/// What went wrong.
public struct LeaderboardError: Error, Sendable, CustomStringConvertible {
    /// What can be done about it.
    public enum Kind: Sendable, Hashable {
        /// 400, 409, 413, 415, 422: this request, or not now.
        case invalidRequest
        /// 401, 403.
        case authentication
        /// 404.
        case notFound
        /// 429.
        case rateLimited
        /// 5xx, or no answer. An update may have counted all the same.
        case unavailable
    }

    /// The service's, or `network`, `timeout`, `bad_answer`, `bad_url`.
    public let code: String
    /// One sentence.
    public let message: String
    /// Of HTTP; 0: there was no answer.
    public let status: Int
    /// So long the service asks to wait.
    public let retryAfter: Duration?
    /// As the service's log has it.
    public let requestID: String?
    /// What was met on the way, where there was no answer.
    public let cause: (any Error)?

    package init(
        code: String,
        message: String,
        status: Int = 0,
        retryAfter: Duration? = nil,
        requestID: String? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.retryAfter = retryAfter
        self.requestID = requestID
        self.cause = cause
    }

    /// By the status.
    public var kind: Kind {
        switch status {
        case 401, 403: .authentication
        case 404: .notFound
        case 429: .rateLimited
        case 400..<500: .invalidRequest
        default: code == "bad_url" ? .invalidRequest : .unavailable
        }
    }

    /// Whether the same may go well later.
    public var isTemporary: Bool {
        // A time-out of the request itself, too (RFC 9110, section 15.5.9; RFC 8470).
        kind == .rateLimited || kind == .unavailable || status == 408 || status == 425
    }

    /// Code and message.
    public var description: String { "\(code): \(message)" }
}
