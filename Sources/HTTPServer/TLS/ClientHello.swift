import NIOCore

/// What the first message of a TLS client says of the protocols that it would speak on top of TLS (RFC 8446, section 4.1.2;
/// RFC 7301, section 3.1). No I/O: bytes in, an answer out.
///
/// It is read beside the TLS library, which cannot refuse a client for its protocols, and judges nothing else: what is no such
/// message is the library's to refuse.
enum ClientHello {
    enum Protocols: Equatable {
        /// Some of the message is still to come.
        case incomplete
        /// The client leaves it open, or this is no message of a client that could be read.
        case any
        case only([String])
    }

    /// The largest that is read: what the TLS library takes is no larger.
    private static let maximumBytes = 16_384

    private static let handshakeRecord: UInt8 = 22
    private static let clientHello: UInt8 = 1
    private static let protocolNegotiation: UInt16 = 16

    /// - Parameter bytes: from the connection's first on.
    static func protocols(in bytes: ByteBuffer) -> Protocols {
        var bytes = bytes
        var message = ByteBuffer()
        while true {
            // A message may be spread over several records (RFC 8446, section 5.1).
            guard let record = bytes.readInteger(as: UInt8.self) else { return .incomplete }
            guard record == handshakeRecord else { return .any }
            guard let version: UInt16 = bytes.readInteger() else { return .incomplete }
            guard version >> 8 == 3 else { return .any }
            guard let length: UInt16 = bytes.readInteger() else { return .incomplete }
            guard length > 0, message.readableBytes <= maximumBytes else { return .any }
            guard var fragment = bytes.readSlice(length: min(Int(length), bytes.readableBytes)) else { return .any }
            let isWhole = fragment.readableBytes == Int(length)
            message.writeBuffer(&fragment)
            var rest = message
            guard let type: UInt8 = rest.readInteger() else { return .incomplete }
            guard type == clientHello else { return .any }
            if let size = rest.readBytes(length: 3)?.reduce(0, { $0 << 8 | Int($1) }) {
                guard size <= maximumBytes else { return .any }
                if let hello = rest.readSlice(length: size) { return protocols(ofHello: hello) }
            }
            guard isWhole else { return .incomplete }
        }
    }

    private static func protocols(ofHello hello: ByteBuffer) -> Protocols {
        var hello = hello
        // Version and random; then the session, the ciphers and the compressions.
        guard hello.readSlice(length: 34) != nil, hello.readLengthPrefixedSlice(as: UInt8.self) != nil,
            hello.readLengthPrefixedSlice(as: UInt16.self) != nil, hello.readLengthPrefixedSlice(as: UInt8.self) != nil,
            var extensions = hello.readLengthPrefixedSlice(as: UInt16.self)
        else { return .any }
        while let type: UInt16 = extensions.readInteger() {
            guard var data = extensions.readLengthPrefixedSlice(as: UInt16.self) else { return .any }
            guard type == protocolNegotiation else { continue }
            guard let list = data.readLengthPrefixedSlice(as: UInt16.self) else { return .any }
            return names(in: list).map { .only($0) } ?? .any
        }
        return .any
    }

    private static func names(in list: ByteBuffer) -> [String]? {
        var (list, names): (ByteBuffer, [String]) = (list, [])
        while list.readableBytes > 0 {
            guard let name = list.readLengthPrefixedSlice(as: UInt8.self), name.readableBytes > 0 else { return nil }
            names.append(String(buffer: name))
        }
        return names.isEmpty ? nil : names
    }
}
