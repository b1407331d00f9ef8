import NIOCore
import NIOHTTP1

/// Turns an HTTP connection into a live one: its head goes out, the HTTP handlers leave the pipeline.
enum LiveUpgrade {
    case webSocket(WebSocketHandshake)
    case eventStream

    var status: HTTPResponseStatus {
        if case .webSocket = self { .switchingProtocols } else { .ok }
    }

    func perform(
        on context: ChannelHandlerContext,
        requestID: String,
        isHead: Bool,
        loop: LoopContext,
        server: ServerContext
    ) {
        let channel = context.channel
        let head = ByteBuffer(string: head(requestID: requestID))
        guard !isHead else {
            channel.writeAndFlush(head).whenComplete { _ in channel.close(promise: nil) }
            return
        }
        channel.writeAndFlush(head, promise: nil)
        let pipeline = channel.pipeline.syncOperations
        do {
            switch self {
            case .webSocket: try pipeline.addHandler(WebSocketConnection(options: server.options, loop: loop))
            case .eventStream:
                try pipeline.addHandler(EventStreamConnection(options: server.options, loop: loop))
                channel.writeAndFlush(ServerSentEvent.retry(milliseconds: .random(in: 1000...3000)), promise: nil)
            }
            pipeline.removeHandler(context: context, promise: nil)
            pipeline.removeHandler(
                context: try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self),
                promise: nil
            )
            pipeline.removeHandler(context: try pipeline.context(handlerType: FirstByte.self), promise: nil)
        } catch {
            channel.close(promise: nil)
        }
    }

    private func head(requestID: String) -> String {
        switch self {
        case .webSocket(let handshake):
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: \(handshake.accept)\r\nX-Request-Id: \(requestID)\r\n\r\n"
        case .eventStream:
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
                + "Access-Control-Allow-Origin: *\r\nX-Request-Id: \(requestID)\r\nConnection: close\r\n\r\n"
        }
    }
}
