import Leaderboard
import NIOHTTP1

/// `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10): quota `q`, window `w`, remaining `r`,
/// and `t`, the seconds until the bucket is full again.
struct RateLimitHeaders: Sendable {
    private let policy: String

    init(_ limit: RateLimit) {
        policy = "\"user\";q=\(limit.updates);w=\(limit.interval.components.seconds)"
    }

    func add(_ state: RateLimitState, to headers: inout HTTPHeaders) {
        // Put together in one allocation; an interpolation makes four.
        var value = ""
        value.reserveCapacity(48)
        value += "\"user\";r="
        value += String(state.remaining)
        value += ";t="
        value += String(state.resetSeconds)
        headers.add(name: "RateLimit", value: value)
        headers.add(name: "RateLimit-Policy", value: policy)
    }
}
