package import NIOCore

/// What the messages of one of several subscribers of a WebSocket begin with, so that its client knows whose they are: a message was encoded
/// for everybody, and each gets it with a beginning of its own.
///
/// The frames are copied, into one: a first fragment for the viewer and the shared bytes behind it (RFC 6455, section 5.4) would copy
/// nothing, but go out as two writes, or as one that gathers them; and what a write costs is the kernel's (nine tenths of a delivery).
package struct WebSocketMark: Sendable {
    /// Stands in the place of the `{` of a message.
    private let beginning: ByteBuffer
    /// Of one that is compressed it stands in the place of ``DeflatedText/beginning``.
    private let deflatedBeginning: ByteBuffer

    /// - Parameter member: the first member of each message, such as `"sub":"a"`.
    package init(member: String) {
        beginning = ByteBuffer(string: "{\(member),")
        deflatedBeginning = ByteBuffer(bytes: StoredBlock.bytes(Array("{\(member),".utf8)))
    }

    /// - Parameter frames: one or several text frames of ours, compressed or not, one after the other, each with a JSON object that has a
    ///   member.
    package func mark(_ frames: ByteBuffer) -> ByteBuffer {
        var rest = frames
        var marked = ByteBufferAllocator().buffer(capacity: frames.readableBytes + beginning.readableBytes + 8)
        while let (first, payload) = rest.readFrame() {
            let isDeflated = first & WebSocketFrame.firstReserved != 0
            let beginning = isDeflated ? deflatedBeginning : beginning
            let others = payload.dropping(min(isDeflated ? DeflatedText.beginning.count : 1, payload.readableBytes))
            marked.writeHead(first, payloadBytes: beginning.readableBytes + others.readableBytes)
            marked.writeImmutableBuffer(beginning)
            marked.writeImmutableBuffer(others)
        }
        return marked
    }
}

extension ByteBuffer {
    /// One frame as a server sends it. Nil: there is no more. They are our own bytes: what is none of them ends the frames.
    fileprivate mutating func readFrame() -> (first: UInt8, payload: ByteBuffer)? {
        guard let first: UInt8 = readInteger(), let second: UInt8 = readInteger() else { return nil }
        let length: Int
        switch second {
        case 126:
            guard let long: UInt16 = readInteger() else { return nil }
            length = Int(long)
        case 127:
            guard let long: UInt64 = readInteger() else { return nil }
            length = Int(clamping: long)
        default: length = Int(second)
        }
        guard length > 0, length <= readableBytes, let payload = readSlice(length: length) else { return nil }
        return (first, payload)
    }
}
