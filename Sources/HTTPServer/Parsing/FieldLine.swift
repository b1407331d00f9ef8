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

extension Span<UInt8> {
    func equals(_ range: Range<Int>, _ text: StaticString) -> Bool {
        equals(range, text, ignoring: 0)
    }

    /// The names of headers, and most tokens in their values, do not depend on case (RFC 9110, section 5.1). No allocation.
    /// - Parameter name: of letters, digits and hyphens. The bit that tells the cases apart is set in the latter, too.
    @inline(__always)
    func isName(_ range: Range<Int>, _ name: StaticString) -> Bool {
        range.count == name.utf8CodeUnitCount && equals(range, name, ignoring: 0x20)
    }

    private func equals(_ range: Range<Int>, _ text: StaticString, ignoring bit: UInt8) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        // SAFETY: a literal's bytes live as long as the program, and the buffer has their count.
        let text = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        for index in 0..<text.count where unsafe self[range.lowerBound + index] | bit != text[index] | bit {
            return false
        }
        return true
    }

    /// Whether a list of tokens, separated by commas, has this one (RFC 9110, section 5.6.1).
    func lists(_ token: StaticString, in range: Range<Int>) -> Bool {
        var index = range.lowerBound
        while index <= range.upperBound {
            var end = index
            while end < range.upperBound, self[end] != UInt8(ascii: ",") { end += 1 }
            if isName(withoutBlanks(index..<end), token) { return true }
            index = end + 1
        }
        return false
    }

    /// Without the optional white space around it (RFC 9110, section 5.6.3).
    func withoutBlanks(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start] == UInt8(ascii: " ") || self[start] == UInt8(ascii: "\t") { start += 1 }
        while start < end, self[end - 1] == UInt8(ascii: " ") || self[end - 1] == UInt8(ascii: "\t") { end -= 1 }
        return start..<end
    }
}
