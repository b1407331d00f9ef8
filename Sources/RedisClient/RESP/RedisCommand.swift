import NIOCore

/// One command as it goes over the wire: an array of bulk strings, so that any byte may stand in a word.
package struct RedisCommand: Sendable {
    /// The words, each as `$length\r\nbytes\r\n`.
    private(set) var words: ByteBuffer
    private(set) var count = 0

    package init(reserving capacity: Int = 256) {
        words = ByteBufferAllocator().buffer(capacity: capacity)
    }

    package init(_ words: String...) {
        self.init()
        for word in words { append(word) }
    }

    package mutating func append(_ word: String) {
        writeLength(word.utf8.count)
        words.writeString(word)
        words.writeLineEnd()
    }

    package mutating func append(_ word: Int) {
        append(String(word))
    }

    package mutating func append(_ word: [UInt8]) {
        writeLength(word.count)
        words.writeBytes(word)
        words.writeLineEnd()
    }

    /// Appends the words of another one: those that never change are encoded once.
    package static func += (command: inout RedisCommand, more: RedisCommand) {
        command.count += more.count
        command.words.writeImmutableBuffer(more.words)
    }

    package static func + (first: RedisCommand, second: RedisCommand) -> RedisCommand {
        var command = first
        command += second
        return command
    }

    /// `$length\r\n`. Nearly all words are short: their lines are made once.
    private mutating func writeLength(_ length: Int) {
        count += 1
        words.writeString(length < Self.lengthLines.count ? Self.lengthLines[length] : Self.lengthLine(length))
    }

    private static let lengthLines = (0..<128).map(lengthLine)

    private static func lengthLine(_ length: Int) -> String { "$\(length)\r\n" }

    /// Appends the whole command.
    func write(into buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt8(ascii: "*"))
        buffer.writeString(String(count))
        buffer.writeLineEnd()
        buffer.writeImmutableBuffer(words)
    }
}

extension ByteBuffer {
    /// CR LF, as one integer: the cheapest way to write two bytes.
    fileprivate mutating func writeLineEnd() {
        writeInteger(0x0D0A as UInt16)
    }
}
