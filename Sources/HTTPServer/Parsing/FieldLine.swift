/// One header line: where its name and its value stand (RFC 9112, section 5).
struct FieldLine {
    let name: Range<Int>
    /// Without the blanks around it.
    let value: Range<Int>

    /// A line that begins with a blank, the continuation of another one (obs-fold), has no name and so is refused, as is a
    /// name with a blank behind it.
    init(_ line: Range<Int>, of bytes: Span<UInt8>) throws(RequestViolation) {
        var index = line.lowerBound
        while index < line.upperBound, bytes.isTokenByte(index) { index += 1 }
        guard index > line.lowerBound, index < line.upperBound, bytes[index] == UInt8(ascii: ":") else {
            throw .malformed
        }
        name = line.lowerBound..<index
        value = bytes.withoutBlanks((index + 1)..<line.upperBound)
    }
}
