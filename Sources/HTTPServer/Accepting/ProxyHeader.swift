import NIOCore

/// What a load balancer says of a connection before its first byte: the PROXY protocol, version 1 or 2
/// (haproxy.org/download/3.0/doc/proxy-protocol.txt). No I/O: bytes in, header out.
enum ProxyHeader: Equatable {
    /// The client's own address.
    case client(SocketAddress)
    /// The balancer speaks for itself (a health check), or does not know the client.
    case balancer

    struct Malformed: Error {}

    /// The longest header of version 1 (section 2.1), and what version 2 may take with its TLVs: 216 bytes of addresses and
    /// what the balancers of this world add.
    private static let maximumTextBytes = 107
    private static let maximumBinaryBytes = 2048

    private static let textStart = Array("PROXY ".utf8)
    private static let binaryStart: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

    /// Takes the header from the front of the bytes; nil when some of it is still to come.
    static func take(from bytes: inout ByteBuffer) throws(Malformed) -> ProxyHeader? {
        let view = bytes.readableBytesView
        if begins(view, with: textStart) { return try takeText(from: &bytes) }
        if begins(view, with: binaryStart) { return try takeBinary(from: &bytes) }
        throw Malformed()
    }

    /// As far as there are bytes.
    private static func begins(_ bytes: ByteBufferView, with start: [UInt8]) -> Bool {
        zip(bytes, start).allSatisfy { $0 == $1 }
    }

    // MARK: Version 1

    /// `PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n`
    private static func takeText(from bytes: inout ByteBuffer) throws(Malformed) -> ProxyHeader? {
        let window = bytes.readableBytesView.prefix(maximumTextBytes)
        guard let end = window.firstIndex(of: UInt8(ascii: "\n")) else {
            guard window.count < maximumTextBytes else { throw Malformed() }
            return nil
        }
        guard var line = bytes.readString(length: end - window.startIndex + 1), line.hasSuffix("\r\n"),
            line.utf8.allSatisfy({ $0 < 0x7F })
        else { throw Malformed() }
        line.removeLast()
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count > 1 else { throw Malformed() }
        // Of an unknown client the rest of the line is not looked at (section 2.1).
        if words[1] == "UNKNOWN" { return .balancer }
        guard words.count == 6, let family = Family(rawValue: words[1]), port(words[5]) != nil,
            let port = port(words[4]),
            let source = try? SocketAddress(ipAddress: String(words[2]), port: port),
            let destination = try? SocketAddress(ipAddress: String(words[3]), port: port),
            Family(source) == family, Family(destination) == family
        else { throw Malformed() }
        return .client(source)
    }

    private enum Family: Substring {
        case v4 = "TCP4"
        case v6 = "TCP6"

        init?(_ address: SocketAddress) {
            switch address {
            case .v4: self = .v4
            case .v6: self = .v6
            case .unixDomainSocket: return nil
            }
        }
    }

    /// 0 to 65535 in digits, without leading zeros.
    private static func port(_ text: Substring) -> Int? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text == "0" || text.utf8.first != 0x30
        else { return nil }
        return UInt16(text).map(Int.init)
    }

    // MARK: Version 2

    private static func takeBinary(from bytes: inout ByteBuffer) throws(Malformed) -> ProxyHeader? {
        var rest = bytes
        rest.moveReaderIndex(forwardBy: min(binaryStart.count, rest.readableBytes))
        // Version and command, then family and protocol, then the length of what follows.
        guard let command: UInt8 = rest.readInteger() else { return nil }
        guard command == 0x20 || command == 0x21 else { throw Malformed() }
        guard let family: UInt8 = rest.readInteger() else { return nil }
        let addressBytes: Int
        switch family {
        case 0x11, 0x12: addressBytes = 4
        case 0x21, 0x22: addressBytes = 16
        // Unspecified, and Unix sockets: no address that we can use.
        case 0x00, 0x31, 0x32: addressBytes = 0
        default: throw Malformed()
        }
        guard let length: UInt16 = rest.readInteger() else { return nil }
        guard Int(length) <= maximumBinaryBytes - 16 else { throw Malformed() }
        guard var body = rest.readSlice(length: Int(length)) else { return nil }
        bytes = rest
        // LOCAL: whatever addresses there are do not count.
        guard command == 0x21, addressBytes > 0 else { return .balancer }
        guard let source = body.readSlice(length: addressBytes), body.readSlice(length: addressBytes) != nil,
            let port: UInt16 = body.readInteger(), body.readInteger(as: UInt16.self) != nil, areVectors(body),
            let address = try? SocketAddress(packedIPAddress: source, port: Int(port))
        else { throw Malformed() }
        return .client(address)
    }

    /// Type, length and value, one after the other (section 2.2); what they say does not concern us.
    private static func areVectors(_ bytes: ByteBuffer) -> Bool {
        var rest = bytes
        while rest.readableBytes > 0 {
            guard rest.readInteger(as: UInt8.self) != nil, rest.readLengthPrefixedSlice(as: UInt16.self) != nil else {
                return false
            }
        }
        return true
    }
}
