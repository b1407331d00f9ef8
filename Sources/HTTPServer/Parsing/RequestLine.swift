import NIOHTTP1

/// The first line of a request: method, target and version, with one blank between two of them (RFC 9112, section 3).
struct RequestLine: Sendable {
    let method: HTTPMethod
    /// Of the target; that of an absolute form, too. Visible ASCII, as it was sent.
    let path: String
    /// What stands behind the question mark; nil without one.
    let query: String?
    /// HTTP/1.1; otherwise it is HTTP/1.0.
    let isHTTP11: Bool

    init(_ line: Range<Int>, of bytes: Span<UInt8>) throws(RequestViolation) {
        let word = bytes.word(in: line)
        let target = bytes.word(in: bytes.afterBlank(word.upperBound..<line.upperBound))
        let version = bytes.afterBlank(target.upperBound..<line.upperBound)
        guard !target.isEmpty else { throw .malformed }
        method = try Self.method(bytes, word)
        (path, query) = try Self.parts(of: target, bytes, method)
        // HTTP/0.9 had no version.
        guard target.upperBound < line.upperBound else { throw .version }
        isHTTP11 = try Self.isHTTP11(bytes, version)
    }

    /// Stands for a line that was refused.
    init(refused method: HTTPMethod) {
        self.method = method
        path = ""
        query = nil
        isHTTP11 = true
    }

    /// Any token may be a method (RFC 9110, section 9.1); see ``HTTPMethod/isKnown``.
    private static func method(_ bytes: Span<UInt8>, _ word: Range<Int>) throws(RequestViolation) -> HTTPMethod {
        // Nearly all are one of these, without a string and 33 comparisons.
        if bytes.equals(word, "GET") { return .GET }
        if bytes.equals(word, "POST") { return .POST }
        guard bytes.isToken(word) else { throw .malformed }
        return HTTPMethod(rawValue: bytes.ascii(word))
    }

    /// Path and query of a path, an absolute form, or the asterisk of OPTIONS (RFC 9112, section 3.2), of visible ASCII. None of
    /// them has a fragment: who looks at it and who does not would see two targets.
    private static func parts(
        of target: Range<Int>,
        _ bytes: Span<UInt8>,
        _ method: HTTPMethod
    ) throws(RequestViolation) -> (path: String, query: String?) {
        var mark: Int?
        for index in target {
            let byte = bytes[index]
            guard (0x21...0x7E).contains(byte), byte != UInt8(ascii: "#") else { throw .malformed }
            if byte == UInt8(ascii: "?"), mark == nil { mark = index }
        }
        // Nobody can know where the request ends: some take all that follows its head for the tunnel (RFC 9110, section 9.3.6).
        guard method != .CONNECT else { throw .tunnel }
        guard let start = startOfPath(in: target, bytes) else {
            guard method == .OPTIONS, bytes.equals(target, "*") else {
                throw .malformed("The request target must be a path.")
            }
            return ("*", nil)
        }
        let path = start..<(mark ?? target.upperBound)
        // The path of `http://host` and of `http://host?query` is the root.
        return (path.isEmpty ? "/" : bytes.ascii(path), mark.map { bytes.ascii(($0 + 1)..<target.upperBound) })
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
        // `http` has no empty host (RFC 9110, section 4.2.1).
        guard rest.lowerBound < end, bytes[rest.lowerBound] != UInt8(ascii: ":") else { return nil }
        return bytes.isAuthority(rest.lowerBound..<end) ? end : nil
    }

    private static func isHTTP11(_ bytes: Span<UInt8>, _ word: Range<Int>) throws(RequestViolation) -> Bool {
        let start = word.lowerBound
        guard word.count == 8, bytes.equals(start..<(start + 5), "HTTP/"), bytes[start + 6] == UInt8(ascii: "."),
            let major = bytes.digit(start + 5), let minor = bytes.digit(start + 7)
        else { throw .malformed }
        guard major == 1, minor <= 1 else { throw .version }
        return minor == 1
    }
}
