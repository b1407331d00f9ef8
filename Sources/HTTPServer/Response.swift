package import NIOCore
package import NIOHTTP1
import Text

/// An answer, whole. Framing headers (Content-Length, Connection, Date) are the server's.
package struct Response: Sendable {
    package var status: HTTPResponseStatus
    package var headers: ResponseHeaders
    package var body: ByteBuffer
    /// Of an error, for who wants to be told of it in another form (``Fault/isWantedAsProblem(_:)``).
    private(set) var fault: Fault?

    package init(_ status: HTTPResponseStatus, headers: ResponseHeaders = [:], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
        fault = nil
    }

    package init(_ status: HTTPResponseStatus, json: ByteBuffer) {
        self.init(status, headers: ["Content-Type": "application/json"], body: json)
    }

    /// `{"status":"error","code":…,"message":…}`. A browser takes the body for what `Content-Type` says, and for
    /// nothing else.
    package static func error(
        _ status: HTTPResponseStatus,
        code: String,
        message: String,
        headers: ResponseHeaders = [:]
    ) -> Response {
        var body = ByteBuffer()
        body.writeStaticString(#"{"status":"error","code":"#)
        body.writeJSON(code)
        body.writeStaticString(#","message":"#)
        body.writeJSON(message)
        body.writeStaticString("}")
        var response = Response(
            status,
            headers: ["Content-Type": "application/json", "X-Content-Type-Options": "nosniff"],
            body: body
        )
        response.headers.add(contentsOf: headers)
        response.fault = Fault(code: code, message: message)
        return response
    }
}
