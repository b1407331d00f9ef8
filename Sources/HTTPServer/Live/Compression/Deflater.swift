import CZlib
import NIOCore

/// Raw DEFLATE (RFC 1951) by zlib, each message by itself. It keeps zlib's memory, 268 KB, which costs more to be had anew than a message
/// to be compressed. For one thread at a time.
@safe final class Deflater {
    // Owned here: made in `init`, freed in `deinit`. zlib keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Nil: there is no memory.
    init?() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let size = unsafe Int32(clamping: MemoryLayout<z_stream>.size)
        let isReady = unsafe deflateInit2_(
            stream,
            Z_BEST_SPEED,
            Z_DEFLATED,
            -MAX_WBITS,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            size
        )
        guard isReady == Z_OK else { return nil }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    /// Appends the bytes, compressed, without the last four of it, which are always the same (RFC 7692, section 7.2.1).
    /// - Returns: false: zlib could not, and nothing is appended.
    func compress(_ bytes: ByteBuffer, into output: inout ByteBuffer) -> Bool {
        guard let length = UInt32(exactly: bytes.readableBytes), unsafe deflateReset(stream) == Z_OK else {
            return false
        }
        let bound = Int(unsafe deflateBound(stream, UInt(length))) + 16
        // SAFETY: zlib reads and writes within the two buffers, whose lengths it is given and which outlive the call.
        let written = unsafe output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { target in
            unsafe bytes.withUnsafeReadableBytes { source in
                let room = UInt32(clamping: target.count)
                unsafe stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self)
                )
                unsafe stream.pointee.avail_in = length
                unsafe stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
                unsafe stream.pointee.avail_out = room
                let status = unsafe deflate(stream, Z_SYNC_FLUSH)
                // Room that is left says that all of it is out.
                guard status == Z_OK, unsafe stream.pointee.avail_out > 0 else { return 0 }
                return Int(unsafe room - stream.pointee.avail_out)
            }
        }
        guard written >= Self.tail.count else { return false }
        output.moveWriterIndex(to: output.writerIndex - Self.tail.count)
        return true
    }

    /// What ends each message, and is not sent.
    static let tail: [UInt8] = [0, 0, 0xFF, 0xFF]
}
