import HTTPServer
import Metrics
import NIOCore
import NIOHTTP1
import Synchronization

/// Counts and times the answered requests by route, method and status. Any loop.
///
/// A request costs one look-up of its route and one short lock; labels take only values of ours, so that no client can
/// make series.
final class RequestMetrics: Sendable {
    private let routes: [ObjectIdentifier: RouteMetrics]
    private let elsewhere: RouteMetrics

    init(routes: [Route], factory: any MetricsFactory) {
        let paths = Set(routes.map(\.path))
        let metrics = Dictionary(uniqueKeysWithValues: paths.map { ($0, RouteMetrics(route: $0, factory: factory)) })
        self.routes = Dictionary(
            uniqueKeysWithValues: routes.compactMap { route in
                metrics[route.path].map { (ObjectIdentifier(route), $0) }
            }
        )
        elsewhere = RouteMetrics(route: "none", factory: factory)
    }

    @Sendable func note(_ exchange: Exchange) {
        let route = exchange.route.flatMap { routes[ObjectIdentifier($0)] } ?? elsewhere
        route.note(exchange)
    }
}

/// The series of one route, made when a method and status first occur.
private final class RouteMetrics: Sendable {
    private typealias Series = (method: Method, status: UInt, requests: Counter, duration: Timer)

    private enum Method: String {
        case get = "GET"
        case post = "POST"
        case head = "HEAD"
        case options = "OPTIONS"
        case delete = "DELETE"
        case other = "other"

        init(_ method: HTTPMethod) {
            self =
                switch method {
                case .GET: .get
                case .POST: .post
                case .HEAD: .head
                case .OPTIONS: .options
                case .DELETE: .delete
                default: .other
                }
        }
    }

    private let route: String
    private let factory: any MetricsFactory
    /// A few: they are looked through faster than a key is hashed.
    private let series = Mutex<[Series]>([])

    init(route: String, factory: any MetricsFactory) {
        self.route = route
        self.factory = factory
    }

    func note(_ exchange: Exchange) {
        let series = series(Method(exchange.method), exchange.status.code)
        series.requests.increment()
        series.duration.recordNanoseconds(exchange.duration.nanoseconds)
    }

    private func series(_ method: Method, _ status: UInt) -> Series {
        series.withLock { series in
            if let known = series.first(where: { $0.method == method && $0.status == status }) { return known }
            let labels = [("method", method.rawValue), ("route", route)]
            let made = (
                method, status,
                Counter(
                    label: "http_requests",
                    dimensions: labels + [("status", "\(status)")],
                    factory: factory
                ),
                Timer(
                    label: "http_request_duration",
                    dimensions: labels,
                    preferredDisplayUnit: .seconds,
                    factory: factory
                )
            )
            series.append(made)
            return made
        }
    }
}
