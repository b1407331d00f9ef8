import NIOCore
import NIOWebSocket

/// A WebSocket frame as our service sends it: unmasked, in one piece (RFC 6455, section 5.2).
///
/// Read here and not by NIOWebSocket's decoder, so that the driver of a load costs less than what it measures.
struct ServerFrame: Equatable {
    /// What a frame may not be. Nothing after it can be read.
    struct Violation: Error, CustomStringConvertible {
        var description: String { "the service sent what is no WebSocket frame" }
    }

    let opcode: WebSocketOpcode
    let payload: ByteBuffer

    /// Takes the first frame off the bytes; nil when it is not whole yet.
    static func take(from bytes: inout ByteBuffer) throws(Violation) -> ServerFrame? {
        let start = bytes.readerIndex
        guard let first: UInt8 = bytes.getInteger(at: start), let second: UInt8 = bytes.getInteger(at: start + 1)
        else { return nil }
        guard first & 0xF0 == 0x80, second & 0x80 == 0,
            let opcode = WebSocketOpcode(encodedWebSocketOpcode: first & 0x0F)
        else {
            throw Violation()
        }
        var (headLength, length) = (2, Int(second))
        if length == 126 {
            guard let long: UInt16 = bytes.getInteger(at: start + 2) else { return nil }
            (headLength, length) = (4, Int(long))
        } else if length == 127 {
            guard let long: UInt64 = bytes.getInteger(at: start + 2) else { return nil }
            guard long < 1 << 30 else { throw Violation() }
            (headLength, length) = (10, Int(long))
        }
        guard let payload = bytes.getSlice(at: start + headLength, length: length) else { return nil }
        bytes.moveReaderIndex(forwardBy: headLength + length)
        return ServerFrame(opcode: opcode, payload: payload)
    }
}

extension ServerFrame {
    /// What a client owes the service for it: a pong or a close frame of its own, masked as a client's frames are (RFC 6455,
    /// sections 5.3 and 5.5). The payload of a control frame has 125 bytes at most; of a longer one it is cut.
    var answer: ByteBuffer? {
        let opcode: UInt8
        switch self.opcode {
        case .ping: opcode = 0xA
        case .connectionClose: opcode = 0x8
        default: return nil
        }
        let payload = payload.readableBytesView.prefix(125)
        let mask = (0..<4).map { _ in UInt8.random(in: .min ... .max) }
        var frame = ByteBuffer(bytes: [0x80 | opcode, 0x80 | UInt8(payload.count)] + mask)
        frame.writeBytes(zip(payload, 0...).map { byte, index in byte ^ mask[index & 3] })
        return frame
    }
}

/// The frames of one connection, out of bytes that come in any pieces.
struct ServerFrames {
    /// The beginning of a frame that is not whole yet.
    private var rest: ByteBuffer?

    /// Calls for each frame that is whole now, in order.
    mutating func take(_ bytes: ByteBuffer, _ body: (ServerFrame) -> Void) throws(ServerFrame.Violation) {
        var bytes = bytes
        if var rest {
            self.rest = nil
            rest.writeImmutableBuffer(bytes)
            bytes = rest
        }
        while let frame = try ServerFrame.take(from: &bytes) { body(frame) }
        // A copy: the bytes' own storage is the reader's, for its next read.
        if bytes.readableBytes > 0 { rest = ByteBuffer(buffer: bytes) }
    }
}
