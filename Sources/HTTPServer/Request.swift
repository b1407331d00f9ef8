package import NIOCore
package import NIOHTTP1

/// One request, whole. A class, for it is handed on several times.
package final class Request: Sendable {
    package enum Body: Sendable {
        case complete(ByteBuffer)
        /// Longer than the route takes. The handler decides in which order it checks; the connection closes after the answer.
        case tooLarge
    }

    package let method: HTTPMethod
    package let path: String
    package let query: Query
    package let headers: HTTPHeaders
    package let body: Body
    /// The client's `X-Request-Id` if it was sane, otherwise one of ours.
    package let id: String
    /// The peer's address as text, without its port.
    package let remoteAddress: String
    /// What stood in the place of `{name}` in the route's path.
    package let parameters: [String: String]
    /// The loop of the connection: the handler runs on it.
    package let eventLoop: any EventLoop

    init(
        method: HTTPMethod,
        path: String,
        query: Query,
        headers: HTTPHeaders,
        body: Body,
        id: String,
        remoteAddress: String,
        parameters: [String: String],
        eventLoop: any EventLoop
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.id = id
        self.remoteAddress = remoteAddress
        self.parameters = parameters
        self.eventLoop = eventLoop
    }
}
