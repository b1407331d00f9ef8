package import NIOCore
package import NIOHTTP1
package import Tracing

/// A request that was answered, for the request log and the metrics.
package struct Exchange: Sendable {
    private let request: Request
    package let status: HTTPResponseStatus
    /// Of the answer, its head included.
    package let bytes: Int
    /// From the request's first byte to the answer's last byte given to the socket; where the client is slow to read, to all of it but
    /// the last 16 KiB; where it has gone, to that.
    package let duration: TimeAmount

    init(_ request: Request, status: HTTPResponseStatus, bytes: Int) {
        self.request = request
        self.status = status
        self.bytes = bytes
        duration = .now() - request.began
    }

    package var method: HTTPMethod { request.method }
    package var path: String { request.path }
    /// Nil where none fits.
    package var route: Route? { request.route }
    package var requestID: String { request.id }
    package var headers: RequestHeaders { request.headers }
    package var span: (any Span & AnyObject)? { request.span }
    package var remoteAddress: String { request.remoteAddress }
}
