import NIOHTTP1

/// What is no request that we take (RFC 9112). It is answered and the connection closed, for where one message ends and the
/// next begins is in doubt.
struct RequestViolation: Error {
    let status: HTTPResponseStatus
    let code: String
    let message: String
    var headers: ResponseHeaders = [:]

    var response: Response { .error(status, code: code, message: message, headers: headers) }

    static let malformed = malformed("The request is not well-formed HTTP/1.1.")

    static func malformed(_ message: String) -> Self {
        Self(status: .badRequest, code: "malformed_request", message: message)
    }

    static let version = Self(
        status: .httpVersionNotSupported,
        code: "http_version_not_supported",
        message: "Speak HTTP/1.1."
    )
    static let expectation = Self(
        status: .expectationFailed,
        code: "expectation_failed",
        message: "The only expectation is 100-continue."
    )
    static let transferCoding = Self(
        status: .notImplemented,
        code: "transfer_coding_not_supported",
        message: "The only transfer coding is chunked."
    )
    static let tunnel = Self(
        status: .notImplemented,
        code: "method_not_implemented",
        message: "This is no proxy: there is no CONNECT."
    )
    static let timeout = Self(
        status: .requestTimeout,
        code: "request_timeout",
        message: "The request did not arrive in time."
    )

    static func tooLarge(_ limits: HeadLimits) -> Self {
        Self(
            status: .requestHeaderFieldsTooLarge,
            code: "head_too_large",
            message: "The request's head may have \(limits.bytes) bytes and \(limits.headers) headers."
        )
    }
}
