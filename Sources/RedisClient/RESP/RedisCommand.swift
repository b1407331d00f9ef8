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
        words.writeStaticString("\r\n")
    }

    package mutating func append(_ word: Int) {
        append(String(word))
    }

    package mutating func append(_ word: [UInt8]) {
        writeLength(word.count)
        words.writeBytes(word)
        words.writeStaticString("\r\n")
    }

    private mutating func writeLength(_ length: Int) {
        count += 1
        words.writeStaticString("$")
        words.writeString(String(length))
        words.writeStaticString("\r\n")
    }

    /// Appends the whole command.
    func write(into buffer: inout ByteBuffer) {
        buffer.writeStaticString("*")
        buffer.writeString(String(count))
        buffer.writeStaticString("\r\n")
        buffer.writeImmutableBuffer(words)
    }
}
