import Text
import NIOCore
import NIOHTTP1

/// Reads one request head, line by line as the lines come, and holds it to the rules of RFC 9112: strictly where a reading
/// of two minds could hide a second request behind the first, leniently nowhere.
struct HeadReader {
    private let limits: HeadLimits
    private var lines = LineReader()
    private var requestLine: RequestLine?
    private var framing = RequestHead.Framing()
    private var fields: [RequestHeaders.Field] = []
    private var hosts = 0
    private var lengths = 0
    private var codings = 0
    private var codingFault: RequestViolation?

    init(limits: HeadLimits) {
        self.limits = limits
    }

    /// Known as soon as the request line is: the answer to HEAD has no body, even if it is a refusal.
    var method: HTTPMethod { requestLine?.method ?? .GET }

    /// Takes the head off the front of the bytes; nil as long as its end has not come.
    mutating func read(from bytes: inout ByteBuffer) throws(RequestViolation) -> RequestHead? {
        guard let length = try length(bytes.readableBytesUInt8Span), let requestLine,
            let taken = bytes.readSlice(length: length)
        else { return nil }
        return RequestHead(requestLine, RequestHeaders(fields, in: taken), framing)
    }

    private mutating func length(_ bytes: Span<UInt8>) throws(RequestViolation) -> Int? {
        if requestLine == nil {
            guard let line = try nextLine(bytes) else {
                // Another protocol is told at once, for it may never send a line end.
                guard bytes.isToken(bytes.word(in: 0..<min(bytes.count, 32))) || bytes.isEmpty else { throw .malformed }
                return nil
            }
            requestLine = try RequestLine(line, of: bytes)
            fields.reserveCapacity(8)
        }
        while let line = try nextLine(bytes) {
            if line.isEmpty {
                try check()
                return line.upperBound + 2
            }
            let field = try FieldLine(line, of: bytes)
            guard fields.count < limits.headers else { throw .tooLarge(limits) }
            fields.append(RequestHeaders.Field(field))
            try note(field, bytes)
        }
        return nil
    }

    private mutating func nextLine(_ bytes: Span<UInt8>) throws(RequestViolation) -> Range<Int>? {
        try lines.next(in: bytes, maximumBytes: limits.bytes, orElse: .tooLarge(limits))
    }

    private mutating func note(_ field: FieldLine, _ bytes: Span<UInt8>) throws(RequestViolation) {
        let (name, value) = (field.name, field.value)
        switch name.count {
        case 4 where bytes.isName(name, "Host"):
            hosts += 1
            guard bytes.isAuthority(value) else { throw .malformed("The Host header is not valid.") }
        case 6 where bytes.isName(name, "Expect"):
            if bytes.isName(value, "100-continue") {
                framing.expectsContinue = true
            } else {
                framing.expectsOther = true
            }
        case 10 where bytes.isName(name, "Connection"):
            if bytes.lists("close", in: value) { framing.closes = true }
        case 14 where bytes.isName(name, "Content-Length"):
            lengths += 1
            guard let length = bytes.decimal(value) else { throw .malformed }
            framing.length = length
        case 17 where bytes.isName(name, "Transfer-Encoding"):
            codings += 1
            framing.isChunked = true
            if !bytes.isName(value, "chunked") { codingFault = Self.fault(ofCoding: bytes.ascii(value)) }
        default: break
        }
    }

    /// Chunked is the only coding. A list in which it stands, but not at the end alone, has no end that is certain.
    private static func fault(ofCoding value: String) -> RequestViolation {
        let codings = value.lowercased().parts(at: ",").map { $0.filter { $0 != " " && $0 != "\t" } }.filter {
            !$0.isEmpty
        }
        let isChunkedEarlier = codings.dropLast().contains("chunked")
        return isChunkedEarlier || value.hasSuffix(",") ? .malformed : .transferCoding
    }

    /// What only the whole head tells.
    private func check() throws(RequestViolation) {
        guard lengths + codings <= 1 else { throw .malformed("Say the body's length once.") }
        if let codingFault { throw codingFault }
        let isHTTP11 = requestLine?.isHTTP11 ?? false
        guard codings == 0 || isHTTP11 else { throw .malformed("HTTP/1.0 has no transfer codings.") }
        guard hosts == 1 || (hosts == 0 && !isHTTP11) else { throw .malformed("Send one Host header.") }
    }
}
