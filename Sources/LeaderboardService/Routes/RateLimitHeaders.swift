import Leaderboard
import NIOHTTP1

/// `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10): quota `q`, window `w`, remaining `r`,
/// and `t`, the seconds until the bucket is full again.
struct RateLimitHeaders: Sendable {
    private let policy: String

    init(_ limit: RateLimit) {
        policy = "\"user\";q=\(limit.updates);w=\(limit.interval.components.seconds)"
    }

    /// Names and values.
    /// - Parameter first: stands before them. One array that has its size costs less than two that are joined.
    func fields(_ state: RateLimitState, after first: (String, String)? = nil) -> [(String, String)] {
        guard let first else { return [("RateLimit", quota(state)), ("RateLimit-Policy", policy)] }
        return [first, ("RateLimit", quota(state)), ("RateLimit-Policy", policy)]
    }

    private func quota(_ state: RateLimitState) -> String {
        // Put together in one allocation; an interpolation makes four.
        var value = ""
        value.reserveCapacity(48)
        value += "\"user\";r="
        value += String(state.remaining)
        value += ";t="
        value += String(state.resetSeconds)
        return value
    }
}
