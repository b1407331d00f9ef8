package import Board
package import NIOCore

/// The ways to a viewer, each with its number: what is kept for each of them lies at `rawValue`.
package enum Transport: Int, CaseIterable, Sendable {
    case webSocket, eventStream
    /// By WebSocket, compressed where that pays.
    case deflatedWebSocket

    /// The label in the metrics.
    var name: String {
        switch self {
        case .webSocket: "websocket"
        case .eventStream: "sse"
        case .deflatedWebSocket: "websocket_deflate"
        }
    }
}

/// What a message looks like on the wire of one transport, and how its connections end. Raw bytes go to the channel.
package struct Framing: Sendable {
    /// The bytes for a message that brings its reader to `cursor`. Called once for all subscribers, on any loop.
    package let frame: @Sendable (_ message: ByteBuffer, _ cursor: Cursor) -> ByteBuffer
    /// Ends the connection, telling the peer why. Called on the channel's loop.
    package let end: @Sendable (_ channel: any Channel, _ reason: EndReason) -> Void

    package init(
        frame: @escaping @Sendable (_ message: ByteBuffer, _ cursor: Cursor) -> ByteBuffer,
        end: @escaping @Sendable (_ channel: any Channel, _ reason: EndReason) -> Void
    ) {
        self.frame = frame
        self.end = end
    }
}

/// The framing of every transport. A broadcaster is made with it, and whatever encodes holds it from the beginning.
package struct Framings: Sendable {
    private let webSocket: Framing
    private let deflatedWebSocket: Framing
    private let eventStream: Framing

    package init(webSocket: Framing, deflatedWebSocket: Framing, eventStream: Framing) {
        self.webSocket = webSocket
        self.deflatedWebSocket = deflatedWebSocket
        self.eventStream = eventStream
    }

    subscript(transport: Transport) -> Framing {
        switch transport {
        case .webSocket: webSocket
        case .eventStream: eventStream
        case .deflatedWebSocket: deflatedWebSocket
        }
    }
}

/// Why the broadcaster ends a connection.
package enum EndReason: Sendable, CaseIterable {
    /// It did not drain its backlog in time.
    case tooSlow
    /// There is no such board any more, or not for the viewer.
    case boardGone
    /// The board is there, but has no such window any more.
    case windowGone
    /// The board has become private, and nobody knows who the viewer is.
    case tokenNeeded
    /// The board is private, and the viewer's token has ended.
    case tokenExpired
}
