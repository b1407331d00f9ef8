import NIOCore

@testable import HTTPServer
@testable import LeaderboardCommand

extension FuzzTarget {
    static let frame = FuzzTarget(
        "frame",
        "frames of a server, as load and watch read them, in any pieces",
        dictionary: "frames",
        maximumBytes: 2048
    ) { input in
        let whole = Reading([input.bytes[...]])
        promise(Reading(input.pieces) == whole, "the same frames, however the bytes come")
        for frame in whole.frames {
            guard let answer = frame.answer else { continue }
            promise(answer.readableBytes == 6 + min(frame.payload.readableBytes, 125), "an answer has the payload")
            var server = WebSocketReader(maximumMessageBytes: 1024)
            server.feed(answer)
            if case .ping? = try? server.next() { promise(false, "a ping is answered by a pong") }
        }
    }
}

private struct Reading: Equatable {
    var frames: [ServerFrame] = []
    var isViolation = false

    init(_ pieces: [ArraySlice<UInt8>]) {
        var reader = ServerFrames()
        do {
            for piece in pieces { try reader.take(ByteBuffer(bytes: piece)) { frames.append($0) } }
        } catch {
            isViolation = true
        }
    }
}
