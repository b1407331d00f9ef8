import NIOCore

/// What a client sends on a WebSocket, read strictly (RFC 6455, section 5; RFC 7692, where it was agreed to). No I/O: bytes in, events out.
struct WebSocketReader {
    enum Event: Equatable {
        /// - Parameter text: valid UTF-8; nil: its bytes are no text.
        case message(text: ByteBuffer?)
        /// A part of a message, and not its last.
        case fragment
        case ping(ByteBuffer)
        case pong
        case close(code: UInt16?)
    }

    struct Violation: Error, Equatable {
        let code: UInt16
        let reason: String
    }

    /// Also of what a compressed message becomes.
    var maximumMessageBytes: Int
    /// Messages may be compressed.
    private let isDeflated: Bool
    private var buffer = ByteBuffer()
    private var message = ByteBuffer()
    /// The opcode of a message that has begun and not ended.
    private var openMessage: UInt8?
    private var openIsCompressed = false

    init(maximumMessageBytes: Int, isDeflated: Bool = false) {
        self.maximumMessageBytes = maximumMessageBytes
        self.isDeflated = isDeflated
    }

    /// Bytes of memory held.
    var capacity: Int { buffer.capacity + message.capacity }

    mutating func feed(_ bytes: ByteBuffer) {
        buffer.writeImmutableBuffer(bytes)
    }

    /// The next event; nil when more bytes are needed.
    mutating func next() throws(Violation) -> Event? {
        if let frame = try readFrame() { return try take(frame) }
        // A quiet connection holds no memory; one that always sends a frame and a half does not keep what is read.
        if buffer.readableBytes == 0 { buffer = ByteBuffer() } else { buffer.discardReadBytes() }
        return nil
    }

    private struct Frame {
        let isLast: Bool
        let isCompressed: Bool
        let opcode: UInt8
        let payload: ByteBuffer
    }

    private mutating func readFrame() throws(Violation) -> Frame? {
        let start = buffer.readerIndex
        guard let first: UInt8 = buffer.getInteger(at: start), let second: UInt8 = buffer.getInteger(at: start + 1)
        else {
            return nil
        }
        let (isLast, opcode) = (first & 0x80 != 0, first & 0x0F)
        // Of a message that may be compressed, its first frame tells whether it is (RFC 7692, section 6.2).
        let isCompressed =
            isDeflated && (opcode == 0x1 || opcode == 0x2) && first & 0x70 == WebSocketFrame.firstReserved
        guard first & 0x70 == 0 || isCompressed else { throw Violation(code: 1002, reason: "reserved bits are set") }
        guard second & 0x80 != 0 else { throw Violation(code: 1002, reason: "frames of a client must be masked") }
        guard [0x0, 0x1, 0x2, 0x8, 0x9, 0xA].contains(opcode) else {
            throw Violation(code: 1002, reason: "unknown opcode")
        }
        var headLength = 2
        var length = Int(second & 0x7F)
        if opcode >= 0x8, !isLast || length > 125 { throw Violation(code: 1002, reason: "bad control frame") }
        if length == 126 {
            guard let long: UInt16 = buffer.getInteger(at: start + 2) else { return nil }
            guard long > 125 else { throw Violation(code: 1002, reason: "length not minimal") }
            (length, headLength) = (Int(long), 4)
        } else if length == 127 {
            guard let long: UInt64 = buffer.getInteger(at: start + 2) else { return nil }
            guard long > 65535, long < 1 << 63 else { throw Violation(code: 1002, reason: "length not minimal") }
            (length, headLength) = (Int(long), 10)
        }
        // By subtraction: a peer may claim any length of 63 bits.
        guard opcode >= 0x8 || length <= maximumMessageBytes - message.readableBytes else {
            throw Violation(code: 1009, reason: "message too big")
        }
        guard buffer.readableBytes >= headLength + 4 + length,
            let mask = buffer.getBytes(at: start + headLength, length: 4),
            var payload = buffer.getSlice(at: start + headLength + 4, length: length)
        else { return nil }
        for index in 0..<length {
            let at = payload.readerIndex + index
            payload.setInteger((payload.getInteger(at: at) ?? 0) ^ mask[index & 3], at: at)
        }
        buffer.moveReaderIndex(forwardBy: headLength + 4 + length)
        return Frame(isLast: isLast, isCompressed: isCompressed, opcode: opcode, payload: payload)
    }

    private mutating func take(_ frame: Frame) throws(Violation) -> Event {
        switch frame.opcode {
        case 0x9: return .ping(frame.payload)
        case 0xA: return .pong
        case 0x8: return .close(code: try closeCode(frame.payload))
        case 0x0 where openMessage == nil: throw Violation(code: 1002, reason: "nothing to continue")
        case 0x1 where openMessage != nil, 0x2 where openMessage != nil:
            throw Violation(code: 1002, reason: "the message before is not ended")
        default: break
        }
        let opcode = openMessage ?? frame.opcode
        let isCompressed = openMessage == nil ? frame.isCompressed : openIsCompressed
        message.writeImmutableBuffer(frame.payload)
        guard frame.isLast else {
            (openMessage, openIsCompressed) = (opcode, isCompressed)
            return .fragment
        }
        openMessage = nil
        defer { message = ByteBuffer() }
        if isCompressed { message = try inflated(message) }
        guard opcode == 0x1 else { return .message(text: nil) }
        guard String(validating: message.readableBytesView, as: UTF8.self) != nil else {
            throw Violation(code: 1007, reason: "text is not UTF-8")
        }
        return .message(text: message)
    }

    private func inflated(_ message: ByteBuffer) throws(Violation) -> ByteBuffer {
        do { return try Inflation.message(message, maximumBytes: maximumMessageBytes) } catch {
            switch error {
            case .corrupt: throw Violation(code: 1007, reason: "message is not compressed as it says")
            case .tooLong: throw Violation(code: 1009, reason: "message too big")
            }
        }
    }

    private func closeCode(_ payload: ByteBuffer) throws(Violation) -> UInt16? {
        guard payload.readableBytes > 0 else { return nil }
        guard let code: UInt16 = payload.getInteger(at: payload.readerIndex) else {
            throw Violation(code: 1002, reason: "bad close frame")
        }
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: throw Violation(code: 1002, reason: "bad close code")
        }
        guard String(validating: payload.readableBytesView.dropFirst(2), as: UTF8.self) != nil else {
            throw Violation(code: 1007, reason: "close reason is not UTF-8")
        }
        return code
    }
}
