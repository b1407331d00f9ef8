import Metrics
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import HTTPServer

extension Acceptor {
    /// Routes that answer at once: no other thread has a part in it.
    static func embedded(on eventLoop: EmbeddedEventLoop, note: @escaping @Sendable (String) -> Void) -> Acceptor {
        let routes: [Route] = [
            .on(.GET, "/hello") { _ in
                note("hello")
                return Response(.ok, body: ByteBuffer(string: "hello"))
            },
            .on(.POST, "/echo", maximumBodyBytes: 64) { _ in
                note("echo")
                return Response(.ok)
            },
        ]
        let options = ServerOptions.test
        let loop = LoopContext(eventLoop: eventLoop, options: options)
        return Acceptor(
            server: ServerContext(
                options: options,
                router: Router(routes),
                startSpan: nil,
                observe: { _ in },
                places: Places(PlaceLimits(total: 10, perNetwork: 10)),
                isTrustedProxy: { _ in false },
                metrics: ServerMetrics(factory: NOOPMetricsHandler.instance),
                onTrouble: { _ in }
            ),
            loops: [ObjectIdentifier(eventLoop): .init(loop, eventLoop: eventLoop)],
            certificates: nil
        )
    }
}
