import CZlib
import NIOCore

/// What a client has compressed, read again: no more than a message may be, however much it would become. Each message is compressed by
/// itself, so between two of them nothing is kept.
enum Inflation {
    enum Fault: Error { case corrupt, tooLong }

    static func message(_ bytes: ByteBuffer, maximumBytes: Int) throws(Fault) -> ByteBuffer {
        var input = bytes
        input.writeBytes(Deflater.tail)
        guard let length = UInt32(exactly: input.readableBytes),
            let room = UInt32(exactly: maximumBytes).flatMap({ $0 < .max ? $0 + 1 : nil })
        else { throw .tooLong }
        // SAFETY: the stream is made, used and freed here. zlib reads and writes within the two buffers, whose lengths it is given and
        // which outlive the calls.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        defer {
            unsafe inflateEnd(stream)
            unsafe stream.deinitialize(count: 1)
            unsafe stream.deallocate()
        }
        let size = unsafe Int32(clamping: MemoryLayout<z_stream>.size)
        guard unsafe inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, size) == Z_OK else { throw .corrupt }
        var output = ByteBuffer()
        var fault: Fault?
        unsafe output.writeWithUnsafeMutableBytes(minimumWritableBytes: Int(room)) { target in
            unsafe input.withUnsafeReadableBytes { source in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self)
                )
                unsafe stream.pointee.avail_in = length
                unsafe stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
                unsafe stream.pointee.avail_out = room
                fault = unsafe run(stream)
                return Int(unsafe room - stream.pointee.avail_out)
            }
        }
        if let fault { throw fault }
        return output
    }

    /// All of the input. Each turn takes some of it.
    private static func run(_ stream: UnsafeMutablePointer<z_stream>) -> Fault? {
        while true {
            let left = unsafe stream.pointee.avail_in
            let status = unsafe inflate(stream, Z_SYNC_FLUSH)
            if unsafe stream.pointee.avail_out == 0 { return .tooLong }
            let isEmpty = unsafe stream.pointee.avail_in == 0
            switch status {
            case Z_OK where isEmpty, Z_BUF_ERROR where isEmpty:
                // Between two blocks, and not in the middle of one (zlib.h, at `inflate`).
                return unsafe stream.pointee.data_type & 128 != 0 ? nil : .corrupt
            case Z_OK where unsafe stream.pointee.avail_in < left: continue
            // A client may say that a block is the last (RFC 7692, section 7.2.3.4); others may follow.
            case Z_STREAM_END where isEmpty: return nil
            case Z_STREAM_END:
                guard unsafe inflateReset(stream) == Z_OK else { return .corrupt }
            default: return .corrupt
            }
        }
    }
}
