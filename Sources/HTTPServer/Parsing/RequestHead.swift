/// The head of a request that keeps the rules of ``HeadReader``. A class, for it is handed on several times.
final class RequestHead: Sendable {
    let line: RequestLine
    let headers: RequestHeaders
    let framing: Framing

    init(_ line: RequestLine, _ headers: RequestHeaders, _ framing: Framing) {
        self.line = line
        self.headers = headers
        self.framing = framing
    }

    /// What the headers say of the message and its connection.
    struct Framing: Sendable {
        /// `Content-Length`; nil without one.
        var length: Int?
        var isChunked = false
        var expectsContinue = false
        /// Something that is not known here.
        var expectsOther = false
        /// `Connection: close`.
        var closes = false
    }

    /// Whether the client wants the connection kept. HTTP/1.0 has no pipelining, and its keep-alive is not worth a header
    /// in every answer.
    var isKeepAlive: Bool { line.isHTTP11 && !framing.closes }
}
