/// What a byte is in ASCII, whatever the locale.
extension UInt8 {
    @inlinable package var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    @inlinable package var isSmallLetter: Bool { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") }

    @inlinable package var isCapitalLetter: Bool { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") }

    /// Small or capital.
    @inlinable package var isLetter: Bool { (self | 0x20).isSmallLetter }

    @inlinable package var isLetterOrDigit: Bool { isLetter || isDigit }
}
