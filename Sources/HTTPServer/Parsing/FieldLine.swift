/// One header line: where its name and its value stand (RFC 9112, section 5).
struct FieldLine {
    let name: Range<Int>
    /// Without the blanks around it.
    let value: Range<Int>

    /// A line that begins with a blank, the continuation of another one (obs-fold), has no name and so is refused, as is a
    /// name with a blank behind it.
    init(_ line: Range<Int>, of bytes: Span<UInt8>) throws(RequestViolation) {
        var index = line.lowerBound
        while index < line.upperBound, Self.isTokenByte(bytes[index]) { index += 1 }
        guard index > line.lowerBound, index < line.upperBound, bytes[index] == UInt8(ascii: ":") else {
            throw .malformed
        }
        name = line.lowerBound..<index
        value = bytes.withoutBlanks((index + 1)..<line.upperBound)
    }

    /// `tchar` of RFC 9110, section 5.6.2, as one bit for each of the ASCII characters.
    @inline(__always)
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        let half: UInt64 = byte < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
        return byte < 128 && half &>> UInt64(byte & 63) & 1 == 1
    }
}
