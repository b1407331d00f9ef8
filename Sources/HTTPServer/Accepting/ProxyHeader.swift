import NIOCore

/// What a load balancer says of a connection before its first byte: the PROXY protocol, version 1 or 2
/// (haproxy.org/download/3.0/doc/proxy-protocol.txt). No I/O: bytes in, header out.
enum ProxyHeader: Equatable {
    /// The client's own address.
    case client(IPAddress)
    /// The balancer speaks for itself (a health check), or does not know the client.
    case balancer

    struct Malformed: Error {}

    /// The longest header of version 1 (section 2.1), and what version 2 may take with its TLVs: 216 bytes of addresses and
    /// what the balancers of this world add.
    private static let maximumTextBytes = 107
    private static let maximumBinaryBytes = 2048

    private static let textStart = Array("PROXY ".utf8)
    private static let unknownStart = Array("PROXY UNKNOWN ".utf8)
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

    /// `PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n`: of visible ASCII, one blank between two words.
    private static func takeText(from bytes: inout ByteBuffer) throws(Malformed) -> ProxyHeader? {
        let window = bytes.readableBytesView.prefix(maximumTextBytes)
        if window.starts(with: unknownStart) { return try skipUnknown(window, in: &bytes) }
        // The first byte that is none of a line's must begin its end.
        let line = window.prefix { (0x20...0x7E).contains($0) }
        let end = window.suffix(from: line.endIndex).prefix(2)
        guard end.elementsEqual("\r\n".utf8) else {
            guard "\r\n".utf8.starts(with: end), window.count < maximumTextBytes else { throw Malformed() }
            return nil
        }
        let header = try text(line)
        bytes.moveReaderIndex(to: end.endIndex)
        return header
    }

    /// Of an unknown client nothing up to CR LF is looked at (section 2.1), whatever it is.
    private static func skipUnknown(_ window: ByteBufferView, in bytes: inout ByteBuffer) throws(Malformed)
        -> ProxyHeader?
    {
        guard let end = window.firstRange(of: Array("\r\n".utf8)) else {
            guard window.count < maximumTextBytes else { throw Malformed() }
            return nil
        }
        bytes.moveReaderIndex(to: end.upperBound)
        return .balancer
    }

    private static func text(_ line: ByteBufferView) throws(Malformed) -> ProxyHeader {
        var words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }[...]
        guard words.popFirst() == "PROXY", let protocolName = words.popFirst() else { throw Malformed() }
        if protocolName == "UNKNOWN", words.isEmpty { return .balancer }
        guard words.count == 4, let source = words.popFirst(), let destination = words.popFirst(),
            words.allSatisfy(isPort), let client = address(source, protocolName),
            address(destination, protocolName) != nil
        else { throw Malformed() }
        return .client(client)
    }

    /// As the protocol's family is written: no zone, no other notation.
    private static func address(_ text: String, _ protocolName: String) -> IPAddress? {
        let isIPv6 = text.utf8.contains(UInt8(ascii: ":"))
        guard protocolName == (isIPv6 ? "TCP6" : "TCP4") else { return nil }
        return IPAddress(text)
    }

    /// 0 to 65535 in digits, without leading zeros.
    private static func isPort(_ text: String) -> Bool {
        IPAddress.decimal(text.utf8, maximumDigits: 5).map { $0 <= 65_535 } ?? false
    }

    // MARK: Version 2

    private static func takeBinary(from bytes: inout ByteBuffer) throws(Malformed) -> ProxyHeader? {
        var rest = bytes
        rest.moveReaderIndex(forwardBy: min(binaryStart.count, rest.readableBytes))
        // Version and command, then family and protocol, then the length of what follows.
        guard let command: UInt8 = rest.readInteger() else { return nil }
        guard command == 0x20 || command == 0x21 else { throw Malformed() }
        let isLocal = command == 0x20
        guard let family: UInt8 = rest.readInteger() else { return nil }
        let addressBytes = Self.addressBytes(ofFamily: family)
        guard isLocal || addressBytes != nil else { throw Malformed() }
        guard let length: UInt16 = rest.readInteger() else { return nil }
        guard Int(length) <= maximumBinaryBytes - 16 else { throw Malformed() }
        guard var body = rest.readSlice(length: Int(length)) else { return nil }
        // LOCAL: whatever addresses there are do not count, nor do their family and what follows them.
        let header = isLocal ? .balancer : try address(&body, addressBytes ?? 0)
        bytes = rest
        return header
    }

    /// Of one of the two addresses; 0 where there is none that we could use. Nil for what the specification has not, and for
    /// datagrams, which no connection of ours is.
    private static func addressBytes(ofFamily family: UInt8) -> Int? {
        switch family {
        // TCP over IPv4 and IPv6; then a Unix socket, with a path each.
        case 0x11: 4
        case 0x21: 16
        case 0x31: 108
        case 0x00: 0
        default: nil
        }
    }

    private static func address(_ body: inout ByteBuffer, _ addressBytes: Int) throws(Malformed) -> ProxyHeader {
        guard addressBytes > 0 else { return .balancer }
        guard let source = body.readBytes(length: addressBytes), body.readSlice(length: addressBytes) != nil else {
            throw Malformed()
        }
        let isIP = addressBytes <= 16
        guard !isIP || body.readSlice(length: 4) != nil, areVectors(body) else { throw Malformed() }
        return isIP ? .client(IPAddress(packed: source)) : .balancer
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
