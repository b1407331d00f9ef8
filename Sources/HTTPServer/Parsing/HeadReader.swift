import NIOCore
import NIOHTTP1

/// What a head may have in all; the trailers of a body likewise.
struct HeadLimits {
    let bytes: Int
    let headers: Int
}

/// Reads one request head, line by line as the lines come, and holds it to the rules of RFC 9112: strictly where a reading
/// of two minds could hide a second request behind the first, leniently nowhere but in the blanks of the request line.
struct HeadReader {
    private let limits: HeadLimits
    private var lines = LineReader()
    private var requestLine: RequestHead.Line?
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
            // Another protocol is told at once, for it may never send a line end.
            if bytes.count > 0, !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[0]) { throw .malformed }
            guard let line = try nextLine(bytes) else { return nil }
            requestLine = try Self.requestLine(line, bytes)
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

    // MARK: The request line

    /// Method, target and version, with blanks between them (RFC 9112, section 3).
    private static func requestLine(
        _ line: Range<Int>,
        _ bytes: Span<UInt8>
    ) throws(RequestViolation) -> RequestHead.Line {
        let word = bytes.word(in: line)
        let target = bytes.word(in: bytes.afterBlanks(word.upperBound..<line.upperBound))
        let version = bytes.afterBlanks(target.upperBound..<line.upperBound)
        guard let method = method(bytes, word), !target.isEmpty else { throw .malformed }
        let (path, query) = try parts(of: target, bytes, method)
        // HTTP/0.9 had no version.
        guard target.upperBound < line.upperBound else { throw .version }
        let isHTTP11 = try isHTTP11(bytes, version)
        return RequestHead.Line(method: method, path: path, query: query, isHTTP11: isHTTP11)
    }

    private static func method(_ bytes: Span<UInt8>, _ word: Range<Int>) -> HTTPMethod? {
        // Nearly all are one of these, without a string and 33 comparisons.
        if bytes.equals(word, "GET") { return .GET }
        if bytes.equals(word, "POST") { return .POST }
        let method = HTTPMethod(rawValue: bytes.ascii(word))
        if case .RAW = method { return nil }
        return method
    }

    /// Path and query of a path, an absolute form, or the asterisk of OPTIONS (RFC 9112, section 3.2), of visible ASCII. A
    /// fragment means nothing to a server.
    private static func parts(
        of target: Range<Int>,
        _ bytes: Span<UInt8>,
        _ method: HTTPMethod
    ) throws(RequestViolation) -> (path: String, query: String?) {
        var mark: Int?
        var end = target.upperBound
        for index in target {
            let byte = bytes[index]
            guard (0x21...0x7E).contains(byte) else { throw .malformed }
            guard index < end else { continue }
            if byte == UInt8(ascii: "#") { end = index }
            if byte == UInt8(ascii: "?"), mark == nil { mark = index }
        }
        guard let start = startOfPath(in: target, bytes) else {
            guard method == .OPTIONS, bytes.equals(target, "*") else {
                throw .malformed("The request target must be a path.")
            }
            return ("*", nil)
        }
        let path = start..<(mark ?? end)
        // The path of `http://host` and of `http://host?query` is the root.
        return (path.isEmpty ? "/" : bytes.ascii(path), mark.map { bytes.ascii(($0 + 1)..<end) })
    }

    /// That of an absolute form stands behind its authority; nil for what is neither that nor a path.
    private static func startOfPath(in target: Range<Int>, _ bytes: Span<UInt8>) -> Int? {
        if bytes[target.lowerBound] == UInt8(ascii: "/") { return target.lowerBound }
        guard let colon = target.first(where: { bytes[$0] == UInt8(ascii: ":") }),
            bytes.isName(target.lowerBound..<colon, "http") || bytes.isName(target.lowerBound..<colon, "https"),
            colon + 3 < target.upperBound, bytes.equals(colon..<(colon + 3), "://")
        else { return nil }
        let rest = (colon + 3)..<target.upperBound
        let end = rest.first { bytes[$0] == UInt8(ascii: "/") || bytes[$0] == UInt8(ascii: "?") } ?? rest.upperBound
        return rest.lowerBound < end && isAuthority(bytes, rest.lowerBound..<end) ? end : nil
    }

    private static func isHTTP11(_ bytes: Span<UInt8>, _ word: Range<Int>) throws(RequestViolation) -> Bool {
        let start = word.lowerBound
        guard word.count == 8, bytes.equals(start..<(start + 5), "HTTP/"), bytes[start + 6] == UInt8(ascii: "."),
            let major = bytes.digit(start + 5), let minor = bytes.digit(start + 7)
        else { throw .malformed }
        guard major == 1, minor <= 1 else { throw .version }
        return minor == 1
    }

    // MARK: The headers

    private mutating func note(_ field: FieldLine, _ bytes: Span<UInt8>) throws(RequestViolation) {
        let (name, value) = (field.name, field.value)
        switch name.count {
        case 4 where bytes.isName(name, "Host"):
            hosts += 1
            guard Self.isAuthority(bytes, value) else { throw .malformed("The Host header is not valid.") }
        case 6 where bytes.isName(name, "Expect"):
            guard bytes.isName(value, "100-continue") else { throw .expectation }
            framing.expectsContinue = true
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
        let codings = value.lowercased().split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }
        let isChunkedEarlier = codings.dropLast().contains("chunked")
        return isChunkedEarlier || value.hasSuffix(",") ? .malformed : .transferCoding
    }

    /// `uri-host [ ":" port ]` as far as its characters go (RFC 3986, section 3.2): what could end an authority, or name a
    /// user in it, is refused. It may be empty.
    private static func isAuthority(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range {
            switch bytes[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                // Digits and the colon.
                UInt8(ascii: "0")...UInt8(ascii: ":"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"),
                UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"),
                UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"),
                UInt8(ascii: ";"), UInt8(ascii: "="):
                break
            default: return false
            }
        }
        return true
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

extension Span<UInt8> {
    /// From the range's beginning to the next blank.
    fileprivate func word(in range: Range<Int>) -> Range<Int> {
        var end = range.lowerBound
        while end < range.upperBound, self[end] != UInt8(ascii: " ") { end += 1 }
        return range.lowerBound..<end
    }

    fileprivate func afterBlanks(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        while start < range.upperBound, self[start] == UInt8(ascii: " ") { start += 1 }
        return start..<range.upperBound
    }

    fileprivate func digit(_ index: Int) -> Int? {
        let byte = self[index]
        return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
    }

    /// Digits alone, at least one, that fit an integer.
    fileprivate func decimal(_ range: Range<Int>) -> Int? {
        var number = 0
        for index in range {
            guard let digit = digit(index) else { return nil }
            let (product, isLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isLarger) = product.addingReportingOverflow(digit)
            guard !isLarge, !isLarger else { return nil }
            number = sum
        }
        return range.isEmpty ? nil : number
    }

    /// As text; what is no ASCII is replaced.
    fileprivate func ascii(_ range: Range<Int>) -> String {
        // SAFETY: the bytes are only read, and only within the call.
        unsafe extracting(range).withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
