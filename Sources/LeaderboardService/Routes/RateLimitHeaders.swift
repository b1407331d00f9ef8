import HTTPServer
import Leaderboard

/// `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10): quota `q`, window `w`, remaining `r`,
/// and `t`, the seconds until the bucket is full again.
struct RateLimitHeaders: Sendable {
    /// All that is the same in each answer.
    private let beginning: String

    /// - Parameter whose: `user` or `service`.
    init(_ limit: RateLimit, of whose: String = "user") {
        beginning = """
            RateLimit-Policy: "\(whose)";q=\(limit.updates);w=\(limit.interval.components.seconds)\r
            RateLimit: "\(whose)";r=
            """
    }

    func add(_ state: RateLimitState, to headers: inout ResponseHeaders) {
        headers.add(piece: beginning)
        headers.add(piece: String(state.remaining))
        headers.add(piece: ";t=")
        headers.add(piece: String(state.resetSeconds))
        headers.add(piece: "\r\n")
    }
}
