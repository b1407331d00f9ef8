import Text

/// When a message that was not taken is sent again: after 5 s, then each time after twice as long, up to an hour, and not at the same
/// time as all others; for a day. All in milliseconds.
struct RetrySchedule: Sendable {
    var first = 5_000
    var longest = 3_600_000
    var lifetime = 86_400_000

    /// - Parameters:
    ///   - tries: how often it was sent, this time too.
    ///   - made: when the message was, by the clock of `now`.
    ///   - retryAfter: what the endpoint asked for; kept to, up to `longest`.
    ///   - jitter: 0 to 1.
    /// - Returns: nil: never. The last time is a lifetime after the message was made.
    func next(after tries: Int, made: Int, now: Int, retryAfter: Int?, jitter: Double) -> Int? {
        let end = made + lifetime
        guard now < end else { return nil }
        // 2^20 × 1 ms is a quarter of an hour already; more of them change nothing but the type's bound.
        let usual = min(longest, first * (1 << min(max(tries, 1) - 1, 20)))
        let wait = Int(clamping: Double(usual) * (0.5 + 0.5 * min(max(jitter, 0), 1)))
        return min(now + max(wait, min(max(retryAfter ?? 0, 0), longest), 1), end)
    }
}
