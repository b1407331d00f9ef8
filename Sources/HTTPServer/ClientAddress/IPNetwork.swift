import Text

/// A network in CIDR notation (RFC 4632, RFC 4291): `10.0.0.0/8`, `2001:db8::/32`, or one address.
package struct IPNetwork: Hashable, Sendable {
    private let base: IPAddress
    /// Of the address as an IPv6 one: 104 for `10.0.0.0/8`.
    private let prefixLength: Int

    /// Nil as well where bits behind the prefix are set: `10.0.0.1/8` is a slip, and only its writer knows which.
    package init?(_ text: String) {
        let (address, prefix) = text.cut(at: "/")
        guard let base = IPAddress(address) else { return nil }
        let width = base.isIPv4 && !address.utf8.contains(UInt8(ascii: ":")) ? 32 : 128
        var length = width
        if let prefix {
            guard let given = IPAddress.decimal(prefix.utf8, maximumDigits: 3), given <= width else { return nil }
            length = given
        }
        self.init(base, prefixLength: 128 - width + length)
        guard self.base == base else { return nil }
    }

    /// The network of this prefix that an address is in.
    package init(_ address: IPAddress, prefixLength: Int) {
        self.prefixLength = prefixLength
        base = IPAddress(bits: (address.bits >> (128 - prefixLength)) << (128 - prefixLength))
    }

    /// The address, where the network is of one.
    var only: IPAddress? { prefixLength == 128 ? base : nil }

    /// `::/0` holds every IPv6 address, and no IPv4 one.
    package func contains(_ address: IPAddress) -> Bool {
        (address.bits ^ base.bits) >> (128 - prefixLength) == 0 && (address.isIPv4 == base.isIPv4 || prefixLength >= 96)
    }
}

extension IPNetwork: CustomStringConvertible {
    package var description: String { "\(base)/\(base.isIPv4 ? prefixLength - 96 : prefixLength)" }
}
