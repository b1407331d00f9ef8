/// What came over a connection.
enum Incoming: Equatable {
    case reply(RESPValue)
    /// A message, of a channel that is subscribed to.
    case message(channel: String, [UInt8])
}

/// Puts together what comes over a connection from its parts, in the order of the stream: an array comes before its
/// elements. Whoever calls sees to it that nothing begins before the one before is taken.
struct ReplyBuilder {
    /// What there is of the array that is being filled, and how many elements it lacks; 0 when none is being filled.
    private var elements: [RESPValue] = []
    private var missing = 0
    /// The arrays around it, the innermost last; at most ``maximumDepth``.
    private var outer: [(elements: [RESPValue], missing: Int)] = []
    /// Far more than a reply of ours has. hiredis 0.14 ends here too, but 1.0 to 1.3.0 nowhere, and a value is freed on a
    /// stack as deep as it is nested: that of 100,000 arrays, 400 kB of `*1`, ended the process.
    private static let maximumDepth = 7
    private var whole: Incoming?
    private let takesMessages: Bool
    private var message = MessagePart.none
    /// What came is neither a message nor a reply of ours. Nothing whole comes of it any more.
    private(set) var isBroken = false

    /// Of `["message", channel, payload]` only the payload is copied: three allocations fewer.
    private enum MessagePart: Equatable {
        /// No message has begun.
        case none
        /// The string that comes next.
        case channel
        case payload(channel: String)
    }
    private var channels = ChannelNames()

    // Arrays, for a string's bytes are reached five times slower.
    private static let kinds = ["message", "smessage"].map { Array($0.utf8) }

    init(takesMessages: Bool) {
        self.takesMessages = takesMessages
    }

    /// The reply or message, if it is whole.
    mutating func take() -> Incoming? {
        whole.take()
    }

    /// An array of so many elements, which follow.
    mutating func begin(count: Int) {
        guard count > 0, message == .none else { return add(.array([])) }
        if missing > 0 {
            guard outer.count < Self.maximumDepth else { return isBroken = true }
            outer.append((elements, missing))
        }
        (elements, missing) = ([], count)
    }

    mutating func add(_ value: RESPValue) {
        guard message == .none else { return isBroken = true }
        var value = value
        while missing > 0 {
            // For a number that is only claimed, no more memory than this is set aside.
            if elements.isEmpty { elements.reserveCapacity(min(missing, 64)) }
            elements.append(value)
            missing -= 1
            if missing > 0 { return }
            value = .array(elements)
            (elements, missing) = outer.popLast() ?? ([], 0)
        }
        whole = .reply(value)
    }

    /// A bulk or simple string, which is copied.
    mutating func add(string bytes: UnsafeRawBufferPointer) {
        switch message {
        case .none where unsafe isKindOfMessage(bytes): message = .channel
        case .none: unsafe add(.string([UInt8](bytes)))
        case .channel: message = unsafe .payload(channel: channels.name(bytes))
        case .payload(let channel):
            (message, missing) = (.none, 0)
            whole = unsafe .message(channel: channel, [UInt8](bytes))
        }
    }

    /// Whether a message begins: `message`, or `smessage` of a sharded channel, is the first of three elements.
    private func isKindOfMessage(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard takesMessages, missing == 3, elements.isEmpty, outer.isEmpty else { return false }
        return Self.kinds.contains { unsafe $0.withUnsafeBytes(bytes.equals) }
    }
}
