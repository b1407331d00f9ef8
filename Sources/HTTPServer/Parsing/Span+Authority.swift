import Text

/// Where a request goes: `Host`, and what an absolute target has in its place.
extension Span<UInt8> {
    /// `uri-host [ ":" port ]` (RFC 9110, section 7.2; RFC 3986, section 3.2.2): a name or an IPv4 address, or an IPv6 address in
    /// brackets. What could end an authority, or name a user in it, is refused, and so is a comma, behind which somebody might
    /// see another host. All of it may be empty, and so may what stands before or behind the colon.
    func isAuthority(_ range: Range<Int>) -> Bool {
        let end =
            range.lowerBound < range.upperBound && self[range.lowerBound] == UInt8(ascii: "[")
            ? endOfLiteral(range) : endOfName(range)
        guard let end else { return false }
        return end == range.upperBound || self[end] == UInt8(ascii: ":") && isPort((end + 1)..<range.upperBound)
    }

    /// `[2001:db8::1]`, without a zone, which means something to its sender only.
    private func endOfLiteral(_ range: Range<Int>) -> Int? {
        guard let end = range.first(where: { self[$0] == UInt8(ascii: "]") }) else { return nil }
        let text = ascii((range.lowerBound + 1)..<end)
        return text.utf8.contains(UInt8(ascii: ":")) && IPAddress(text) != nil ? end + 1 : nil
    }

    /// `reg-name`; nil where a percent sign is followed by other than two hexadecimal digits.
    private func endOfName(_ range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound, isNameByte(self[index]) {
            if self[index] == UInt8(ascii: "%") {
                guard range.upperBound - index > 2, UInt8(hexadecimal: self[index + 1], self[index + 2]) != nil else {
                    return nil
                }
            }
            index += 1
        }
        return index
    }

    @inline(__always)
    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case _ where byte.isLetterOrDigit: true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"),
            UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: "="):
            true
        default: false
        }
    }

    /// Digits, if any, up to 65535.
    private func isPort(_ range: Range<Int>) -> Bool {
        range.isEmpty || decimal(range).map { $0 <= 65_535 } ?? false
    }
}
