package import NIOCore
package import NIOHTTP1

/// A request that was answered, for the request log and the metrics.
package struct Exchange: Sendable {
    struct Started: Sendable {
        let method: HTTPMethod
        let path: String
        let route: String?
        let requestID: String
        let remoteAddress: String
        let keepAlive: Bool
        let time: NIODeadline

        func finished(status: HTTPResponseStatus, bytes: Int) -> Exchange {
            Exchange(
                method: method,
                path: path,
                route: route,
                status: status,
                requestID: requestID,
                remoteAddress: remoteAddress,
                bytes: bytes,
                duration: .now() - time
            )
        }
    }

    package let method: HTTPMethod
    package let path: String
    /// The path as the routing table has it; nil where none fits.
    package let route: String?
    package let status: HTTPResponseStatus
    package let requestID: String
    package let remoteAddress: String
    package let bytes: Int
    package let duration: TimeAmount
}

extension Router.Match {
    var maximumBodyBytes: Int {
        if case .found(let route, _) = self { route.maximumBodyBytes } else { 0 }
    }

    var routePath: String? {
        if case .found(let route, _) = self { route.path } else { nil }
    }

    var parameters: [String: String] {
        if case .found(_, let parameters) = self { parameters } else { [:] }
    }
}
