package import Seasons

/// What Redis made of an update.
package enum UpdateOutcome: Sendable, Equatable {
    case applied(AppliedUpdate)
    /// The user is suspended. Nothing was written.
    case suspended
    /// The token bucket is empty. Nothing was written.
    case rateLimited(RateLimitState)
    /// The score would leave ``ScoreRange``, or what the board allows. Nothing was written, and no token was taken.
    /// - Parameter window: where; nil: in the one that never ends.
    case scoreLimit(RateLimitState, window: WindowName? = nil)
    /// A rule of plausibility refuses it. Nothing of it was written, but a token was taken.
    case implausible(PlausibilityRule.Name, RateLimitState, met: [MetRule])
    /// A rule of plausibility holds it: it waits for an operator's word.
    case held(HeldUpdate)
    /// An earlier call with the same idempotency key made it, a rule held it, and an operator has rejected it. Nothing was written.
    case rejected(RateLimitState)
    /// A rule holds it, and as many wait as may. Nothing of it was written, but a token was taken.
    case reviewQueueFull(RateLimitState, met: [MetRule])
    /// The idempotency key was used for another increase. Nothing was written.
    case idempotencyKeyReused
    /// The grant counted before. Nothing was written.
    case grantUsed
    /// The board takes no such operator. Nothing was written.
    case operatorNotAllowed
    /// The value is below 0, or above what one update may add or take. Nothing was written.
    case valueNotAllowed
    /// It names a season that does not run, and that takes nothing any more. Nothing was written.
    case seasonEnded
    /// It names a season that is to come. Nothing was written.
    case seasonToCome
    /// The board takes no update before this time, in microseconds since 1970. Nothing was written.
    case seasonNotBegun(from: Int)
    /// There is no such board. Nothing was written.
    case noBoard
    /// The board's key holds what is no definition. Nothing was written.
    case badDefinition
    /// The board's definition is of another version than the caller went by. Nothing was written.
    case boardChanged(version: String)
}

/// An update that counted, once; or that was allowed, and changed nothing.
package struct AppliedUpdate: Sendable, Equatable {
    /// The user's score after it.
    package let score: Int
    /// Its place among the board's updates; if it changed nothing, that of the last one before it.
    package let seq: Int
    /// The user's place right after it, 1 is best. Nil if nobody asked; with an idempotency key it is always there.
    package let rank: Int?
    /// The user's token bucket now. A replay takes no token.
    package let rateLimit: RateLimitState
    /// True if an earlier call with the same idempotency key did it: score, seq, rank and time are of then.
    package let isReplay: Bool
    /// False: nothing is better, or other, than it was. It took a token all the same.
    package let isChange: Bool
    /// Whether the audit has it, and viewers were told: of each change, and of an increase of 0. (Of a replay, the first one is there.)
    package let isInAudit: Bool
    /// When, by Redis' clock, in milliseconds since 1970.
    package let time: Int
    /// What the user has in the windows that begin anew; empty if nobody asked for the rank. Of a replay, those of then.
    package let seasons: [SeasonScore]
    /// The rules of plausibility that it met, of a board that has some; of a replay, none.
    package let met: [MetRule]

    /// Whether who made the update may know the user's score.
    package let isScoreShown: Bool

    /// Of a board that is frozen: a rank would tell where others stand.
    /// - Parameter isOwn: who made it is the user, or an operator; to others a score is not told either.
    package func onFrozenBoard(isOwn: Bool) -> AppliedUpdate {
        AppliedUpdate(
            score: score,
            seq: seq,
            rank: nil,
            rateLimit: rateLimit,
            isReplay: isReplay,
            isChange: isChange,
            isInAudit: isInAudit,
            time: time,
            seasons: isOwn ? seasons : [],
            met: met,
            isScoreShown: isOwn
        )
    }

    package init(
        score: Int,
        seq: Int,
        rank: Int?,
        rateLimit: RateLimitState,
        isReplay: Bool,
        isChange: Bool = true,
        isInAudit: Bool = true,
        time: Int,
        seasons: [SeasonScore] = [],
        met: [MetRule] = [],
        isScoreShown: Bool = true
    ) {
        self.isScoreShown = isScoreShown
        self.score = score
        self.seq = seq
        self.rank = rank
        self.rateLimit = rateLimit
        self.isReplay = isReplay
        self.isChange = isChange
        self.isInAudit = isInAudit
        self.time = time
        self.seasons = seasons
        self.met = met
    }
}

/// An update that waits for an operator's word (`Functions/held.lua`).
package struct HeldUpdate: Sendable, Equatable {
    /// Under which it waits.
    package let id: AuditID
    /// When it was made, by Redis' clock, in milliseconds since 1970.
    package let time: Int
    package let rateLimit: RateLimitState
    /// True: an earlier call with the same idempotency key made it. It waits; or nobody knows what an operator has said since, of one that
    /// waits since before edition 20.
    package let isReplay: Bool
    /// The rules that it met; of a replay, none.
    package let met: [MetRule]
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
