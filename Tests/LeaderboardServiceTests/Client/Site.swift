import HTTPServer
import Logging
import Metrics
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycleTestKit

@testable import LeaderboardService

/// Somebody else's web site, at an origin of its own: one page at each path.
enum Site {
    static func run(_ pages: [String: String], _ body: @Sendable (_ origin: String) async throws -> Void) async throws {
        var options = ServerOptions()
        options.port = 0
        options.drainTimeout = .seconds(1)
        let (ports, port) = AsyncStream<Int>.makeStream()
        let routes = pages.map { path, html in
            Route.on(.GET, path) { _ in
                var response = Response(.ok, body: ByteBuffer(string: "<!doctype html><meta charset=utf-8>\(html)"))
                response.headers.add(name: "Content-Type", value: "text/html; charset=utf-8")
                return response
            }
        }
        let server = Server(
            options: options,
            router: Router(routes),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "site", factory: { _ in SwiftLogNoOpLogHandler() }),
            metricsFactory: NOOPMetricsHandler.instance,
            onListening: { port.yield($0.port ?? 0) }
        )
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await server.run() }
                for await port in ports {
                    try await body("http://127.0.0.1:\(port)")
                    break
                }
                trigger.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }
}
