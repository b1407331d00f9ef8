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
        headers.add(name: "RateLimit", value: "\"user\";r=\(state.remaining);t=\(state.resetSeconds)")
        headers.add(name: "RateLimit-Policy", value: policy)
    }
}
