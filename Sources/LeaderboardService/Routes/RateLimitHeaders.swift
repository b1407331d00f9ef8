import Board
import HTTPServer
import Leaderboard

/// `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10): quota `q`, window `w`, remaining `r`,
/// and `t`, the seconds until the bucket is full again.
struct RateLimitHeaders: Sendable {
    /// All that is the same in each answer.
    private let beginning: String
    private let limit: RateLimit
    private let whose: String

    /// - Parameter whose: `user` or `service`.
    init(_ limit: RateLimit, of whose: String = "user") {
        self.limit = limit
        self.whose = whose
        beginning = """
            RateLimit-Policy: \(Self.policy(whose, limit))\r
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

    /// For an answer about several buckets.
    func bucket(_ state: RateLimitState) -> BucketState { BucketState(limit: limit, whose: whose, state: state) }

    fileprivate static func policy(_ name: String, _ limit: RateLimit) -> String {
        "\"\(name)\";q=\(limit.updates);w=\(limit.interval.components.seconds)"
    }
}

/// A bucket as an update has left it.
struct BucketState: Sendable {
    let limit: RateLimit
    /// `user` or `service`.
    let whose: String
    let state: RateLimitState
}

extension ResponseHeaders {
    /// Both, of the bucket on each of the boards: named `user:arena`.
    mutating func add(_ buckets: [(board: BoardID, bucket: BucketState)]) {
        guard !buckets.isEmpty else { return }
        let named = buckets.map { (name: "\($0.bucket.whose):\($0.board)", bucket: $0.bucket) }
        add(
            name: "RateLimit-Policy",
            value: named.map { RateLimitHeaders.policy($0.name, $0.bucket.limit) }.joined(separator: ", ")
        )
        let left = named.map { "\"\($0.name)\";r=\($0.bucket.state.remaining);t=\($0.bucket.state.resetSeconds)" }
        add(name: "RateLimit", value: left.joined(separator: ", "))
    }
}
