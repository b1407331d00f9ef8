package import NIOCore
package import NIOHTTP1

/// An answer, whole. Framing headers (Content-Length, Connection, Date) are the server's.
package struct Response: Sendable {
    package var status: HTTPResponseStatus
    package var headers: ResponseHeaders
    package var body: ByteBuffer

    package init(_ status: HTTPResponseStatus, headers: ResponseHeaders = [:], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package init(_ status: HTTPResponseStatus, json: ByteBuffer) {
        self.init(status, headers: ["Content-Type": "application/json"], body: json)
    }

    /// `{"status":"error","code":…,"message":…}`. Both texts are ours, so they need no escaping. A browser takes the body for
    /// what `Content-Type` says, and for nothing else.
    package static func error(
        _ status: HTTPResponseStatus,
        code: String,
        message: String,
        headers: ResponseHeaders = [:]
    ) -> Response {
        var response = Response(
            status,
            headers: ["Content-Type": "application/json", "X-Content-Type-Options": "nosniff"],
            body: ByteBuffer(string: #"{"status":"error","code":"\#(code)","message":"\#(message)"}"#)
        )
        response.headers.add(contentsOf: headers)
        return response
    }
}
