import NIOHTTP1

/// The head of a request that keeps the rules of ``HeadReader``. A class, for it is handed on several times.
final class RequestHead: Sendable {
    let line: Line
    let headers: RequestHeaders
    let framing: Framing

    init(_ line: Line, _ headers: RequestHeaders, _ framing: Framing) {
        self.line = line
        self.headers = headers
        self.framing = framing
    }

    /// The request line.
    struct Line: Sendable {
        var method = HTTPMethod.GET
        /// Of the target; that of an absolute form, too (RFC 9112, section 3.2.2). Visible ASCII, as it was sent.
        var path = ""
        /// What stands behind the question mark, up to a fragment; nil without one.
        var query: String?
        /// HTTP/1.1; otherwise it is HTTP/1.0.
        var isHTTP11 = true
    }

    /// What the headers say of the message and its connection.
    struct Framing: Sendable {
        /// `Content-Length`; nil without one.
        var length: Int?
        var isChunked = false
        var expectsContinue = false
        /// `Connection: close`.
        var closes = false
    }

    /// Whether the client wants the connection kept. HTTP/1.0 has no pipelining, and its keep-alive is not worth a header
    /// in every answer.
    var isKeepAlive: Bool { line.isHTTP11 && !framing.closes }
}
