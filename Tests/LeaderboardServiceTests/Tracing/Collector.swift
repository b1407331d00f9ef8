import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A collector of OTLP over HTTP as a test needs it: keeps each request's head and body, and answers what it is told.
final class Collector: Sendable {
    struct Received: Sendable {
        let path: String
        let headers: HTTPHeaders
        let body: Data
    }

    private struct State {
        var received: [Received] = []
        var status = HTTPResponseStatus.ok
        var body = "{}"
    }

    let port: Int
    private let listener: any Channel
    private let state: Box

    /// The state is shared with the connections.
    private final class Box: Sendable {
        let state = Mutex(State())
    }

    var endpoint: String { "http://127.0.0.1:\(port)" }
    var received: [Received] { state.state.withLock(\.received) }

    init() async throws {
        let box = Box()
        state = box
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Taker(box))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    deinit { listener.close(promise: nil) }

    func answer(_ status: HTTPResponseStatus, _ body: String = "{}") {
        state.state.withLock { ($0.status, $0.body) = (status, body) }
    }

    /// All spans so far, as `JSONSerialization` reads them.
    func spans() throws -> [[String: Any]] {
        try received.flatMap { received -> [[String: Any]] in
            let object = try JSONSerialization.jsonObject(with: received.body) as? [String: Any]
            let resources = object?["resourceSpans"] as? [[String: Any]] ?? []
            let scopes = resources.flatMap { $0["scopeSpans"] as? [[String: Any]] ?? [] }
            return scopes.flatMap { $0["spans"] as? [[String: Any]] ?? [] }
        }
    }

    private final class Taker: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let box: Box
        private var head: HTTPRequestHead?
        private var body = ByteBuffer()

        init(_ box: Box) { self.box = box }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): (self.head, body) = (head, ByteBuffer())
            case .body(var part): body.writeBuffer(&part)
            case .end:
                guard let head else { return }
                let received = Received(path: head.uri, headers: head.headers, body: Data(body.readableBytesView))
                let (status, text) = box.state.withLock { state in
                    state.received.append(received)
                    return (state.status, state.body)
                }
                let headers: HTTPHeaders = ["Content-Length": "\(text.utf8.count)", "Content-Type": "application/json"]
                context.write(
                    wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
                    promise: nil
                )
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
