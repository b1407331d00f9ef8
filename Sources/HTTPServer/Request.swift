package import NIOCore
package import NIOHTTP1
package import Tracing

/// One request, whole. A class, for it is handed on several times.
package final class Request: Sendable {
    package enum Body: Sendable {
        case complete(ByteBuffer)
        /// Longer than the route takes. The handler decides in which order it checks; the connection closes after the answer.
        case tooLarge
    }

    private let head: RequestHead
    package let query: Query
    package let body: Body
    /// The client's `X-Request-Id` if it was sane, otherwise one of ours.
    package let id: String
    /// The peer's address as text, without its port.
    package let remoteAddress: String
    /// What stood in the place of `{name}` in the route's path.
    package let parameters: [String: String]
    /// The loop of the connection: the handler runs on it.
    package let eventLoop: any EventLoop
    /// Nil where none fits.
    let route: Route?
    /// Whether the connection outlives the answer.
    let isKeepAlive: Bool
    /// When its first byte came.
    let began: NIODeadline
    /// Nil where nobody records its trace.
    package let span: (any Span & AnyObject)?

    package var method: HTTPMethod { head.line.method }
    package var path: String { head.line.path }
    package var headers: RequestHeaders { head.headers }
    var isHTTP11: Bool { head.line.isHTTP11 }

    init(
        _ incoming: IncomingRequest,
        isKeepAlive: Bool,
        remoteAddress: String,
        eventLoop: any EventLoop,
        span: (any Span & AnyObject)? = nil
    ) {
        self.span = span
        head = incoming.head
        query = Query(head.line.query)
        body = incoming.body
        id = RequestID.of(head.headers)
        began = incoming.began
        self.remoteAddress = remoteAddress
        parameters = incoming.match.parameters
        self.eventLoop = eventLoop
        route = incoming.match.route
        self.isKeepAlive = isKeepAlive
    }

    /// Stands for what is no request.
    init(
        refused method: HTTPMethod,
        remoteAddress: String,
        eventLoop: any EventLoop,
        began: NIODeadline
    ) {
        self.began = began
        span = nil
        head = RequestHead(RequestLine(refused: method), RequestHeaders(), RequestHead.Framing())
        query = Query(nil)
        body = .complete(ByteBuffer())
        id = RequestID.next()
        self.remoteAddress = remoteAddress
        parameters = [:]
        self.eventLoop = eventLoop
        route = nil
        isKeepAlive = false
    }
}
