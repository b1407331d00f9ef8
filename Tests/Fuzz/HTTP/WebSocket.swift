import NIOCore
import NIOWebSocket

@testable import HTTPServer
@testable import LeaderboardCommand

extension FuzzTarget {
    static let webSocket = FuzzTarget(
        "websocket",
        "frames of a client, in any pieces",
        dictionary: "frames",
        maximumBytes: 2048
    ) { input in
        for isDeflated in [false, true] {
            let whole = Reading([input.bytes[...]], isDeflated: isDeflated)
            promise(Reading(input.pieces, isDeflated: isDeflated) == whole, "the same events, however the bytes come")
            check(whole)
        }
    }

    private static func check(_ whole: Reading) {
        for case .message(let text?) in whole.events {
            promise(text.readableBytes <= 1024, "a message has its length, whatever it was compressed to")
        }
        for case .ping(let payload) in whole.events {
            promise(payload.readableBytes <= 125, "a ping is short")
            var pong = WebSocketFrame.pong(payload)
            let read = try? ServerFrame.take(from: &pong)
            promise(read?.opcode == .pong && read?.payload == payload, "a pong says what the ping said")
        }
    }
}

private struct Reading: Equatable {
    var events: [WebSocketReader.Event] = []
    var violation: WebSocketReader.Violation?

    init(_ pieces: [ArraySlice<UInt8>], isDeflated: Bool) {
        var reader = WebSocketReader(maximumMessageBytes: 1024, isDeflated: isDeflated)
        do {
            for piece in pieces {
                reader.feed(ByteBuffer(bytes: piece))
                while let event = try reader.next() { events.append(event) }
            }
        } catch {
            violation = error
        }
    }
}
