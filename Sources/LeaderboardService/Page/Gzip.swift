import CZlib

/// gzip (RFC 1952) by zlib, in one go: for files that are compressed once, when the service starts.
enum Gzip {
    /// Nil if zlib cannot, as when there is no memory.
    static func compress(_ input: [UInt8]) -> [UInt8]? {
        // SAFETY: the stream is local, is initialised before it is used and ended once; zlib reads and writes within the
        // two arrays, whose lengths it is given and which outlive the calls.
        var stream = unsafe z_stream()
        let gzipFormat: Int32 = 15 + 16
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        guard
            unsafe deflateInit2_(
                &stream,
                Z_BEST_COMPRESSION,
                Z_DEFLATED,
                gzipFormat,
                8,
                Z_DEFAULT_STRATEGY,
                ZLIB_VERSION,
                size
            ) == Z_OK
        else { return nil }
        defer { unsafe deflateEnd(&stream) }
        var input = input
        var output = [UInt8](repeating: 0, count: Int(unsafe deflateBound(&stream, UInt(input.count))))
        let isWhole = unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                unsafe stream.next_in = source.baseAddress
                unsafe stream.avail_in = UInt32(source.count)
                unsafe stream.next_out = target.baseAddress
                unsafe stream.avail_out = UInt32(target.count)
                return unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END
            }
        }
        guard isWhole else { return nil }
        return Array(output.prefix(Int(unsafe stream.total_out)))
    }
}
