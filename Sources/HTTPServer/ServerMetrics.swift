import Metrics
import Synchronization

/// What the server counts of connections and requests that no route sees. Any loop.
final class ServerMetrics: Sendable {
    /// Why a connection is closed as it comes.
    enum Refusal: String, CaseIterable {
        case total, address, proxyHeader = "proxy_header"
        /// The system had no descriptor or memory for it.
        case system
    }

    private let refused: [Refusal: Counter]
    private let acceptErrors: Counter
    private let errors: Mutex<[String: Counter]> = Mutex([:])
    private let factory: any MetricsFactory

    init(factory: any MetricsFactory) {
        self.factory = factory
        acceptErrors = Counter(label: "http_accept_errors", dimensions: [], factory: factory)
        refused = Dictionary(
            uniqueKeysWithValues: Refusal.allCases.map { reason in
                let labels = [("reason", reason.rawValue)]
                return (reason, Counter(label: "http_connections_refused", dimensions: labels, factory: factory))
            }
        )
    }

    func refused(_ reason: Refusal, count: Int = 1) {
        if count > 0 { refused[reason]?.increment(by: count) }
    }

    func couldNotAccept() {
        acceptErrors.increment()
    }

    /// - Parameter reason: one of our error codes, never a peer's words.
    func failed(_ reason: String) {
        let counter = errors.withLock { errors in
            if let known = errors[reason] { return known }
            let made = Counter(label: "http_errors", dimensions: [("reason", reason)], factory: factory)
            errors[reason] = made
            return made
        }
        counter.increment()
    }
}
