package import NIOCore

/// Frames as a server sends them: unmasked, in one piece, so that all subscribers can share the bytes (RFC 6455, section 5).
package enum WebSocketFrame {
    package static func text(_ payload: ByteBuffer) -> ByteBuffer {
        encode(opcode: 0x1, payload)
    }

    /// - Parameter payload: compressed (RFC 7692, section 7.2.1), for who has agreed to that.
    static func deflatedText(_ payload: ByteBuffer) -> ByteBuffer {
        encode(opcode: firstReserved | 0x1, payload)
    }

    /// Says of the first frame of a message that it is compressed (RFC 7692, section 6).
    static let firstReserved: UInt8 = 0x40

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
        var frame = ByteBufferAllocator().buffer(capacity: payload.readableBytes + longestHead)
        frame.writeHead(0x80 | opcode, payloadBytes: payload.readableBytes)
        frame.writeImmutableBuffer(payload)
        return frame
    }

    fileprivate static let longestHead = 10
}

extension ByteBuffer {
    mutating func writeHead(_ first: UInt8, payloadBytes length: Int) {
        writeInteger(first)
        switch length {
        case 0...125:
            writeInteger(UInt8(length))
        case 126...65535:
            writeInteger(UInt8(126))
            writeInteger(UInt16(length))
        default:
            writeInteger(UInt8(127))
            writeInteger(UInt64(length))
        }
    }
}
