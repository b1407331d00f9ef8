import Board
import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Text

extension Framings {
    static let live = Framings(
        webSocket: Framing(frame: { message, _ in WebSocketFrame.text(message) }, end: endWebSocket),
        deflatedWebSocket: Framing(
            frame: { [text = DeflatedText()] message, _ in text.frame(message) },
            end: endWebSocket
        ),
        eventStream: Framing(
            frame: { message, cursor in ServerSentEvent.message(id: cursor.description, data: message) },
            end: { channel, reason in
                if let word = reason.word { channel.write(ServerSentEvent.end(word), promise: nil) }
                channel.triggerUserOutboundEvent(reason.close, promise: nil)
            }
        )
    )

    @Sendable private static func endWebSocket(_ channel: any Channel, _ reason: EndReason) {
        channel.triggerUserOutboundEvent(reason.close, promise: nil)
    }

    /// Ends a connection with what a request would be refused with from now on. On the channel's loop.
    static func end(_ channel: any Channel, _ transport: Transport, with refusal: Refusal) {
        if transport == .eventStream { channel.write(ServerSentEvent.end(refusal), promise: nil) }
        channel.triggerUserOutboundEvent(EndLive(refusal), promise: nil)
    }
}

extension EndLive {
    /// From 4000 on they are ours (RFC 6455, section 7.4.2): 4000 and the status that a request would be refused with.
    fileprivate init(_ refusal: Refusal) {
        self.init(code: UInt16(clamping: 4000 + refusal.status.code), reason: refusal.code)
    }
}

extension EndReason {
    /// What a request would be refused with; nil where it would not be.
    var word: Refusal? {
        switch self {
        case .tooSlow: nil
        case .boardGone: .boardNotFound
        case .windowGone: Refusal(reading: .unknownWindow)
        case .tokenNeeded: .missingToken
        case .tokenExpired: .invalidToken
        }
    }

    /// 1013 is "try again later" (IANA WebSocket Close Code Number Registry).
    var close: EndLive {
        word.map(EndLive.init) ?? EndLive(code: 1013, reason: "too slow: come back later")
    }
}

extension ServerSentEvent {
    /// Why the stream ends, as an event of its own name: who listens for messages only does not see it.
    fileprivate static func end(_ refusal: Refusal) -> ByteBuffer {
        var data = ByteBuffer(string: #"{"code":"\#(refusal.code)","message":"#)
        data.writeJSON(refusal.message)
        data.writeStaticString("}")
        return message(id: nil, named: "end", data: data)
    }
}
