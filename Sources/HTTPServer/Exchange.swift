package import NIOCore
package import NIOHTTP1

/// A request that was answered, for the request log and the metrics.
package struct Exchange: Sendable {
    /// What is known of it before its answer. A class, for it is handed on several times.
    final class Started: Sendable {
        let method: HTTPMethod
        let path: String
        let route: String?
        let requestID: String
        let remoteAddress: String
        let keepAlive: Bool
        let time: NIODeadline

        init(
            method: HTTPMethod,
            path: String,
            route: String?,
            requestID: String,
            remoteAddress: String,
            keepAlive: Bool,
            time: NIODeadline
        ) {
            self.method = method
            self.path = path
            self.route = route
            self.requestID = requestID
            self.remoteAddress = remoteAddress
            self.keepAlive = keepAlive
            self.time = time
        }

        func finished(status: HTTPResponseStatus, bytes: Int) -> Exchange {
            Exchange(started: self, status: status, bytes: bytes, duration: .now() - time)
        }
    }

    private let started: Started
    package let status: HTTPResponseStatus
    package let bytes: Int
    package let duration: TimeAmount

    private init(started: Started, status: HTTPResponseStatus, bytes: Int, duration: TimeAmount) {
        self.started = started
        self.status = status
        self.bytes = bytes
        self.duration = duration
    }

    package var method: HTTPMethod { started.method }
    package var path: String { started.path }
    /// The path as the routing table has it; nil where none fits.
    package var route: String? { started.route }
    package var requestID: String { started.requestID }
    package var remoteAddress: String { started.remoteAddress }
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
