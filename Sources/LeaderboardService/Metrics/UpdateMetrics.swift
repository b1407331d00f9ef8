import Leaderboard
import Metrics
import NIOCore
import Synchronization

/// What became of the updates. Any loop.
final class UpdateMetrics: Sendable {
    private let applied: Counter
    private let replayed: Counter
    private let held: Counter
    private let total: Timer
    private let redis: Timer
    private let factory: any MetricsFactory
    /// By the answer's code, which is always one of ``Refusal``.
    private let refusals = Mutex<[String: Counter]>([:])
    private let rules = Mutex<[MetRule: Counter]>([:])

    init(factory: any MetricsFactory) {
        self.factory = factory
        applied = Counter(label: "updates", dimensions: [], factory: factory)
        replayed = Counter(label: "update_replays", dimensions: [], factory: factory)
        held = Counter(label: "updates_held", dimensions: [], factory: factory)
        total = Timer(label: "update_duration", dimensions: [], preferredDisplayUnit: .seconds, factory: factory)
        redis = Timer(label: "update_redis_duration", dimensions: [], preferredDisplayUnit: .seconds, factory: factory)
    }

    func succeeded(isReplay: Bool) {
        (isReplay ? replayed : applied).increment()
    }

    /// One that waits for an operator's word.
    func held(isReplay: Bool) {
        (isReplay ? replayed : held).increment()
    }

    func refused(_ refusal: Refusal) {
        let counter = refusals.withLock { refusals in
            if let known = refusals[refusal.code] { return known }
            let made = Counter(label: "update_refusals", dimensions: [("code", refusal.code)], factory: factory)
            refusals[refusal.code] = made
            return made
        }
        counter.increment()
    }

    /// The rules of plausibility that one update met.
    func met(_ met: [MetRule]) {
        for rule in met {
            let counter = rules.withLock { rules in
                if let known = rules[rule] { return known }
                let dimensions = [("rule", rule.name.rawValue), ("effect", rule.effect.rawValue)]
                let made = Counter(label: "rules_met", dimensions: dimensions, factory: factory)
                rules[rule] = made
                return made
            }
            counter.increment()
        }
    }

    /// - Parameters:
    ///   - start: when the whole request was there.
    ///   - asked: when Redis was asked; nil if it was not.
    func took(from start: NIODeadline, asked: NIODeadline?, answered: NIODeadline) {
        total.recordNanoseconds((answered - start).nanoseconds)
        if let asked { redis.recordNanoseconds((answered - asked).nanoseconds) }
    }
}
