package import NIOCore

/// Frames as a server sends them: unmasked, in one piece, so that all subscribers can share the bytes (RFC 6455, section 5).
package enum WebSocketFrame {
    package static func text(_ payload: ByteBuffer) -> ByteBuffer {
        encode(opcode: 0x1, payload)
    }

    package static func ping(_ payload: ByteBuffer = ByteBuffer()) -> ByteBuffer {
        encode(opcode: 0x9, payload)
    }

    static func pong(_ payload: ByteBuffer) -> ByteBuffer {
        encode(opcode: 0xA, payload)
    }

    /// - Parameter reason: at most 123 bytes of UTF-8; more is cut.
    package static func close(code: UInt16, reason: String) -> ByteBuffer {
        var payload = ByteBuffer()
        payload.writeInteger(code)
        var reason = reason[...]
        while reason.utf8.count > 123 { reason.removeLast() }
        payload.writeSubstring(reason)
        return encode(opcode: 0x8, payload)
    }

    private static func encode(opcode: UInt8, _ payload: ByteBuffer) -> ByteBuffer {
        let length = payload.readableBytes
        var frame = ByteBufferAllocator().buffer(capacity: length + 10)
        frame.writeInteger(0x80 | opcode)
        switch length {
        case 0...125:
            frame.writeInteger(UInt8(length))
        case 126...65535:
            frame.writeInteger(UInt8(126))
            frame.writeInteger(UInt16(length))
        default:
            frame.writeInteger(UInt8(127))
            frame.writeInteger(UInt64(length))
        }
        frame.writeImmutableBuffer(payload)
        return frame
    }
}
