import NIOHTTP1

/// What a request head must be beyond what the parser checks (RFC 9112). A head that breaks a rule is answered and the
/// connection closed, for where one message ends and the next begins is in doubt.
enum HeadRules {
    struct Violation: Error {
        let status: HTTPResponseStatus
        let code: String
        let message: String

        var response: Response { .error(status, code: code, message: message) }
    }

    static func check(_ head: HTTPRequestHead, options: ServerOptions) throws(Violation) {
        guard head.version.major == 1, head.version.minor <= 1 else {
            throw Violation(
                status: .httpVersionNotSupported,
                code: "http_version_not_supported",
                message: "Speak HTTP/1.1."
            )
        }
        var bytes = head.uri.utf8.count + 16
        var lengths = 0
        var hosts = 0
        var codings: [String] = []
        for (name, value) in head.headers {
            bytes += name.utf8.count + value.utf8.count + 4
            switch name.utf8.count {
            case 4 where name == "Host" || name.lowercased() == "host": hosts += 1
            case 14 where name == "Content-Length" || name.lowercased() == "content-length": lengths += 1
            case 17 where name.lowercased() == "transfer-encoding": codings.append(value.lowercased())
            default: break
            }
        }
        guard bytes <= options.maximumHeadBytes, head.headers.count <= options.maximumHeaders else {
            throw Violation(
                status: .requestHeaderFieldsTooLarge,
                code: "head_too_large",
                message: "The request's head is longer than \(options.maximumHeadBytes) bytes or has too many headers."
            )
        }
        guard lengths + codings.count <= 1 else { throw malformed("Say the body's length once.") }
        guard codings.isEmpty || codings == ["chunked"] else {
            throw Violation(
                status: .notImplemented,
                code: "transfer_coding_not_supported",
                message: "The only transfer coding is chunked."
            )
        }
        guard codings.isEmpty || head.version.minor == 1 else { throw malformed("HTTP/1.0 has no transfer codings.") }
        guard hosts == 1 || (hosts == 0 && head.version.minor == 0) else { throw malformed("Send one Host header.") }
        guard head.uri.hasPrefix("/") || head.uri.hasPrefix("http://") || head.uri.hasPrefix("https://") else {
            throw malformed("The request target must be a path.")
        }
    }

    static func malformed(_ message: String) -> Violation {
        Violation(status: .badRequest, code: "malformed_request", message: message)
    }
}

extension HTTPRequestHead {
    /// Path and query of the target; an absolute form is taken without its authority (RFC 9112, section 3.2.2).
    var target: (path: Substring, query: Substring?) {
        // By bytes: going by characters costs 1.5 µs.
        var rest = uri.utf8[...]
        if rest.first != UInt8(ascii: "/"), let scheme = rest.firstIndex(of: UInt8(ascii: ":")) {
            rest = rest[scheme...].dropFirst(3)
            rest = rest.firstIndex(of: UInt8(ascii: "/")).map { rest[$0...] } ?? "/".utf8[...]
        }
        if let fragment = rest.firstIndex(of: UInt8(ascii: "#")) { rest = rest[..<fragment] }
        guard let mark = rest.firstIndex(of: UInt8(ascii: "?")) else { return (Substring(rest), nil) }
        return (Substring(rest[..<mark]), Substring(rest[rest.index(after: mark)...]))
    }
}
