import NIOCore

/// Where a connection comes from.
struct RemoteAddress: Sendable, Equatable {
    /// Without the port. An IPv4 address that came over IPv6 (`::ffff:192.0.2.1`) is written as IPv4.
    let text: String
    /// What counts as one client: the IPv4 address, or the first 64 bits of the IPv6 address, for a household or a machine
    /// has a whole /64 of them (RFC 6177). No network of IPv6 is below 2^32, where those of IPv4 are.
    let network: UInt64

    init(_ address: SocketAddress?) {
        let text = address?.ipAddress ?? "unix"
        let isMapped = text.hasPrefix(Self.mappedPrefix) && text.contains(".")
        self.text = isMapped ? String(text.dropFirst(Self.mappedPrefix.count)) : text
        network = self.text.contains(":") ? Self.high(ofIPv6: self.text) : Self.number(ofIPv4: self.text)
    }

    private static let mappedPrefix = "::ffff:"

    private static func number(ofIPv4 text: String) -> UInt64 {
        text.split(separator: ".").reduce(0) { $0 << 8 | (UInt64($1) ?? 0) }
    }

    /// - Parameter text: as the kernel writes it (RFC 5952): `::` stands for the zeros once.
    private static func high(ofIPv6 text: String) -> UInt64 {
        let sides = text.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
            .map { $0.split(separator: ":").map { UInt64($0, radix: 16) ?? 0 } }
        let (left, right) = (sides[0], sides.count > 1 ? sides[1] : [])
        let zeros = Array(repeating: UInt64(0), count: max(0, 8 - left.count - right.count))
        return (left + zeros + right).prefix(4).reduce(0) { $0 << 16 | $1 }
    }
}
