package import NIOCore
package import NIOHTTP1

/// A request that is there and about to be handled: what a span of it begins with.
package struct RequestOpening {
    package let method: HTTPMethod
    package let headers: RequestHeaders
    /// Nil where none fits.
    package let route: Route?
    /// When its first byte came.
    package let began: NIODeadline

    init(_ incoming: IncomingRequest) {
        method = incoming.head.line.method
        headers = incoming.head.headers
        route = incoming.match.route
        began = incoming.began
    }
}
