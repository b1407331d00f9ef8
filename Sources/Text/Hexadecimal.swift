extension UInt8 {
    /// What a hexadecimal digit in ASCII stands for, in small or capital letters; nil for any other byte.
    @inlinable package var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self &- UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self &- UInt8(ascii: "a") &+ 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self &- UInt8(ascii: "A") &+ 10
        default: nil
        }
    }

    /// The byte that two digits stand for.
    @inlinable package init?(hexadecimal high: UInt8, _ low: UInt8) {
        guard let high = high.hexadecimalValue, let low = low.hexadecimalValue else { return nil }
        self = high << 4 | low
    }
}

extension UnsignedInteger where Self: FixedWidthInteger {
    /// In small letters, with zeros in front of it where it is shorter than `digits`.
    @inlinable package func hexadecimal(digits: Int) -> String {
        let text = String(self, radix: 16)
        return text.utf8.count < digits ? String(repeating: "0", count: digits - text.utf8.count) + text : text
    }
}

extension Sequence<UInt8> {
    /// Two digits a byte, in small letters.
    @inlinable package var hexadecimal: String {
        var text = ""
        for byte in self {
            if byte < 16 { text += "0" }
            text += String(byte, radix: 16)
        }
        return text
    }
}

extension Array<UInt8> {
    /// The bytes that as many pairs of digits stand for; nil of any other text.
    package init?(hexadecimal text: String) {
        let digits = text.utf8
        var rest = digits[...]
        self = []
        while let high = rest.popFirst() {
            guard let low = rest.popFirst(), let byte = UInt8(hexadecimal: high, low) else { return nil }
            append(byte)
        }
    }
}
