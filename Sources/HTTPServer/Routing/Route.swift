package import LiveSockets
package import NIOCore
package import NIOHTTP1

/// One method on one path, and what answers it. A class, for each request hands it on several times.
package final class Route: Sendable {
    package typealias Handler = @Sendable (Request) async -> Response
    /// The answer where it is at hand; nil where somebody must be waited for.
    package typealias ReadyAnswer = @Sendable (Request) -> Response?
    /// Begins the answer, which is told once, on the request's event loop; false where the handler has to be asked. So it has where
    /// nil is told: what was begun came to nothing.
    package typealias Beginning = @Sendable (Request, _ tell: @escaping @Sendable (Response?) -> Void) -> Bool
    /// Called with the head: the body comes through the stream.
    package typealias StreamHandler = @Sendable (Request, RequestStream) async -> Void
    package typealias Decider = @Sendable (Request) async -> LiveDecision

    enum Action: Sendable {
        case respond(Handler, Shortcut?)
        /// The handshake is checked before the decider is asked.
        case webSocket(Decider, eventStream: String?, subprotocol: String?)
        case eventStream(Decider)
        case stream(StreamHandler)
    }

    /// What is tried before the handler: an answer that needs no task costs a fifth less, and more where it waits for somebody.
    enum Shortcut: Sendable {
        case ready(ReadyAnswer)
        case beginning(Beginning)
    }

    package let method: HTTPMethod
    /// Such as `/api/v1/scoreboard/users/{id}`; a segment in braces is a parameter.
    package let path: String
    let maximumBodyBytes: Int
    let action: Action
    /// Whether people type it: a slash behind its path leads to it.
    let isPage: Bool

    private init(
        _ method: HTTPMethod,
        _ path: String,
        maximumBodyBytes: Int = 0,
        _ action: Action,
        isPage: Bool = false
    ) {
        self.method = method
        self.path = path
        self.maximumBodyBytes = maximumBodyBytes
        self.action = action
        self.isPage = isPage
    }

    /// - Parameters:
    ///   - maximumBodyBytes: a longer body reaches the handler as ``Request/Body/tooLarge``.
    ///   - ready: asked before the handler. An answer from here needs no task: 18,400 instead of 24,700 instructions.
    ///   - beginning: the same of an answer that others must be waited for; there is one of the two.
    package static func on(
        _ method: HTTPMethod,
        _ path: String,
        maximumBodyBytes: Int = 0,
        ready: ReadyAnswer? = nil,
        beginning: Beginning? = nil,
        handler: @escaping Handler
    ) -> Route {
        let shortcut = ready.map(Shortcut.ready) ?? beginning.map(Shortcut.beginning)
        return Route(method, path, maximumBodyBytes: maximumBodyBytes, .respond(handler, shortcut))
    }

    /// One that reads its request's body piece by piece, and may answer so. ``Request/body`` says nothing of it.
    package static func stream(_ method: HTTPMethod, _ path: String, _ handler: @escaping StreamHandler) -> Route {
        Route(method, path, .stream(handler))
    }

    /// A document for people, by GET. Who puts a slash behind its path is sent to it.
    package static func page(_ path: String, handler: @escaping Handler) -> Route {
        Route(.GET, path, .respond(handler, nil), isPage: true)
    }

    /// - Parameters:
    ///   - eventStream: the last segment of the path beside this one that carries the same as Server-Sent Events: who speaks
    ///     no WebSocket is told of it.
    ///   - subprotocol: what is spoken, for those clients that name what they speak. No other is ever chosen.
    package static func webSocket(
        _ path: String,
        eventStream: String? = nil,
        subprotocol: String? = nil,
        _ decide: @escaping Decider
    ) -> Route {
        Route(.GET, path, .webSocket(decide, eventStream: eventStream, subprotocol: subprotocol))
    }

    package static func eventStream(_ path: String, _ decide: @escaping Decider) -> Route {
        Route(.GET, path, .eventStream(decide))
    }
}

/// Whether a live connection is opened.
package enum LiveDecision: Sendable {
    /// Called on the channel's loop once it is open.
    case accept(@Sendable (LiveChannel) -> Void)
    case refuse(Response)
}

/// A live connection that is open. On its loop only.
package struct LiveChannel {
    /// Bytes written to it go out as they are.
    package let channel: any Channel
    /// The short way for the same bytes, where there is one.
    package let direct: DirectSocket?
    /// Frames may be those of ``DeflatedText``.
    package let isDeflated: Bool
    private let webSocket: WebSocketConnection?

    init(channel: any Channel, direct: DirectSocket?, webSocket: WebSocketConnection?, isDeflated: Bool) {
        (self.channel, self.direct, self.webSocket, self.isDeflated) = (channel, direct, webSocket, isDeflated)
    }

    /// What the client says from now on, message by message, until the connection ends. Of an event stream: nothing.
    /// - Parameters:
    ///   - maximumBytes: how long a message may be, where that is more than the server's own bound.
    ///   - messages: how many may come in ten seconds; nil: few, for nothing has to be said.
    ///   - take: is given the text; nil: the message is binary.
    package func onMessage(maximumBytes: Int, messages: Int? = nil, _ take: @escaping (_ text: ByteBuffer?) -> Void) {
        webSocket?.hear(maximumBytes: maximumBytes, messages: messages, take)
    }
}
