import CoreMetrics
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import HTTPServer

extension FuzzTarget {
    static let connection = FuzzTarget(
        "connection",
        "a whole connection: pipelined requests, and what follows an upgrade, in pieces",
        dictionary: "http",
        maximumBytes: 1024
    ) { input in
        guard let channel = try? channel() else { return }
        for piece in input.pieces { _ = try? channel.writeInbound(ByteBuffer(bytes: piece)) }
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        channel.embeddedEventLoop.advanceTime(by: .minutes(5))
        if let answer = try? channel.readOutbound(as: ByteBuffer.self) {
            promise(answer.readableBytesView.starts(with: "HTTP/1.1 ".utf8), "an answer is HTTP")
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    /// A connection to routes that answer at once: no other thread has a part in it.
    private static func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let (loop, options) = (channel.embeddedEventLoop, ServerOptions())
        let acceptor = Acceptor(
            server: ServerContext(
                options: options,
                router: router,
                startSpan: nil,
                observe: { _ in },
                places: Places(PlaceLimits(total: 10, perNetwork: 10)),
                isTrustedProxy: { _ in false },
                metrics: ServerMetrics(factory: NOOPMetricsHandler.instance),
                onTrouble: { _ in }
            ),
            loops: [ObjectIdentifier(loop): .init(LoopContext(eventLoop: loop, options: options), eventLoop: loop)],
            certificates: nil
        )
        try acceptor.accept(channel)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        return channel
    }

    private static let router = Router([
        .on(.GET, "/") { _ in Response(.ok, body: ByteBuffer(string: "hello")) },
        .on(.POST, "/", maximumBodyBytes: 64) { _ in Response(.ok) },
        .webSocket("/ws") { _ in
            .accept { live in live.channel.writeAndFlush(WebSocketFrame.text(ByteBuffer(string: "{}")), promise: nil) }
        },
        .eventStream("/events") { _ in
            .accept { live in live.channel.writeAndFlush(ByteBuffer(string: ":\n\n"), promise: nil) }
        },
    ])
}
