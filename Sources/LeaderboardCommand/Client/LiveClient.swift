import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// One WebSocket to `GET /api/v1/scoreboard/live`.
enum LiveClient {
    enum Failure: Error, CustomStringConvertible {
        case refused(status: UInt)
        case noAnswer

        var description: String {
            switch self {
            case .refused(let status): "the service refused the WebSocket with status \(status)"
            case .noAnswer: "the service did not answer the upgrade"
            }
        }
    }

    /// Connects and upgrades; from then on `onMessage` gets each text message on the channel's event loop.
    /// - Returns: the open channel; its `closeFuture` tells the end.
    static func connect(
        to service: ServiceURL,
        path: String,
        on eventLoop: any EventLoop,
        onMessage: @escaping @Sendable (ByteBuffer) -> Void
    ) async throws -> any Channel {
        let upgraded = eventLoop.makePromise(of: Void.self)
        let tls = service.isSecure ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        do {
            let channel = try await ClientBootstrap(group: eventLoop)
                .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
                .connectTimeout(.seconds(5))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if let tls {
                            let name = service.host.contains(":") ? nil : service.host
                            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
                        }
                        let upgrader = NIOWebSocketClientUpgrader(automaticErrorHandling: false) { channel, _ in
                            channel.eventLoop.makeCompletedFuture {
                                try LiveMessages.replaceDecoder(of: channel, onMessage: onMessage)
                                upgraded.succeed()
                            }
                        }
                        let request = UpgradeRequest(authority: service.authority, path: path, upgraded: upgraded)
                        // The snapshot often comes in one packet with the end of the handshake.
                        try pipeline.addHTTPClientHandlers(
                            leftOverBytesStrategy: .forwardBytes,
                            withClientUpgrade: (
                                upgraders: [upgrader],
                                completionHandler: { context in
                                    let pipeline = context.pipeline.syncOperations
                                    guard let request = try? pipeline.handler(type: UpgradeRequest.self) else { return }
                                    pipeline.removeHandler(request, promise: nil)
                                }
                            )
                        )
                        try pipeline.addHandler(request)
                    }
                }
                .connect(host: service.host, port: service.port)
                .get()
            eventLoop.scheduleTask(in: .seconds(10)) { upgraded.fail(Failure.noAnswer) }
            do { try await upgraded.futureResult.get() } catch {
                channel.close(promise: nil)
                throw error
            }
            return channel
        } catch {
            upgraded.fail(error)
            throw error
        }
    }
}

/// Sends the upgrade request once connected, and reads a refusal.
private final class UpgradeRequest: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let authority: String
    private let path: String
    private let upgraded: EventLoopPromise<Void>

    init(authority: String, path: String, upgraded: EventLoopPromise<Void>) {
        self.authority = authority
        self.path = path
        self.upgraded = upgraded
    }

    func channelActive(context: ChannelHandlerContext) {
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: ["Host": authority])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return }
        upgraded.fail(LiveClient.Failure.refused(status: head.status.code))
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        upgraded.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        upgraded.fail(LiveClient.Failure.noAnswer)
    }
}

/// Hands on each text message, answers pings, and closes when the service does.
private final class LiveMessages: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = WebSocketFrame

    private let onMessage: @Sendable (ByteBuffer) -> Void
    /// The beginning of a frame that is not whole yet.
    private var rest: ByteBuffer?

    private init(onMessage: @escaping @Sendable (ByteBuffer) -> Void) {
        self.onMessage = onMessage
    }

    /// Takes the place of the decoder that the upgrade has put into the pipeline, which gets nothing any more.
    static func replaceDecoder(of channel: any Channel, onMessage: @escaping @Sendable (ByteBuffer) -> Void) throws {
        let pipeline = channel.pipeline.syncOperations
        let decoder = try pipeline.handler(type: ByteToMessageHandler<WebSocketFrameDecoder>.self)
        try pipeline.addHandler(LiveMessages(onMessage: onMessage), position: .before(decoder))
        pipeline.removeHandler(decoder, promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if var rest {
            self.rest = nil
            rest.writeImmutableBuffer(bytes)
            bytes = rest
        }
        do {
            while let frame = try ServerFrame.take(from: &bytes) { take(frame, context: context) }
            if bytes.readableBytes > 0 { rest = bytes }
        } catch {
            context.close(promise: nil)
        }
    }

    private func take(_ frame: ServerFrame, context: ChannelHandlerContext) {
        switch frame.opcode {
        case .text: onMessage(frame.payload)
        case .ping: answer(.pong, frame, context: context)
        case .connectionClose:
            answer(.connectionClose, frame, context: context)
            context.close(promise: nil)
        default: break
        }
    }

    private func answer(_ opcode: WebSocketOpcode, _ frame: ServerFrame, context: ChannelHandlerContext) {
        let reply = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: frame.payload)
        context.writeAndFlush(wrapOutboundOut(reply), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error _: any Error) {
        context.close(promise: nil)
    }
}
