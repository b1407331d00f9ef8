import LiveSockets
import NIOCore
import NIOHTTP1
import Text

/// Turns an HTTP connection into a live one: once its head is out, a handler of the new protocol joins the pipeline.
enum LiveUpgrade {
    case webSocket(WebSocketHandshake)
    case eventStream

    var status: HTTPResponseStatus {
        if case .webSocket = self { .switchingProtocols } else { .ok }
    }

    /// - Parameter direct: the short way of the HTTP connection, if it has one.
    func perform(
        on context: ChannelHandlerContext,
        direct: DirectSocket?,
        loop: LoopContext,
        options: ServerOptions
    ) -> LiveChannel {
        let channel = context.channel
        let pipeline = channel.pipeline.syncOperations
        var webSocket: WebSocketConnection?
        do {
            switch self {
            case .webSocket(let handshake):
                let maximum = options.maximumWebSocketMessageBytes
                let connection = WebSocketConnection(
                    maximumMessageBytes: maximum,
                    isDeflated: handshake.isDeflated,
                    loop: loop,
                    direct: direct
                )
                try pipeline.addHandler(connection)
                webSocket = connection
            case .eventStream:
                try pipeline.addHandler(EventStreamConnection(loop: loop, direct: direct))
                giveUpOnSilence(of: channel, after: options.heartbeatInterval * 3)
                channel.writeAndFlush(ServerSentEvent.retry(milliseconds: .random(in: 1000...3000)), promise: nil)
            }
            if options.tls == nil { try channel.syncOptions?.setOption(.recvAllocator, value: ViewerBuffers()) }
        } catch {
            channel.close(promise: nil)
        }
        return LiveChannel(channel: channel, direct: direct, webSocket: webSocket, isDeflated: isDeflated)
    }

    private var isDeflated: Bool { if case .webSocket(let handshake) = self { handshake.isDeflated } else { false } }

    /// The peer of an event stream never speaks, so TCP has to find a dead one: by heartbeats that are not acknowledged
    /// (`TCP_USER_TIMEOUT`, RFC 5482).
    private func giveUpOnSilence(of channel: any Channel, after limit: Duration) {
        let option = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: 18))
        try? channel.syncOptions?.setOption(option, value: .init(clamping: Int(clamping: limit / .milliseconds(1))))
    }

    func head(requestID: String, date: String) -> ByteBuffer {
        let own =
            switch self {
            case .webSocket(let handshake):
                "101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: \(handshake.accept)\r\n"
                    + (handshake.subprotocol.map { "Sec-WebSocket-Protocol: \($0)\r\n" } ?? "")
                    + (handshake.isDeflated ? "Sec-WebSocket-Extensions: \(DeflateOffer.accepted)\r\n" : "")
            case .eventStream:
                "200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
                    + "Access-Control-Allow-Origin: *\r\nConnection: close\r\n"
            }
        return ByteBuffer(string: "HTTP/1.1 \(own)\(date)X-Request-Id: \(requestID)\r\n\r\n")
    }
}
