extension UInt8 {
    /// `0` to `9` in ASCII.
    @inlinable package var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
}
