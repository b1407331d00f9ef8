import Logging
import Metrics
import RedisClient

/// Counts the messages on the board's channel that are no events, and logs of them once a minute.
final class RejectedEvents: Sendable {
    private let logger: Logger
    private let counter: Counter
    private let throttle = LogThrottle()

    init(logger: Logger, metricsFactory: any MetricsFactory) {
        self.logger = logger
        counter = Counter(label: "live_rejected_events", dimensions: [], factory: metricsFactory)
    }

    func note(_ reason: String) {
        counter.increment()
        guard let count = throttle.countIfDue() else { return }
        logger.warning("dropped malformed events", metadata: ["count": "\(count)", "reason": "\(reason)"])
    }
}
