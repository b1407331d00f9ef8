/// What Redis made of an update.
package enum UpdateOutcome: Sendable, Equatable {
    case applied(AppliedUpdate)
    /// The user is suspended. Nothing was written.
    case suspended
    /// The token bucket is empty. Nothing was written.
    case rateLimited(RateLimitState)
    /// The score would leave ``ScoreRange``. Nothing was written, and no token was taken.
    case scoreLimit(RateLimitState)
    /// The idempotency key was used for another increase. Nothing was written.
    case idempotencyKeyReused
    /// The grant counted before. Nothing was written.
    case grantUsed
}

/// An update that counted, once.
package struct AppliedUpdate: Sendable, Equatable {
    /// The user's score after it.
    package let score: Int
    /// Its place among the board's updates.
    package let seq: Int
    /// The user's place right after it, 1 is best. Nil if nobody asked; with an idempotency key it is always there.
    package let rank: Int?
    /// The user's token bucket now. A replay takes no token.
    package let rateLimit: RateLimitState
    /// True if an earlier call with the same idempotency key did it: score, seq, rank and time are of then.
    package let isReplay: Bool
    /// When, by Redis' clock, in milliseconds since 1970.
    package let time: Int

    package init(score: Int, seq: Int, rank: Int?, rateLimit: RateLimitState, isReplay: Bool, time: Int) {
        self.score = score
        self.seq = seq
        self.rank = rank
        self.rateLimit = rateLimit
        self.isReplay = isReplay
        self.time = time
    }
}

/// Where an update came from, for the audit.
package struct UpdateOrigin: Sendable, Equatable {
    package let ip: String
    package let requestID: String
    /// The trace that it belongs to, as 32 hexadecimal digits in small letters; nil where the client named none.
    package let trace: String?

    package init(ip: String, requestID: String, trace: String? = nil) {
        self.ip = ip
        self.requestID = requestID
        self.trace = trace
    }
}
