import Board

/// One update of the audit, as it counts where others before it are taken back. `replayed` of `Functions/operators.lua` says the same.
struct RevertedUpdate: Sendable {
    let id: AuditID
    let seq: Int?
    /// What it added; below 0 for what it took away.
    let increase: Int
    /// What it asked for, of `incr` and `decr`: more than it added where a bound held it.
    let change: Int
    private let operation: BoardDefinition.Operator
    /// What it came to: the bounds of then allowed it.
    private let score: Int?

    init?(_ entry: AuditEntry) {
        guard entry.action == .update else { return nil }
        id = entry.id
        seq = entry.seq
        increase = entry.increase
        let operation = entry.operation ?? .incr
        self.operation = operation
        change = entry.value.map { operation == .decr ? -$0 : $0 } ?? increase
        score = entry.score
    }

    /// It says the score, whatever that was before.
    var saysScore: Bool { operation == .set || operation == .best }

    /// The score that comes of `total` (nil: none), and whether it does no more than it says: it adds, or takes away, and no bound
    /// holds it.
    func replayed(on total: Int?, by rules: BoardDefinition) -> (score: Int?, isPlain: Bool) {
        switch operation {
        case .set: return (score ?? total, false)
        case .best:
            guard let score else { return (total, false) }
            let isBetter = total.map { rules.order == .asc ? score < $0 : score > $0 } ?? true
            return (isBetter ? score : total, false)
        case .incr, .decr:
            let (least, greatest) = (rules.scores.lowerBound, rules.scores.upperBound)
            let sum = (total ?? 0) + change
            let held = min(max(greatest, score ?? greatest), max(min(least, score ?? least), sum))
            return (held, held == sum && change == increase)
        }
    }
}
