import CHiredis
import NIOCore

/// hiredis' `redisReader`, the only place of the module that touches it. Feed what was read, then take replies until there
/// is none. After an error the stream is out of step for good: close the connection.
///
/// hiredis finds the parts of a reply, and ``ReplyBuilder`` makes our values of them: hiredis' own tree, from which they
/// had to be copied, cost an update 17 allocations and 5,000 instructions more.
///
/// Owned by one connection, on its event loop.
@safe struct ReplyReader: ~Copyable {
    struct ProtocolError: Error {}

    // Owned here: made in `init`, freed in `deinit`. hiredis keeps the addresses of the other two in the reader.
    private let builder: UnsafeMutablePointer<ReplyBuilder>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    /// Nil only where memory ran out, which reads as a protocol error.
    private let reader: UnsafeMutablePointer<redisReader>?

    /// - Parameter takesMessages: the connection subscribes, so that messages come between the replies.
    init(takesMessages: Bool = false) {
        unsafe builder = .allocate(capacity: 1)
        unsafe builder.initialize(to: ReplyBuilder(takesMessages: takesMessages))
        unsafe functions = .allocate(capacity: 1)
        unsafe functions.initialize(to: .building)
        unsafe reader = redisReaderCreateWithFunctions(functions)
        unsafe reader?.pointee.privdata = UnsafeMutableRawPointer(builder)
    }

    deinit {
        unsafe redisReaderFree(reader)
        unsafe functions.deallocate()
        unsafe builder.deinitialize(count: 1)
        unsafe builder.deallocate()
    }

    /// hiredis copies the bytes; the buffer is only borrowed for the call.
    func feed(_ bytes: ByteBuffer) throws(ProtocolError) {
        guard let reader = unsafe reader else { throw ProtocolError() }
        let status = unsafe bytes.withUnsafeReadableBytes { bytes in
            unsafe redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard status == REDIS_OK else { throw ProtocolError() }
    }

    /// The next whole one; nil when more bytes are needed.
    func next() throws(ProtocolError) -> Incoming? {
        var root: UnsafeMutableRawPointer?
        guard unsafe redisReaderGetReply(reader, &root) == REDIS_OK else { throw ProtocolError() }
        guard unsafe root != nil else { return nil }
        // hiredis has come to the end of a reply; a builder that has not was sent what is neither reply nor message.
        guard let incoming = unsafe builder.pointee.take() else { throw ProtocolError() }
        return incoming
    }
}

extension redisReplyObjectFunctions {
    /// Called by hiredis for each part of a reply, in the order of the stream, while it is in `redisReaderGetReply`. An
    /// array comes before its elements. What they return stands for the part in hiredis' eyes: it asks only whether it is
    /// nil, which ends the reading with an error, and hands that of the whole reply to `next`. There is nothing to free.
    fileprivate static var building: redisReplyObjectFunctions {
        var functions = redisReplyObjectFunctions()
        unsafe functions.createString = { task, bytes, count in
            // The bytes are hiredis' own, and alive for the call.
            let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(clamping: count))
            return unsafe ReplyBuilder.at(task) {
                if unsafe task?.pointee.type == REDIS_REPLY_ERROR {
                    $0.add(.error(RedisRefusal(unsafe String(decoding: bytes, as: UTF8.self))))
                } else {
                    unsafe $0.add(string: bytes)
                }
            }
        }
        unsafe functions.createInteger = { task, number in
            unsafe ReplyBuilder.at(task) { $0.add(.integer(Int(clamping: number))) }
        }
        unsafe functions.createNil = { task in unsafe ReplyBuilder.at(task) { $0.add(.null) } }
        unsafe functions.createArray = { task, count in
            unsafe ReplyBuilder.at(task) { $0.begin(count: Int(clamping: count)) }
        }
        return functions
    }
}

extension ReplyBuilder {
    /// - Parameter task: where hiredis is. Each has the reader's `privdata`, which is the builder.
    /// - Returns: nil once the builder is broken: what comes after is not even looked at.
    fileprivate static func at(
        _ task: UnsafePointer<redisReadTask>?,
        _ part: (inout ReplyBuilder) -> Void
    ) -> UnsafeMutableRawPointer? {
        guard let builder = unsafe task?.pointee.privdata else { return nil }
        let pointer = unsafe builder.assumingMemoryBound(to: ReplyBuilder.self)
        unsafe part(&pointer.pointee)
        return unsafe pointer.pointee.isBroken ? nil : builder
    }
}
