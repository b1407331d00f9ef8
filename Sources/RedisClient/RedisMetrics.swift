import Logging
import Metrics
import Synchronization

/// What the connections count, and the log of what went wrong: per failure one line a minute, with the command that it last befell. Made once; any loop.
final class RedisMetrics: Sendable {
    private let logger: Logger
    private let commands: Counter
    private let failures: [RedisFailure: (counter: Counter, throttle: LogThrottle)]
    private let reconnects: Counter
    private let pending = Atomic(0)

    init(factory: any MetricsFactory, logger: Logger) {
        self.logger = logger
        commands = Counter(label: "redis_commands", dimensions: [], factory: factory)
        failures = Dictionary(
            uniqueKeysWithValues: RedisFailure.all.map { failure in
                let dimensions = [("kind", failure.kind), ("reason", failure.reason)]
                let counter = Counter(label: "redis_command_errors", dimensions: dimensions, factory: factory)
                return (failure, (counter, LogThrottle()))
            }
        )
        reconnects = Counter(label: "redis_reconnects", dimensions: [], factory: factory)
    }

    /// Commands of all loops that wait for a reply.
    var pendingCount: Int { pending.load(ordering: .relaxed) }

    func began() {
        commands.increment()
        pending.wrappingAdd(1, ordering: .relaxed)
    }

    func ended() { pending.wrappingSubtract(1, ordering: .relaxed) }

    func reconnected() { reconnects.increment() }

    func failed(_ error: RedisError, _ command: RedisCommand) {
        let failure = RedisFailure(error)
        guard let (counter, throttle) = failures[failure] else { return }
        counter.increment()
        guard let count = throttle.countIfDue() else { return }
        let level: Logger.Level =
            if case .refused(let refusal) = error, refusal.needsOperator { .error } else { .warning }
        logger.log(
            level: level,
            "redis commands failed",
            metadata: [
                "kind": "\(failure.kind)", "reason": "\(failure.reason)", "command": "\(command.name)",
                "count": "\(count)",
            ]
        )
    }
}
