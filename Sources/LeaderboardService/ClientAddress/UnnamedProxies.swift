import HTTPServer
import Logging
import Metrics
import RedisClient

/// Notices proxies that nobody named in `TRUSTED_PROXIES`: all of their clients count as one, which runs into the bounds of one
/// client, and to those clients looks like an outage. Told in the log once a minute, and in a counter that `leaderboard doctor`
/// reads. Any loop.
final class UnnamedProxies: Sendable {
    private let trusted: TrustedProxies
    private let logger: Logger
    private let counter: Counter
    private let throttle = LogThrottle()

    init(trusted: TrustedProxies, logger: Logger, metricsFactory: any MetricsFactory) {
        self.trusted = trusted
        self.logger = logger
        counter = Counter(label: "unnamed_proxy_refusals", dimensions: [], factory: metricsFactory)
    }

    /// A request has been refused because its client has reached a bound.
    /// - Parameter bound: the name of its variable.
    func noteRefusal(of request: Request, by bound: String) {
        let client = trusted.resolve(peer: request.remoteAddress, forwardedFor: request.headers)
        guard trusted.looksLikeProxy(client, peer: request.remoteAddress, request.headers) else { return }
        counter.increment()
        guard let count = throttle.countIfDue() else { return }
        logger.warning(
            "an address at its bound looks like a proxy: name it in TRUSTED_PROXIES, or all of its clients count as one",
            metadata: ["ip": "\(client)", "bound": "\(bound)", "refused": "\(count)"]
        )
    }
}
