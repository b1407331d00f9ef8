import Board
import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Text

extension Framings {
    static let live = Framings(
        webSocket: Framing(
            frame: { message, _ in WebSocketFrame.text(message) },
            end: { channel, reason in channel.triggerUserOutboundEvent(reason.close, promise: nil) }
        ),
        eventStream: Framing(
            frame: { message, cursor in ServerSentEvent.message(id: cursor.description, data: message) },
            end: { channel, reason in
                if let word = reason.word { channel.write(ServerSentEvent.end(word), promise: nil) }
                channel.triggerUserOutboundEvent(reason.close, promise: nil)
            }
        )
    )
}

extension EndReason {
    /// What a request would be refused with; nil where it would not be.
    fileprivate var word: Refusal? {
        switch self {
        case .tooSlow: nil
        case .boardGone: .boardNotFound
        case .windowGone: Refusal(reading: .unknownWindow)
        case .tokenNeeded: .missingToken
        case .tokenExpired: .invalidToken
        }
    }

    /// 1013 is "try again later" (IANA WebSocket Close Code Number Registry). Those from 4000 on are ours (RFC 6455, section 7.4.2):
    /// 4000 and the status that a request would be refused with.
    fileprivate var close: EndLive {
        guard let word else { return EndLive(code: 1013, reason: "too slow: come back later") }
        return EndLive(code: UInt16(clamping: 4000 + word.status.code), reason: word.code)
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
