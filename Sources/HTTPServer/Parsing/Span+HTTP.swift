import Text

/// What a message's syntax asks of its bytes, in place.
extension Span<UInt8> {
    package func equals(_ range: Range<Int>, _ text: StaticString) -> Bool {
        equals(range, text, ignoring: 0)
    }

    /// The names of headers, and most tokens in their values, do not depend on case (RFC 9110, section 5.1). No allocation.
    /// - Parameter name: of letters, digits, hyphens and blanks. The bit that tells the cases apart is set in the others, too.
    @inline(__always)
    package func isName(_ range: Range<Int>, _ name: StaticString) -> Bool {
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

    /// `token` of RFC 9110, section 5.6.2.
    func isToken(_ range: Range<Int>) -> Bool {
        for index in range where !isTokenByte(index) { return false }
        return !range.isEmpty
    }

    /// `tchar`, as one bit for each of the ASCII characters.
    @inline(__always)
    func isTokenByte(_ index: Int) -> Bool {
        let byte = self[index]
        let half: UInt64 = byte < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
        return byte < 128 && half &>> UInt64(byte & 63) & 1 == 1
    }

    /// From the range's beginning to the next blank.
    func word(in range: Range<Int>) -> Range<Int> {
        var end = range.lowerBound
        while end < range.upperBound, self[end] != UInt8(ascii: " ") { end += 1 }
        return range.lowerBound..<end
    }

    /// Without the one blank, if any, with which the range begins.
    func afterBlank(_ range: Range<Int>) -> Range<Int> {
        guard range.lowerBound < range.upperBound, self[range.lowerBound] == UInt8(ascii: " ") else { return range }
        return (range.lowerBound + 1)..<range.upperBound
    }

    func digit(_ index: Int) -> Int? {
        let byte = self[index]
        return byte.isDigit ? Int(byte - UInt8(ascii: "0")) : nil
    }

    /// Digits alone, at least one, that fit an integer.
    func decimal(_ range: Range<Int>) -> Int? {
        var number = 0
        for index in range {
            guard let digit = digit(index) else { return nil }
            let (product, isLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isLarger) = product.addingReportingOverflow(digit)
            guard !isLarge, !isLarger else { return nil }
            number = sum
        }
        return range.isEmpty ? nil : number
    }

    /// As text; what is no ASCII is replaced.
    func ascii(_ range: Range<Int>) -> String {
        // SAFETY: the bytes are only read, and only within the call.
        unsafe extracting(range).withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
