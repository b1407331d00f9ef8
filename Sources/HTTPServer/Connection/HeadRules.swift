import NIOHTTP1

/// What a request head must be beyond what the parser checks (RFC 9112). A head that breaks a rule is answered and the
/// connection closed, for where one message ends and the next begins is in doubt.
enum HeadRules {
    struct Violation: Error {
        let status: HTTPResponseStatus
        let code: String
        let message: String
        var headers: HTTPHeaders = [:]

        var response: Response { .error(status, code: code, message: message, headers: headers) }
    }

    /// What the head says of the message and its connection, found in the same pass: a look-up of a header costs 0.1 µs.
    struct Framing {
        /// `Content-Length`; 0 without one.
        fileprivate(set) var length = 0
        fileprivate(set) var expectsContinue = false
        fileprivate(set) var asksForUpgrade = false
    }

    static func check(_ head: HTTPRequestHead, options: ServerOptions) throws(Violation) -> Framing {
        guard head.version.major == 1, head.version.minor <= 1 else { throw .version }
        var bytes = head.uri.utf8.count + 16
        var lengths = 0
        var hosts = 0
        var codings: [String] = []
        var framing = Framing()
        for (name, value) in head.headers {
            bytes += name.utf8.count + value.utf8.count + 4
            switch name.utf8.count {
            case 4 where name.isHeader("Host"):
                hosts += 1
                guard isAuthority(value.utf8) else { throw malformed("The Host header is not valid.") }
            case 6 where name.isHeader("Expect"):
                guard value.lowercased() == "100-continue" else { throw .expectation }
                framing.expectsContinue = true
            case 7 where name.isHeader("Upgrade"): framing.asksForUpgrade = true
            case 14 where name.isHeader("Content-Length"):
                lengths += 1
                framing.length = Int(value) ?? 0
            case 17 where name.isHeader("Transfer-Encoding"): codings.append(value.lowercased())
            default: break
            }
        }
        guard bytes <= options.maximumHeadBytes, head.headers.count <= options.maximumHeaders else {
            throw .tooLarge(options)
        }
        guard lengths + codings.count <= 1 else { throw malformed("Say the body's length once.") }
        guard codings.isEmpty || codings == ["chunked"] else { throw .transferCoding }
        guard codings.isEmpty || head.version.minor == 1 else { throw malformed("HTTP/1.0 has no transfer codings.") }
        guard hosts == 1 || (hosts == 0 && head.version.minor == 0) else { throw malformed("Send one Host header.") }
        guard isTarget(head) else { throw malformed("The request target must be a path.") }
        return framing
    }

    /// A path, an absolute form, or the asterisk of OPTIONS (RFC 9112, section 3.2).
    private static func isTarget(_ head: HTTPRequestHead) -> Bool {
        if head.uri.utf8.first == UInt8(ascii: "/") { return true }
        for scheme in ["http://", "https://"] where head.uri.prefix(scheme.count).lowercased() == scheme {
            let authority = head.uri.utf8.dropFirst(scheme.utf8.count).prefix {
                $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?")
            }
            return !authority.isEmpty && isAuthority(authority)
        }
        return head.method == .OPTIONS && head.uri == "*"
    }

    /// `uri-host [ ":" port ]` as far as its characters go (RFC 3986, section 3.2): what could end an authority, or name a
    /// user in it, is refused. It may be empty.
    private static func isAuthority(_ text: some Sequence<UInt8>) -> Bool {
        text.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                // Digits and the colon.
                UInt8(ascii: "0")...UInt8(ascii: ":"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"),
                UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"),
                UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"),
                UInt8(ascii: ";"), UInt8(ascii: "="):
                true
            default: false
            }
        }
    }

    static func malformed(_ message: String) -> Violation {
        Violation(status: .badRequest, code: "malformed_request", message: message)
    }
}

extension HeadRules.Violation {
    fileprivate static let version = Self(
        status: .httpVersionNotSupported,
        code: "http_version_not_supported",
        message: "Speak HTTP/1.1."
    )
    fileprivate static let expectation = Self(
        status: .expectationFailed,
        code: "expectation_failed",
        message: "The only expectation is 100-continue."
    )
    fileprivate static let transferCoding = Self(
        status: .notImplemented,
        code: "transfer_coding_not_supported",
        message: "The only transfer coding is chunked."
    )
    static let requestTimeout = Self(
        status: .requestTimeout,
        code: "request_timeout",
        message: "The request did not arrive in time."
    )

    fileprivate static func tooLarge(_ options: ServerOptions) -> Self {
        Self(
            status: .requestHeaderFieldsTooLarge,
            code: "head_too_large",
            message:
                "The request's head may have \(options.maximumHeadBytes) bytes and \(options.maximumHeaders) headers."
        )
    }

    /// What the parser found.
    init(_ error: HTTPParserError, options: ServerOptions) {
        switch error {
        case .headerOverflow: self = .tooLarge(options)
        case .invalidVersion: self = .version
        default: self = HeadRules.malformed("The request is not well-formed HTTP/1.1.")
        }
    }
}
