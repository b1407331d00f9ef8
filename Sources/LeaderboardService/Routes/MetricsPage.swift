import HTTPServer
import NIOHTTP1

/// `GET /metrics`: everything that is counted, for Prometheus.
struct MetricsPage: Sendable {
    let registry: MetricsRegistry

    func answer(_: Request) async -> Response {
        Response(
            .ok,
            headers: ["Content-Type": MetricsRegistry.contentType, "Cache-Control": "no-store"],
            body: registry.render()
        )
    }
}
