import Text

/// A token bucket for each user: `updates` at once, then one more each time a token has come back.
package struct RateLimit: Sendable, Equatable {
    /// Tokens of a full bucket.
    package let updates: Int
    /// The time in which an empty bucket fills.
    package let interval: Duration
    /// The time in which one token comes back, in whole microseconds (Redis' clock has no finer ones), rounded up: the
    /// limit is never laxer than configured.
    let tokenTime: Int
    /// By how many microseconds an empty bucket fills later than in `interval`, because of that; 0 where it is a hundredth of that or more.
    private let rounding: Int

    /// Where nobody says otherwise: 60 updates, and one more each second.
    package static let usual = RateLimit(updates: 60, interval: .seconds(60))

    /// The same of a service that reports for users: what keeps one that has gone wild from what the others need.
    package static let usualOfServices = RateLimit(updates: 100_000, interval: .seconds(1))

    package static let allowedUpdates = 1...1_000_000_000
    package static let allowedSeconds = 1...366 * 86_400

    /// Nil where either is none of those that are allowed.
    package init?(updates: Int, seconds: Int) {
        guard Self.allowedUpdates.contains(updates), Self.allowedSeconds.contains(seconds) else { return nil }
        self.init(updates: updates, interval: .seconds(seconds))
    }

    /// Values below 1 update and 1 microsecond count as that; above 10^9 updates, and a year, likewise as those.
    package init(updates: Int, interval: Duration) {
        self.updates = min(max(updates, 1), Self.allowedUpdates.upperBound)
        self.interval = min(max(interval, .microseconds(1)), .seconds(Self.allowedSeconds.upperBound))
        let microseconds = Int(clamping: self.interval / .microseconds(1))
        tokenTime = (microseconds + self.updates - 1) / self.updates
        let late = self.updates * tokenTime - microseconds
        rounding = late < microseconds / 100 ? late : 0
    }

    /// Whole seconds after which a token that comes back in so many microseconds is surely there, at least 1.
    func secondsUntilToken(in microseconds: Int) -> Int {
        let all = updates * tokenTime
        return max(1, RateLimitState.wholeSeconds(min(max(microseconds, 0), all)))
    }

    /// The bucket that is full in `fullIn` microseconds.
    func state(fullIn: Int) -> RateLimitState {
        let fullIn = min(max(fullIn, 0), updates * tokenTime)
        let missing = (fullIn + tokenTime - 1) / tokenTime
        return RateLimitState(
            limit: updates,
            remaining: updates - missing,
            microsecondsUntilFull: fullIn,
            rounding: rounding,
            microsecondsUntilNextToken: max(0, fullIn - (updates - 1) * tokenTime)
        )
    }
}

/// One user's token bucket at one moment of Redis' clock.
package struct RateLimitState: Sendable, Equatable {
    /// Tokens of a full bucket.
    package let limit: Int
    /// Updates that would be accepted now.
    package let remaining: Int
    // Numbers, as each update has them: a Duration and back is 600 instructions.
    fileprivate let microsecondsUntilFull: Int
    fileprivate let rounding: Int
    fileprivate let microsecondsUntilNextToken: Int

    /// Until the bucket is full again.
    package var reset: Duration { .microseconds(microsecondsUntilFull) }

    /// Until at least one token is there; zero if one is.
    package var untilNextToken: Duration { .microseconds(microsecondsUntilNextToken) }

    /// For `Retry-After`: whole seconds after which a token is surely there, at least 1.
    package var retryAfterSeconds: Int { max(1, Self.wholeSeconds(microsecondsUntilNextToken)) }

    /// For `RateLimit: t=`: whole seconds after which the bucket is full, but for the rounding of the time of a token: of a full interval it is
    /// the `w` of `RateLimit-Policy`, and no second more; of one that lacks a token it is at least 1.
    package var resetSeconds: Int {
        microsecondsUntilFull > 0 ? max(1, Self.wholeSeconds(microsecondsUntilFull - rounding)) : 0
    }

    /// Rounded up. No bucket takes longer than a year and as many seconds as it has tokens.
    fileprivate static func wholeSeconds(_ microseconds: Int) -> Int { (microseconds + 999_999) / 1_000_000 }
}
