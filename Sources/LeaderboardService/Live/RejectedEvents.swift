import Logging
import Metrics
import Synchronization

/// Counts the messages on the board's channel that are no events, and logs of them once a minute.
final class RejectedEvents: Sendable {
    private static let logInterval = Duration.seconds(60)

    private let logger: Logger
    private let counter: Counter
    private let state = Mutex((sinceLog: 0, logged: ContinuousClock.Instant?.none))

    init(logger: Logger, metricsFactory: any MetricsFactory) {
        self.logger = logger
        counter = Counter(label: "live_rejected_events", dimensions: [], factory: metricsFactory)
    }

    func note(_ reason: String) {
        counter.increment()
        let now = ContinuousClock.now
        let count: Int? = state.withLock { state in
            state.sinceLog += 1
            if let logged = state.logged, now - logged < Self.logInterval { return nil }
            defer { state = (0, now) }
            return state.sinceLog
        }
        guard let count else { return }
        logger.warning("dropped malformed events", metadata: ["count": "\(count)", "reason": "\(reason)"])
    }
}
