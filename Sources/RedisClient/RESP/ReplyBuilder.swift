/// What came over a connection.
enum Incoming: Equatable {
    case reply(RESPValue)
    /// The payload of a message of the channel that is subscribed to.
    case message([UInt8])
}

/// Puts together what comes over a connection from its parts, in the order of the stream: an array comes before its
/// elements. Whoever calls sees to it that nothing begins before the one before is taken.
struct ReplyBuilder {
    /// The arrays that lack elements, the innermost last. hiredis nests them at most 7 (0.14) or 9 (1.x) deep.
    private var open: [(elements: [RESPValue], count: Int)] = []
    private var whole: Incoming?
    private let takesMessages: Bool
    private var message = MessagePart.none

    /// Of `["message", channel, payload]` only the payload is copied: three allocations fewer.
    private enum MessagePart {
        /// No message has begun.
        case none
        /// The string that comes next.
        case channel, payload
        /// Something else came; then this never makes a whole one.
        case broken
    }

    // Arrays, for a string's bytes are reached five times slower.
    private static let kinds = ["message", "smessage"].map { Array($0.utf8) }

    init(takesMessages: Bool) {
        self.takesMessages = takesMessages
    }

    /// The reply or message, if it is whole.
    mutating func take() -> Incoming? {
        defer { whole = nil }
        return whole
    }

    /// An array of so many elements, which follow. No memory is set aside for a number that is only claimed.
    mutating func begin(count: Int) {
        guard count > 0, message == .none else { return add(.array([])) }
        open.append(([], count))
    }

    mutating func add(_ value: RESPValue) {
        guard message == .none else { return message = .broken }
        var value = value
        while let last = open.indices.last {
            if open[last].elements.isEmpty { open[last].elements.reserveCapacity(min(open[last].count, 64)) }
            open[last].elements.append(value)
            if open[last].elements.count < open[last].count { return }
            value = .array(open.removeLast().elements)
        }
        whole = .reply(value)
    }

    /// A bulk or simple string, which is copied.
    mutating func add(string bytes: UnsafeRawBufferPointer) {
        switch message {
        case .none where unsafe isKindOfMessage(bytes): message = .channel
        case .none: unsafe add(.string([UInt8](bytes)))
        case .channel: message = .payload
        case .broken: break
        case .payload:
            message = .none
            open.removeLast()
            whole = unsafe .message([UInt8](bytes))
        }
    }

    /// Whether a message begins: `message`, or `smessage` of a sharded channel, is the first of three elements.
    private func isKindOfMessage(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard takesMessages, open.count == 1, open[0].count == 3, open[0].elements.isEmpty else { return false }
        return Self.kinds.contains { unsafe bytes.elementsEqual($0) }
    }
}
