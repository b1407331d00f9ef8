import Board

/// One update of the audit, as it counts where others before it are taken back. `replayed` of `Functions/operators.lua` says the same.
struct RevertedUpdate: Sendable {
    let id: AuditID
    let seq: Int?
    /// Of one that was released, the seq of the last change before it was made; nil: it was made when it counted.
    let made: Int?
    /// Of the same: under which it waited.
    private let heldID: AuditID?
    /// What it added; below 0 for what it took away.
    let increase: Int
    /// What it asked for, of `incr` and `decr`: more than it added where a bound held it.
    let change: Int
    /// What it asked for, of `set` and `best`; nil where its entry does not tell.
    private let value: Int?
    private let operation: BoardDefinition.Operator
    /// What it came to: the bounds of then allowed it.
    private let score: Int?
    /// As rules of plausibility have it; nil: they do not judge it, for an operator made it.
    let gain: UpdateGain?

    init?(_ entry: AuditEntry) {
        guard entry.action == .update else { return nil }
        id = entry.id
        seq = entry.seq
        made = entry.made
        heldID = entry.made == nil ? nil : entry["released"].flatMap(AuditID.init)
        increase = entry.increase
        let operation = entry.operation ?? .incr
        self.operation = operation
        value = entry.value
        change = entry.value.map { operation == .decr ? -$0 : $0 } ?? increase
        score = entry.score
        gain = UpdateGain(entry)
    }

    /// One that waits, as if it had counted when it was made, and had been taken back.
    init(held entry: AuditEntry) {
        id = entry.id
        seq = nil
        made = entry.seq
        heldID = entry["held"].flatMap(AuditID.init)
        let operation = entry.operation ?? .incr
        self.operation = operation
        value = entry.value
        change = (operation == .decr ? entry.value.map { -$0 } : entry.value) ?? 0
        increase = operation == .set || operation == .best ? 0 : change
        score = nil
        gain = nil
    }

    /// Its place among the user's updates.
    var place: Int? { made ?? seq }

    /// It waited, and was made before the other one: behind the change with the seq ``made``, and before the next; of those that were made
    /// there, ids are in the order of time.
    func wasMade(before other: RevertedUpdate) -> Bool {
        guard let made, let place = other.place else { return false }
        guard made == place else { return made < place }
        guard let heldID, let otherID = other.heldID else { return false }
        return heldID < otherID
    }

    /// It says the score, whatever that was before.
    var saysScore: Bool { operation == .set || operation == .best }

    /// The score that comes of `total` (nil: none), and whether it does no more than it says: it adds, or takes away, and no bound
    /// holds it.
    func replayed(on total: Int?, by rules: BoardDefinition) -> (score: Int?, isPlain: Bool) {
        switch operation {
        case .set: return (made == nil ? score ?? total : value.map(rules.held) ?? total, false)
        case .best:
            // Where it added nothing, it was better in a window only: the score is another update's.
            let isValue = increase == 0 || made != nil
            guard let score = isValue ? value.map(rules.held) ?? score : score else { return (total, false) }
            return (rules.isBetter(score, than: total) ? score : total, false)
        case .incr, .decr:
            let (least, greatest) = (rules.scores.lowerBound, rules.scores.upperBound)
            let sum = (total ?? 0) + change
            let held = min(max(greatest, score ?? greatest), max(min(least, score ?? least), sum))
            return (held, held == sum && change == increase)
        }
    }

    /// What it made of `total` (nil: none) in a season of a window, where none before it was taken back, and whether a bound may have
    /// held it: its entry does not tell. Where bounds refuse, none did.
    func applied(inSeasonOn total: Int?, by rules: BoardDefinition) -> (score: Int, mayBeHeld: Bool) {
        let told: Int
        switch operation {
        case .set, .best: told = ScoreRange.held(value ?? score ?? 0)
        case .incr, .decr: told = ScoreRange.held((total ?? 0) + change)
        }
        let clamps = rules.atBound == .clamp
        let result = clamps ? rules.held(told) : told
        let isKept = operation == .best && !rules.isBetter(result, than: total)
        return (isKept ? total ?? result : result, clamps && result != told)
    }

    /// The same where some are taken back.
    func replayed(inSeasonOn total: Int?, by rules: BoardDefinition) -> Int? {
        switch operation {
        case .set: rules.held(value ?? 0)
        case .best: rules.isBetter(rules.held(value ?? 0), than: total) ? rules.held(value ?? 0) : total
        case .incr, .decr: rules.held((total ?? 0) + change)
        }
    }
}

extension BoardDefinition {
    fileprivate func held(_ score: Int) -> Int { min(scores.upperBound, max(scores.lowerBound, score)) }

    fileprivate func isBetter(_ score: Int, than other: Int?) -> Bool {
        other.map { order == .asc ? score < $0 : score > $0 } ?? true
    }
}
