import Metrics
import Synchronization

/// What the connections count. Made once; any loop.
final class RedisMetrics: Sendable {
    private let commands: Counter
    private let notSent: Counter
    private let outcomeUnknown: Counter
    private let refused: Counter
    private let reconnects: Counter
    private let pending = Atomic(0)

    init(factory: any MetricsFactory) {
        func errors(_ kind: String) -> Counter {
            Counter(label: "redis_command_errors", dimensions: [("kind", kind)], factory: factory)
        }
        commands = Counter(label: "redis_commands", dimensions: [], factory: factory)
        notSent = errors("not_sent")
        outcomeUnknown = errors("outcome_unknown")
        refused = errors("refused")
        reconnects = Counter(label: "redis_reconnects", dimensions: [], factory: factory)
    }

    /// Commands of all loops that wait for a reply.
    var pendingCount: Int { pending.load(ordering: .relaxed) }

    func began() {
        commands.increment()
        pending.wrappingAdd(1, ordering: .relaxed)
    }

    func ended(_ reply: Result<RESPValue, RedisError>) {
        pending.wrappingSubtract(1, ordering: .relaxed)
        guard case .failure(let error) = reply else { return }
        switch error {
        case .notSent: notSent.increment()
        case .outcomeUnknown: outcomeUnknown.increment()
        case .refused: refused.increment()
        }
    }

    func reconnected() { reconnects.increment() }
}
