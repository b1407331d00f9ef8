import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

@testable import LeaderboardService

/// An endpoint of a test: keeps what it is sent, and answers as it is told, the last reply again and again.
final class HookReceiver: Sendable {
    enum Reply: Sendable {
        case status(UInt, HTTPHeaders = [:])
        case hangs
        /// 200, and a body without end.
        case endless
    }

    struct Received: Sendable {
        let headers: HTTPHeaders
        let body: String
        var id: String { headers.first(name: "webhook-id") ?? "" }
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:] }
        var type: String { json["type"] as? String ?? "" }
        var data: [String: Any] { json["data"] as? [String: Any] ?? [:] }

        /// Whether one of its signatures is that of the secret.
        func isSigned(by secret: String) throws -> Bool {
            let time = Int(headers.first(name: "webhook-timestamp") ?? "") ?? 0
            let signature = try WebhookSecret(secret).signature(id: id, timestamp: time, body: body)
            return (headers.first(name: "webhook-signature") ?? "").split(separator: " ").contains(signature[...])
        }
    }

    private final class Box: Sendable {
        let state: Mutex<(replies: [Reply], received: [Received])>
        init(_ replies: [Reply]) { state = Mutex((replies, [])) }
    }

    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    let port: Int
    private let box: Box
    private let listener: any Channel

    var url: String { "http://127.0.0.1:\(port)/hook?key=1" }
    var received: [Received] { box.state.withLock(\.received) }

    init(_ replies: Reply...) async throws {
        let box = Box(replies)
        self.box = box
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

    /// As `WEBHOOKS_FILE` has it.
    func entry(_ more: String = "") -> String {
        #"{"url":"\#(url)","secret":"\#(Self.secret)"\#(more)}"#
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
                let received = Received(headers: head.headers, body: String(buffer: body))
                let reply = box.state.withLock { state in
                    state.received.append(received)
                    return state.replies.count > 1 ? state.replies.removeFirst() : state.replies[0]
                }
                answer(reply, context)
            }
        }

        private func answer(_ reply: Reply, _ context: ChannelHandlerContext) {
            switch reply {
            case .hangs: return
            case .status(let code, var headers):
                headers.add(name: "Content-Length", value: "0")
                let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: Int(code)), headers: headers)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .endless:
                context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok))), promise: nil)
                pour(context)
            }
        }

        /// Until the other side is gone.
        private func pour(_ context: ChannelHandlerContext) {
            guard context.channel.isActive else { return }
            let part = ByteBuffer(repeating: UInt8(ascii: "a"), count: 4096)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(part)))).whenSuccess {
                bound.value.0.pour(bound.value.1)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
