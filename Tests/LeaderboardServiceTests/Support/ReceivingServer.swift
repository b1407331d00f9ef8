import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// What a service calls, as a test needs it: keeps each request, and answers as it is told, the last reply again and again.
final class ReceivingServer: Sendable {
    enum Reply: Sendable {
        case status(UInt, HTTPHeaders = [:], body: String = "")
        case hangs
        /// 200, and a body without end: as fast as it is read, or a byte now and then.
        case endless
        case trickling
    }

    struct Received: Sendable {
        let path: String
        let headers: HTTPHeaders
        let body: Data

        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:] }
    }

    /// Shared with the connections.
    private final class State: Sendable {
        let state: Mutex<(replies: [Reply], received: [Received])>
        init(_ replies: [Reply]) { state = Mutex((replies, [])) }
    }

    let port: Int
    private let state: State
    private let listener: any Channel

    var url: String { "http://127.0.0.1:\(port)" }
    var received: [Received] { state.state.withLock(\.received) }

    /// - Parameter replies: at least one.
    init(_ replies: [Reply]) async throws {
        let state = State(replies)
        self.state = state
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Taker(state))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    deinit { listener.close(promise: nil) }

    /// From now on.
    func answer(_ reply: Reply) {
        state.state.withLock { $0.replies = [reply] }
    }

    private final class Taker: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let state: State
        private var head: HTTPRequestHead?
        private var body = ByteBuffer()

        init(_ state: State) { self.state = state }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): (self.head, body) = (head, ByteBuffer())
            case .body(var part): body.writeBuffer(&part)
            case .end:
                guard let head else { return }
                let received = Received(path: head.uri, headers: head.headers, body: Data(body.readableBytesView))
                let reply = state.state.withLock { state in
                    state.received.append(received)
                    return state.replies.count > 1 ? state.replies.removeFirst() : state.replies[0]
                }
                answer(reply, context)
            }
        }

        private func answer(_ reply: Reply, _ context: ChannelHandlerContext) {
            switch reply {
            case .hangs: return
            case .status(let code, var headers, let text):
                headers.add(name: "Content-Length", value: "\(text.utf8.count)")
                let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: Int(code)), headers: headers)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .endless:
                context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok))), promise: nil)
                pour(4096, pause: .zero, context)
            case .trickling:
                context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok))), promise: nil)
                pour(1, pause: .milliseconds(20), context)
            }
        }

        /// So many bytes after each pause, until the other side is gone.
        private func pour(_ bytes: Int, pause: TimeAmount, _ context: ChannelHandlerContext) {
            guard context.channel.isActive else { return }
            let part = ByteBuffer(repeating: UInt8(ascii: "a"), count: bytes)
            let (bound, loop) = (NIOLoopBound((self, context), eventLoop: context.eventLoop), context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(part)))).whenSuccess {
                loop.scheduleTask(in: pause) { bound.value.0.pour(bytes, pause: pause, bound.value.1) }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
