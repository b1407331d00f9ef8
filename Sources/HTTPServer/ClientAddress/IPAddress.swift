import Text

/// An IPv4 or IPv6 address. An IPv4 address is kept as the IPv6 address that it is mapped to (RFC 4291, section 2.5.5.2),
/// so that `192.0.2.1` and `::ffff:192.0.2.1`, which a socket for both families shows, are one.
package struct IPAddress: Hashable, Sendable {
    package let bits: UInt128

    package var isIPv4: Bool { bits >> 32 == 0xFFFF }

    package init(bits: UInt128) {
        self.bits = bits
    }

    /// - Parameter packed: 4 bytes or 16, the highest first.
    init(packed: [UInt8]) {
        let bits = packed.reduce(0 as UInt128) { $0 << 8 | UInt128($1) }
        self.bits = packed.count == 4 ? 0xFFFF << 32 | bits : bits
    }

    /// Dotted decimal of four parts without leading zeros, or the text of RFC 4291, section 2.2, without a zone.
    package init?(_ text: some StringProtocol) {
        // The longest is an IPv6 address that ends in an IPv4 one.
        guard text.utf8.count <= 45 else { return nil }
        let isIPv6 = text.utf8.contains(UInt8(ascii: ":"))
        guard let bits = isIPv6 ? Self.ipv6(text.utf8) : Self.ipv4(text.utf8).map({ 0xFFFF << 32 | UInt128($0) }) else {
            return nil
        }
        self.bits = bits
    }

    private static func ipv4(_ text: some Collection<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard let number = decimal(part, maximumDigits: 3), let byte = UInt8(exactly: number) else { return nil }
            bits = bits << 8 | UInt32(byte)
        }
        return bits
    }

    private static func ipv6(_ text: some Collection<UInt8>) -> UInt128? {
        var parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)[...]
        guard parts.count >= 3 else { return nil }
        // An empty part is the gap `::`; at an end of the text the gap makes two of them.
        if parts[0].isEmpty {
            guard parts[1].isEmpty else { return nil }
            parts.removeFirst()
        }
        if parts.count > 1, parts.last?.isEmpty == true {
            guard parts[parts.endIndex - 2].isEmpty else { return nil }
            parts.removeLast()
        }
        var (bits, count): (UInt128, Int) = (0, 0)
        var countBeforeGap: Int?
        for (index, part) in zip(parts.indices, parts) {
            if part.isEmpty {
                guard countBeforeGap == nil else { return nil }
                countBeforeGap = count
            } else if index == parts.endIndex - 1, part.contains(UInt8(ascii: ".")) {
                guard let embedded = ipv4(part) else { return nil }
                bits = bits << 32 | UInt128(embedded)
                count += 2
            } else {
                guard let group = hexadecimal(part) else { return nil }
                bits = bits << 16 | UInt128(group)
                count += 1
            }
            guard count <= 8 else { return nil }
        }
        guard let countBeforeGap else { return count == 8 ? bits : nil }
        guard count <= 7 else { return nil }
        let bitsBehindGap = 16 * (count - countBeforeGap)
        let before = bits >> bitsBehindGap
        return before << (16 * (8 - countBeforeGap)) | (bits ^ before << bitsBehindGap)
    }

    private static func hexadecimal(_ digits: some Collection<UInt8>) -> UInt16? {
        guard (1...4).contains(digits.count) else { return nil }
        var number: UInt16 = 0
        for digit in digits {
            guard let value = digit.hexadecimalValue else { return nil }
            number = number << 4 | UInt16(value)
        }
        return number
    }

    /// The IPv4 address in one that a translator or a tunnel made of it: `64:ff9b::/96` (RFC 6052), behind which all of IPv4
    /// may come, and `2002::/16` (RFC 3056), where one IPv4 address has 65,536 networks.
    package var embeddedIPv4: IPAddress? {
        if bits >> 32 == 0x0064_FF9B << 64 { return IPAddress(bits: 0xFFFF << 32 | bits & 0xFFFF_FFFF) }
        if bits >> 112 == 0x2002 { return IPAddress(bits: 0xFFFF << 32 | (bits >> 80) & 0xFFFF_FFFF) }
        return nil
    }

    /// A decimal number as it is written canonically: digits alone, no leading zero.
    package static func decimal(_ digits: some Collection<UInt8>, maximumDigits: Int) -> Int? {
        guard (1...maximumDigits).contains(digits.count), digits.first != UInt8(ascii: "0") || digits.count == 1 else {
            return nil
        }
        var number = 0
        for digit in digits {
            guard digit.isDigit else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }
}

extension IPAddress: CustomStringConvertible {
    /// The one canonical text: dotted decimal, or that of RFC 5952.
    package var description: String {
        if isIPv4 {
            return (0..<4).map { "\(UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0)))" }.joined(separator: ".")
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)) }
        let gap = Self.longestZeros(groups)
        let text = { (range: Range<Int>) in groups[range].map { String($0, radix: 16) }.joined(separator: ":") }
        return gap.count < 2 ? text(0..<8) : "\(text(0..<gap.lowerBound))::\(text(gap.upperBound..<8))"
    }

    /// The longest run of zero groups, the first of several that are equally long.
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for (index, group) in groups.enumerated() {
            if group != 0 { start = index + 1 }
            if index + 1 - start > longest.count { longest = start..<(index + 1) }
        }
        return longest
    }
}
