import Board
import RedisClient
import Seasons

// The flat arrays that our Redis functions return; what each holds stands at the head of the function. Nil: not one of
// them, which is for the caller to name.

extension UpdateOutcome {
    /// That of one update; in an array, the answer for the whole group of an update (``GroupReply``).
    init?(reply: RESPValue, rateLimit: RateLimit) {
        if case .string(let text) = reply {
            self.init(numbers: text, rateLimit)
            return
        }
        guard let fields = reply.array, let first = fields.first else { return nil }
        if case .array(let answer) = first {
            guard fields.count == 1 else { return nil }
            self.init(ofGroup: answer)
        } else {
            self.init(fields, rateLimit)
        }
    }

    /// Of an update that was applied, and of which nobody asked for the rank.
    private init?(numbers text: [UInt8], _ rateLimit: RateLimit) {
        var numbers = SpacedNumbers(text)
        guard let score = numbers.next().flatMap(ScoreRange.checked), let seq = numbers.next(), seq >= 0,
            let time = numbers.next(), time >= 0, let fullIn = numbers.next(), numbers.isAtEnd
        else { return nil }
        let bucket = rateLimit.state(fullIn: fullIn)
        self = .applied(
            AppliedUpdate(score: score, seq: seq, rank: nil, rateLimit: bucket, isReplay: false, time: time)
        )
    }

    private init?(ofGroup fields: [RESPValue]) {
        switch (fields.first?.text, fields.count) {
        case ("no_board", 1): self = .noBoard
        case ("bad_definition", 1): self = .badDefinition
        case ("board_changed", 2):
            guard let version = fields[1].text else { return nil }
            self = .boardChanged(version: version)
        default: return nil
        }
    }

    private init?(_ fields: [RESPValue], _ rateLimit: RateLimit) {
        guard let word = fields.first?.text else { return nil }
        switch (word, fields.count) {
        case ("applied", 6...8), ("applied_same", 6...8), ("replayed", 6...7), ("unchanged", 6...8),
            ("replayed_unchanged", 6...7):
            guard let score = fields[1].score, let seq = fields[2].count, let time = fields[3].count,
                let fullIn = fields[4].integer, let rank = fields[5].count,
                let seasons = fields.count == 6 ? [] : SeasonScore.list(fields[6]),
                let met = fields.count < 8 ? [] : MetRule.list(fields[7])
            else { return nil }
            self = .applied(
                AppliedUpdate(
                    score: score,
                    seq: seq,
                    rank: rank > 0 ? rank : nil,
                    rateLimit: rateLimit.state(fullIn: fullIn),
                    isReplay: word.hasPrefix("replayed"),
                    isChange: word == "applied" || word == "replayed",
                    isInAudit: word != "unchanged",
                    time: time,
                    seasons: seasons,
                    met: met
                )
            )
        case ("rate_limited", 2):
            guard let fullIn = fields[1].integer else { return nil }
            self = .rateLimited(rateLimit.state(fullIn: fullIn))
        case ("score_limit", 2...3):
            guard let fullIn = fields[1].integer else { return nil }
            let window = fields.count == 3 ? fields[2].text.flatMap { WindowName($0) } : nil
            self = .scoreLimit(rateLimit.state(fullIn: fullIn), window: window)
        case ("implausible", 4):
            guard let fullIn = fields[1].integer, let met = MetRule.list(fields[3]),
                let rule = fields[2].text.flatMap(PlausibilityRule.Name.init(rawValue:))
            else { return nil }
            self = .implausible(rule, rateLimit.state(fullIn: fullIn), met: met)
        case ("held", 5), ("held_before", 4):
            guard let id = fields[1].text.flatMap(AuditID.init), let time = fields[2].count,
                let fullIn = fields[3].integer, let met = fields.count < 5 ? [] : MetRule.list(fields[4])
            else { return nil }
            let state = rateLimit.state(fullIn: fullIn)
            self = .held(HeldUpdate(id: id, time: time, rateLimit: state, isReplay: word == "held_before", met: met))
        case ("rejected_before", 2):
            guard let fullIn = fields[1].integer else { return nil }
            self = .rejected(rateLimit.state(fullIn: fullIn))
        case ("held_full", 3):
            guard let fullIn = fields[1].integer, let met = MetRule.list(fields[2]) else { return nil }
            self = .reviewQueueFull(rateLimit.state(fullIn: fullIn), met: met)
        case ("suspended", 1): self = .suspended
        case ("key_reused", 1): self = .idempotencyKeyReused
        case ("grant_used", 1): self = .grantUsed
        case ("season_ended", 1): self = .seasonEnded
        case ("bad_op", 1): self = .operatorNotAllowed
        case ("bad_value", 1): self = .valueNotAllowed
        default: return nil
        }
    }
}

/// What every reader's reply begins with: epoch, seq, number of users.
struct ReplyHead {
    let cursor: Cursor
    let total: Int

    init?(_ fields: [RESPValue]) {
        guard fields.count >= 3, let epoch = fields[0].text, let seq = fields[1].count,
            let total = fields[2].count
        else { return nil }
        cursor = Cursor(epoch: epoch, seq: seq)
        self.total = total
    }
}

extension Snapshot {
    init?(reply: RESPValue) {
        guard let fields = reply.array, let head = ReplyHead(fields), (fields.count - 3).isMultiple(of: 2) else {
            return nil
        }
        var rows: [Standing] = []
        rows.reserveCapacity((fields.count - 3) / 2)
        for index in stride(from: 3, to: fields.count, by: 2) {
            guard case .string(let user) = fields[index], let score = fields[index + 1].score else { return nil }
            rows.append(Standing(user: String(decoding: user, as: UTF8.self), score: score))
        }
        self.init(cursor: head.cursor, total: head.total, standings: rows)
    }
}

extension UserStanding {
    init?(reply: RESPValue, user: UserID) {
        guard let fields = reply.array, ReplyHead(fields) != nil else { return nil }
        if fields.count == 3 {
            self.init(user: user.rawValue, score: nil, rank: nil)
            return
        }
        guard fields.count == 5, let score = fields[3].score, let rank = fields[4].count else { return nil }
        self.init(user: user.rawValue, score: score, rank: rank)
    }
}
