import NIOCore

/// What a connection without TLS is read into, as long as it is one of HTTP.
///
/// NIO keeps the buffer of a connection's first read for as long as the connection is open: of a viewer, who sends nothing
/// after its request, that was 2.2 of its 5.9 KB. So the first read takes a few bytes, and the second one the rest of the
/// request, into a buffer that nobody keeps. Who goes on to send gets a buffer that stays, as NIO has it.
struct RequestBuffers: RecvByteBufferAllocator {
    /// Of the buffer that stays.
    static let firstBytes = 16

    private enum Read {
        case first, second, later
    }

    /// Of what is read at once: it bounds what a client can pipeline behind a request.
    static let sizes = AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 16384)

    private var sizes = Self.sizes
    private var read = Read.first

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        if case .first = read { return allocator.buffer(capacity: Self.firstBytes) }
        return sizes.buffer(allocator: allocator)
    }

    /// True makes NIO ask for a buffer where it would take the one that it keeps.
    mutating func record(actualReadBytes count: Int) -> Bool {
        guard case .first = read else {
            read = .later
            return sizes.record(actualReadBytes: count)
        }
        read = .second
        return true
    }

    /// Nil: the buffer that is kept is not made larger for the next read.
    func nextBufferSize() -> Int? {
        if case .later = read { sizes.nextBufferSize() } else { nil }
    }
}
