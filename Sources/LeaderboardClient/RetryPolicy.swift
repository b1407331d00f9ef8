/// When what failed for a while is tried again.
enum RetryPolicy {
    /// Nobody is kept waiting for longer: where the service asks for more, the caller is told.
    static let longestWait = Duration.seconds(30)
    private static let longest = 15_000.0

    /// Doubled with each failure, spread so that not all come back at once, and never before the service says.
    /// - Parameter spread: 0 to 1.
    static func pause(
        after failures: Int,
        _ error: LeaderboardError,
        spread: Double = .random(in: 0...1)
    ) -> Duration {
        let doubled = failures < 16 ? 250.0 * Double(1 << max(0, failures)) : longest
        return .milliseconds(200) + .milliseconds(1) * (spread * min(longest, doubled)) + (error.retryAfter ?? .zero)
    }

    /// An `Idempotency-Key`: the same for all tries of an update.
    static func newKey() -> String {
        let digits = Array("0123456789abcdef")
        return String((0..<32).map { _ in digits[Int.random(in: 0..<16)] })
    }
}
