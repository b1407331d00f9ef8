package import NIOCore
package import NIOHTTP1

/// One method on one path, and what answers it.
package struct Route: Sendable {
    package typealias Handler = @Sendable (Request) async -> Response
    package typealias Decider = @Sendable (Request) async -> LiveDecision

    enum Action: Sendable {
        case respond(Handler)
        /// The handshake is checked before the decider is asked.
        case webSocket(Decider)
        case eventStream(Decider)
    }

    package let method: HTTPMethod
    /// Such as `/api/v1/scoreboard/users/{id}`; a segment in braces is a parameter.
    package let path: String
    let maximumBodyBytes: Int
    let action: Action

    /// - Parameter maximumBodyBytes: a longer body reaches the handler as ``Request/Body/tooLarge``.
    package static func on(
        _ method: HTTPMethod,
        _ path: String,
        maximumBodyBytes: Int = 0,
        handler: @escaping Handler
    ) -> Route {
        Route(method: method, path: path, maximumBodyBytes: maximumBodyBytes, action: .respond(handler))
    }

    package static func webSocket(_ path: String, _ decide: @escaping Decider) -> Route {
        Route(method: .GET, path: path, maximumBodyBytes: 0, action: .webSocket(decide))
    }

    package static func eventStream(_ path: String, _ decide: @escaping Decider) -> Route {
        Route(method: .GET, path: path, maximumBodyBytes: 0, action: .eventStream(decide))
    }
}

/// Whether a live connection is opened.
package enum LiveDecision: Sendable {
    /// Called on the channel's loop once it is open: from then on, bytes written to the channel go out as they are.
    case accept(@Sendable (any Channel) -> Void)
    case refuse(Response)
}
