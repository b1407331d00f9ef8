/// A token bucket for each user: `updates` at once, then one more each time a token has come back.
package struct RateLimit: Sendable, Equatable {
    /// Tokens of a full bucket.
    package let updates: Int
    /// The time in which an empty bucket fills.
    package let interval: Duration
    /// The time in which one token comes back, in whole microseconds (Redis' clock has no finer ones), rounded up: the
    /// limit is never laxer than configured.
    let tokenTime: Int

    /// Values below 1 update and 1 microsecond count as that; above 10^9 updates, and a year, likewise as those.
    package init(updates: Int, interval: Duration) {
        self.updates = min(max(updates, 1), 1_000_000_000)
        self.interval = min(max(interval, .microseconds(1)), .seconds(366 * 86_400))
        let microseconds = Int(self.interval / .microseconds(1))
        tokenTime = (microseconds + self.updates - 1) / self.updates
    }

    /// The bucket that is full in `fullIn` microseconds.
    func state(fullIn: Int) -> RateLimitState {
        let fullIn = min(max(fullIn, 0), updates * tokenTime)
        let missing = (fullIn + tokenTime - 1) / tokenTime
        return RateLimitState(
            limit: updates,
            remaining: updates - missing,
            reset: .microseconds(fullIn),
            untilNextToken: .microseconds(max(0, fullIn - (updates - 1) * tokenTime))
        )
    }
}

/// One user's token bucket at one moment of Redis' clock.
package struct RateLimitState: Sendable, Equatable {
    /// Tokens of a full bucket.
    package let limit: Int
    /// Updates that would be accepted now.
    package let remaining: Int
    /// Until the bucket is full again.
    package let reset: Duration
    /// Until at least one token is there; zero if one is.
    package let untilNextToken: Duration

    package init(limit: Int, remaining: Int, reset: Duration, untilNextToken: Duration) {
        self.limit = limit
        self.remaining = remaining
        self.reset = reset
        self.untilNextToken = untilNextToken
    }

    /// For `Retry-After`: whole seconds after which a token is surely there, at least 1.
    package var retryAfterSeconds: Int { max(1, wholeSeconds(untilNextToken)) }

    /// For `RateLimit: t=`: whole seconds after which the bucket is surely full.
    package var resetSeconds: Int { wholeSeconds(reset) }

    /// Rounded up.
    private func wholeSeconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(clamping: seconds) + (attoseconds > 0 ? 1 : 0)
    }
}
