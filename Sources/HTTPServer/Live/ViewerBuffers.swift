import NIOCore

/// What a live connection is read into: little and seldom comes from there, into a buffer that is gone with it. NIO asks for
/// one for each read, and keeps what it had before (``RequestBuffers``).
struct ViewerBuffers: RecvByteBufferAllocator {
    /// Pings, pongs, a wish or a token.
    private static let bytes = 1024

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer { allocator.buffer(capacity: Self.bytes) }

    func record(actualReadBytes _: Int) -> Bool { true }
}
