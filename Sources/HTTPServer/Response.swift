package import NIOCore
package import NIOHTTP1

/// An answer, whole. Framing headers (Content-Length, Connection, Date) are the server's.
package struct Response: Sendable {
    package var status: HTTPResponseStatus
    package var headers: HTTPHeaders
    package var body: ByteBuffer

    package init(_ status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// - Parameter headerCount: how many headers there will be; a hint that saves copies.
    package init(_ status: HTTPResponseStatus, json: ByteBuffer, headerCount: Int = 1) {
        var headers = HTTPHeaders()
        headers.reserveCapacity(headerCount)
        headers.add(name: "Content-Type", value: "application/json")
        self.init(status, headers: headers, body: json)
    }

    /// `{"status":"error","code":…,"message":…}`. Both texts are ours, so they need no escaping.
    package static func error(
        _ status: HTTPResponseStatus,
        code: String,
        message: String,
        headers: HTTPHeaders = [:]
    ) -> Response {
        var response = Response(
            status,
            json: ByteBuffer(string: #"{"status":"error","code":"\#(code)","message":"\#(message)"}"#)
        )
        response.headers.add(contentsOf: headers)
        response.forbidSniffing()
        return response
    }

    /// A browser takes the body for what `Content-Type` says, and for nothing else.
    package mutating func forbidSniffing() {
        headers.replaceOrAdd(name: "X-Content-Type-Options", value: "nosniff")
    }
}
