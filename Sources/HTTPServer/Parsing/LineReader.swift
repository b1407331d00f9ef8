/// Finds the lines of a message: each ends in CR LF and holds no other control character than tabs (RFC 9112, section 2.2).
/// A bare CR or LF is refused at once, so that nobody sees another line than we do.
///
/// Positions count from the first byte of what is looked through, which stays the same until ``restart()``.
struct LineReader {
    /// Where the line begins that is looked for.
    private(set) var start = 0
    /// Up to here there is no line end: bytes that come one by one are not looked through again.
    private var scanned = 0

    /// The next line without its end; nil when more bytes are needed.
    /// - Parameters:
    ///   - maximumBytes: of all lines together, ends included.
    ///   - tooLong: thrown where they are more.
    mutating func next(
        in bytes: Span<UInt8>,
        maximumBytes: Int,
        orElse tooLong: @autoclosure () -> RequestViolation
    ) throws(RequestViolation) -> Range<Int>? {
        let end = min(bytes.count, maximumBytes)
        scanned = bytes.firstControl(in: scanned..<end)
        guard scanned + 1 < end else {
            guard scanned == end || bytes[scanned] == UInt8(ascii: "\r") else { throw .malformed }
            // No line end would fit any more.
            guard bytes.count < maximumBytes else { throw tooLong() }
            return nil
        }
        guard bytes[scanned] == UInt8(ascii: "\r"), bytes[scanned + 1] == UInt8(ascii: "\n") else { throw .malformed }
        defer {
            scanned += 2
            start = scanned
        }
        return start..<scanned
    }

    /// The bytes up to now are taken.
    mutating func restart() { self = LineReader() }
}

extension Span<UInt8> {
    /// The first control character but the tab, or the range's end. Eight bytes at a time: a token in a head is long.
    fileprivate func firstControl(in range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound {
            if index + 8 <= range.upperBound, !mayHoldControl(at: index) {
                index += 8
                continue
            }
            let end = Swift.min(index + 8, range.upperBound)
            while index < end {
                let byte = self[index]
                if byte < 0x20 && byte != UInt8(ascii: "\t") || byte == 0x7F { return index }
                index += 1
            }
        }
        return index
    }

    /// Of eight bytes, whether one is below 0x20 or 0x7F ("Bit Twiddling Hacks", S. E. Anderson: a byte of x that is less
    /// than n leaves its high bit in (x - n…) & ~x). False alarms are possible, misses are not.
    @inline(__always)
    private func mayHoldControl(at index: Int) -> Bool {
        // SAFETY: every bit pattern is an integer, and the load checks its bounds.
        let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
        let low = (word &- 0x2020_2020_2020_2020) & ~word
        let delete = word ^ 0x7F7F_7F7F_7F7F_7F7F
        return (low | (delete &- 0x0101_0101_0101_0101) & ~delete) & 0x8080_8080_8080_8080 != 0
    }
}
