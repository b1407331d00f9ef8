import NIOCore
import NIOWebSocket

/// A WebSocket frame as our service sends it: unmasked, in one piece (RFC 6455, section 5.2).
///
/// Read here and not by NIOWebSocket's decoder, so that the driver of a load costs less than what it measures.
struct ServerFrame: Equatable {
    /// What a frame may not be. Nothing after it can be read.
    struct Violation: Error {}

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
