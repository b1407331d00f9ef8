import CHiredis
import NIOCore

/// hiredis' `redisReader`, the only unsafe place of the module. Feed what was read, then take replies until there is none.
/// After an error the stream is out of step for good: close the connection.
///
/// Owned by one connection, on its event loop.
@safe struct ReplyReader: ~Copyable {
    struct ProtocolError: Error {}

    /// Owned here: made in `init`, freed in `deinit`. Nil only where memory ran out, which reads as a protocol error.
    private let reader: UnsafeMutablePointer<redisReader>?

    init() {
        unsafe reader = redisReaderCreate()
    }

    deinit {
        unsafe redisReaderFree(reader)
    }

    /// hiredis copies the bytes; the buffer is only borrowed for the call.
    func feed(_ bytes: ByteBuffer) throws(ProtocolError) {
        let status = unsafe bytes.withUnsafeReadableBytes { bytes in
            unsafe redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard unsafe reader != nil, status == REDIS_OK else { throw ProtocolError() }
    }

    /// The next whole reply; nil when more bytes are needed.
    func next() throws(ProtocolError) -> RESPValue? {
        try unsafe take { unsafe RESPValue($0) }
    }

    /// The same on a connection that subscribes, where messages come between the replies. Of a message only the payload
    /// is copied, which saves three of four allocations.
    func nextOrMessage() throws(ProtocolError) -> Incoming? {
        try unsafe take { reply in
            guard let payload = unsafe RESPValue.payload(ofMessage: reply) else {
                return .reply(unsafe RESPValue(reply))
            }
            return .message(payload)
        }
    }

    enum Incoming {
        case reply(RESPValue)
        case message([UInt8])
    }

    private func take<Value>(_ copy: (redisReply) -> Value) throws(ProtocolError) -> Value? {
        var reply: UnsafeMutableRawPointer?
        guard unsafe redisReaderGetReply(reader, &reply) == REDIS_OK else { throw ProtocolError() }
        guard let reply = unsafe reply else { return nil }
        // hiredis hands the reply over: it is ours to free, and what is kept of it is copied before that.
        defer { unsafe freeReplyObject(reply) }
        return unsafe copy(reply.assumingMemoryBound(to: redisReply.self).pointee)
    }
}

extension RESPValue {
    /// A copy. hiredis nests arrays at most 7 (0.14) or 9 (1.x) deep, so the recursion is bounded.
    fileprivate init(_ reply: redisReply) {
        switch unsafe reply.type {
        case REDIS_REPLY_INTEGER:
            self = unsafe .integer(Int(reply.integer))
        case REDIS_REPLY_STRING, REDIS_REPLY_STATUS:
            self = unsafe .string(Self.bytes(of: reply))
        case REDIS_REPLY_ERROR:
            self = unsafe .error(RedisRefusal(String(decoding: Self.bytes(of: reply), as: UTF8.self)))
        case REDIS_REPLY_ARRAY:
            let elements = unsafe UnsafeBufferPointer(start: reply.element, count: Int(reply.elements))
            self = unsafe .array(
                elements.map { element in unsafe element.map { unsafe RESPValue($0.pointee) } ?? .null }
            )
        default:
            self = .null
        }
    }

    /// Of `["message", channel, payload]`, or `smessage` of a sharded channel, the payload; nil for anything else.
    fileprivate static func payload(ofMessage reply: redisReply) -> [UInt8]? {
        // The three elements belong to the reply, which is alive for the call.
        guard unsafe reply.type == REDIS_REPLY_ARRAY, unsafe reply.elements == 3,
            let kind = unsafe reply.element[0]?.pointee, let payload = unsafe reply.element[2]?.pointee,
            unsafe kind.type == REDIS_REPLY_STRING, unsafe payload.type == REDIS_REPLY_STRING,
            case let name = unsafe UnsafeRawBufferPointer(start: kind.str, count: Int(kind.len)),
            unsafe name.elementsEqual("message".utf8) || name.elementsEqual("smessage".utf8)
        else { return nil }
        return unsafe bytes(of: payload)
    }

    private static func bytes(of reply: redisReply) -> [UInt8] {
        unsafe [UInt8](UnsafeRawBufferPointer(start: reply.str, count: Int(reply.len)))
    }
}
