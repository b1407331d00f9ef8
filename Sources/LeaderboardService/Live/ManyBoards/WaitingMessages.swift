import NIOCore

/// What a client says behind a token, until that has been looked at: it goes by it. In order, and bounded. Without I/O.
struct WaitingMessages {
    static let maximum = ManyBoardsSocket.messages
    static let maximumBytes = 64 * 1024

    /// Nil: a binary one.
    private var messages: CircularBuffer<ByteBuffer?> = []
    private var bytes = 0

    /// False: it is one too many, and is not kept.
    mutating func add(_ text: ByteBuffer?) -> Bool {
        let length = text?.readableBytes ?? 0
        guard messages.count < Self.maximum, length <= Self.maximumBytes - bytes else { return false }
        bytes += length
        // A copy: it may be a part of much more that was read.
        messages.append(text.map { ByteBuffer(bytes: $0.readableBytesView) })
        return true
    }

    /// Nil: none waits.
    mutating func next() -> ByteBuffer?? {
        guard let text = messages.popFirst() else { return nil }
        bytes -= text?.readableBytes ?? 0
        return .some(text)
    }
}
