import NIOCore

/// Lines out of a body that comes piece by piece. No I/O.
struct ReportLines {
    /// A longer one is none: where it would end is not looked for.
    let maximumBytes: Int
    private var unread = ByteBuffer()
    /// Bytes of ``unread`` that are known to hold no end of a line.
    private var searched = 0

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    mutating func feed(_ bytes: ByteBuffer) {
        guard unread.readableBytes > 0 else {
            unread = bytes
            return
        }
        unread.discardReadBytes()
        unread.writeImmutableBuffer(bytes)
    }

    /// What is left is more than a line may be.
    var isTooLong: Bool { unread.readableBytes > maximumBytes && searched > maximumBytes }

    /// The next whole line that is not blank, without its end; nil: there is none yet. One that is too long is none.
    mutating func next() -> ByteBuffer? {
        while let length = lengthOfLine() {
            guard length <= maximumBytes else {
                searched = length
                return nil
            }
            let line = unread.readSlice(length: length)
            unread.moveReaderIndex(forwardBy: 1)
            searched = 0
            if let line, !line.isBlank { return line }
        }
        searched = unread.readableBytes
        return nil
    }

    /// What stands behind the last line's end, of a body that has ended as it should.
    mutating func last() -> ByteBuffer? {
        defer { unread = ByteBuffer() }
        return unread.readableBytes > 0 && unread.readableBytes <= maximumBytes && !unread.isBlank ? unread : nil
    }

    private func lengthOfLine() -> Int? {
        let bytes = unread.readableBytesUInt8Span
        var index = min(searched, bytes.count)
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\n") { return index }
            index += 1
        }
        return nil
    }
}

extension ByteBuffer {
    fileprivate var isBlank: Bool {
        readableBytesView.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
    }
}
