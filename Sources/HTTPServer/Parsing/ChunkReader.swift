import Text
import NIOCore

/// Takes the chunked transfer coding off a body (RFC 9112, section 7.1). Extensions and trailers are checked and dropped.
struct ChunkReader {
    /// A chunk's size with its extensions.
    private static let maximumSizeLineBytes = 256

    private enum State {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailers(count: Int)
    }

    private let trailerLimits: HeadLimits
    private var lines = LineReader()
    private var state = State.size

    init(trailerLimits: HeadLimits) {
        self.trailerLimits = trailerLimits
    }

    /// Bytes of the chunk that has begun which have not come.
    var awaitedCount: Int {
        if case .data(let remaining) = state { remaining } else { 0 }
    }

    /// Takes the next part off the front of the bytes; nil when more are needed.
    mutating func next(from bytes: inout ByteBuffer) throws(RequestViolation) -> RequestParser.Part? {
        while true {
            switch state {
            case .size:
                guard let line = try takeLine(Self.maximumSizeLineBytes, from: &bytes) else { return nil }
                let size = try Self.size(line.readableBytesUInt8Span)
                state = size > 0 ? .data(remaining: size) : .trailers(count: 0)
            case .data(let remaining):
                guard let data = bytes.readSlice(length: min(remaining, bytes.readableBytes)), data.readableBytes > 0
                else { return nil }
                state = data.readableBytes < remaining ? .data(remaining: remaining - data.readableBytes) : .dataEnd
                return .body(data)
            case .dataEnd:
                // There is room for CR LF alone.
                guard try takeLine(2, from: &bytes) != nil else { return nil }
                state = .size
            case .trailers(let count):
                guard let isLast = try readTrailer(bytes.readableBytesUInt8Span, number: count) else { return nil }
                state = .trailers(count: count + 1)
                guard isLast else { continue }
                bytes.moveReaderIndex(forwardBy: lines.start)
                return .end
            }
        }
    }

    /// A line of its own, off the front of the bytes.
    private mutating func takeLine(
        _ maximumBytes: Int,
        from bytes: inout ByteBuffer
    ) throws(RequestViolation) -> ByteBuffer? {
        let range = try lines.next(in: bytes.readableBytesUInt8Span, maximumBytes: maximumBytes, orElse: .malformed)
        guard let range else { return nil }
        let line = bytes.readSlice(length: range.count)
        bytes.moveReaderIndex(forwardBy: lines.start - range.count)
        lines.restart()
        return line
    }

    /// Hexadecimal digits, then maybe extensions, which mean nothing here.
    private static func size(_ line: Span<UInt8>) throws(RequestViolation) -> Int {
        var size = 0
        var index = 0
        while index < line.count, let digit = line[index].hexadecimalValue {
            guard size <= Int.max >> 4 else { throw .malformed }
            size = size << 4 | Int(digit)
            index += 1
        }
        guard index > 0, index == line.count || line[index] == UInt8(ascii: ";") else { throw .malformed }
        return size
    }

    /// Whether the line ends the trailers; nil when it has not come. All trailers together are as bounded as a head.
    private mutating func readTrailer(_ bytes: Span<UInt8>, number: Int) throws(RequestViolation) -> Bool? {
        let tooLarge = RequestViolation.tooLarge(trailerLimits)
        guard let line = try lines.next(in: bytes, maximumBytes: trailerLimits.bytes, orElse: tooLarge) else {
            return nil
        }
        if line.isEmpty { return true }
        guard number < trailerLimits.headers else { throw tooLarge }
        let field = try FieldLine(line, of: bytes)
        // Too late to say where the body ends.
        guard !bytes.isName(field.name, "Content-Length"), !bytes.isName(field.name, "Transfer-Encoding") else {
            throw .malformed
        }
        return false
    }
}
