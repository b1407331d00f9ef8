import NIOCore

/// One command as it goes over the wire: an array of bulk strings, so that any byte may stand in a word.
package struct RedisCommand: Sendable {
    /// The words, each as `$length\r\nbytes\r\n`.
    private(set) var words: [UInt8] = []
    package private(set) var count = 0
    /// That of its keys in a cluster, where it is known already (``placed``); otherwise its words tell (``place``).
    var slot: UInt16?
    /// The node to which the slot is on its way is to take it: ASKING goes before it.
    var isAsking = false

    /// The same, for the node to which its slot is on its way.
    var asking: RedisCommand {
        var command = self
        command.isAsking = true
        return command
    }

    package init(_ words: String...) {
        for word in words { append(word) }
    }

    /// The words of another command, to which more are added: those that never change are encoded once.
    /// - Parameter capacity: about as many bytes as will be added.
    package init(_ first: RedisCommand, reserving capacity: Int) {
        words.reserveCapacity(first.words.count + capacity)
        self += first
        slot = first.slot
    }

    /// Its length as it goes over the wire, about.
    package var byteCount: Int { words.count }

    /// No words are left, and the memory is kept for others.
    package mutating func removeAll() {
        words.removeAll(keepingCapacity: true)
        count = 0
    }

    package mutating func append(_ word: String) {
        begin(word.utf8.count)
        words.append(contentsOf: word.utf8)
        end()
    }

    /// One word of two parts, which need not be put together before.
    package mutating func append(_ start: String, _ rest: String) {
        begin(start.utf8.count + rest.utf8.count)
        words.append(contentsOf: start.utf8)
        words.append(contentsOf: rest.utf8)
        end()
    }

    package mutating func append(_ word: Int) {
        begin(word.decimalCount)
        words.append(decimal: word)
        end()
    }

    package mutating func append(_ word: [UInt8]) {
        begin(word.count)
        words += word
        end()
    }

    /// Appends the words of another one. It goes where the first does.
    package static func += (command: inout RedisCommand, more: RedisCommand) {
        command.count += more.count
        command.words += more.words
    }

    package static func + (first: RedisCommand, second: RedisCommand) -> RedisCommand {
        var command = first
        command += second
        return command
    }

    private mutating func begin(_ length: Int) {
        count += 1
        words.append(UInt8(ascii: "$"))
        words.append(decimal: length)
        end()
    }

    private mutating func end() {
        words.append(UInt8(ascii: "\r"))
        words.append(UInt8(ascii: "\n"))
    }

    /// Appends the whole command.
    func write(into buffer: inout ByteBuffer) {
        if isAsking { buffer.writeBytes(Self.asking) }
        buffer.writeBytes(count < Self.countLines.count ? Self.countLines[count] : Self.countLine(count))
        buffer.writeBytes(words)
    }

    private static let asking = Array("*1\r\n$6\r\nASKING\r\n".utf8)
    private static let countLines = (0..<32).map(countLine)

    private static func countLine(_ count: Int) -> [UInt8] { Array("*\(count)\r\n".utf8) }
}
