import NIOCore
import NIOHTTP1
import Tracing

extension HTTPConnection {
    func take(_ part: RequestParser.Part) {
        if case .streaming(let streamed) = phase {
            // What is waited for is there.
            if streamed.isReading { expect(within: nil) }
            return streamed.take(part)
        }
        switch part {
        case .head(let head): begin(head)
        case .body(let bytes):
            let isWorthWaiting = incoming?.append(bytes, maximumDropped: server.options.maximumDroppedBodyBytes)
            if isWorthWaiting == false { handle(keepAlive: false) }
        case .end: handle(keepAlive: true)
        }
    }

    /// A chunk whose size alone is more than can be taken is not waited for, as a length is not.
    func refuseHopeless(_ awaitedCount: Int) {
        guard case .body = phase else { return }
        let isWorthWaiting = incoming?.announce(awaitedCount, maximumDropped: server.options.maximumDroppedBodyBytes)
        if isWorthWaiting == false { handle(keepAlive: false) }
    }

    /// When the first byte of the request came; of one that is whole at once, and of one that has waited behind another: now.
    var beginning: NIODeadline {
        if case .head(let began) = phase { began } else { .now() }
    }

    private func begin(_ head: RequestHead) {
        let request = IncomingRequest(head: head, router: server.router, began: beginning)
        // The head is well-formed, so what it says of the answer holds.
        if head.framing.expectsOther {
            incoming = request
            return refuse(.expectation, to: head.line.method)
        }
        if case .found(let route, _) = request.match, case .stream(let handler) = route.action,
            !Query(head.line.query).namesToken
        {
            return beginStream(request, handler)
        }
        incoming = request
        phase = .body
        expect(within: loop.times.body)
        let maximum = request.match.maximumBodyBytes
        if head.line.isHTTP11, head.framing.expectsContinue {
            // Who asks before it sends is told now. It may send nevertheless, so where its next request would begin is
            // unknown.
            guard maximum > 0, request.length <= maximum else { return handle(keepAlive: false) }
            send(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
        } else if request.length > max(maximum, server.options.maximumDroppedBodyBytes) {
            return handle(keepAlive: false)
        }
    }

    /// - Parameter keepAlive: as far as the server is concerned; the client may want something else.
    private func handle(keepAlive: Bool) {
        guard let incoming = self.incoming.take() else { return }
        let request = Request(
            incoming,
            isKeepAlive: keepAlive && incoming.head.isKeepAlive,
            remoteAddress: remoteAddress,
            eventLoop: loop.eventLoop,
            span: server.startSpan.flatMap { $0(RequestOpening(incoming)) }
        )
        phase = .handling(request)
        expect(within: nil)
        guard !request.query.namesToken else { return respondByItself(.tokenInQuery) }
        switch incoming.match {
        case .nothing:
            respondByItself(.error(.notFound, code: "not_found", message: "There is nothing at this path."))
        case .unknownMethod: respondByItself(.unknownMethod)
        case .page(let path): respond(.moved(to: path, query: incoming.head.line.query))
        case .wrongMethod(let allowed): respondByItself(.wrongMethod(request.method, allowed: allowed))
        case .found(let route, _): run(route, request)
        }
    }

    private func run(_ route: Route, _ request: Request) {
        let decide: Route.Decider
        let upgrade: LiveUpgrade
        switch route.action {
        case .respond(let handler, let shortcut): return respond(handler, shortcut, request)
        case .webSocket(let decider, let eventStream, let subprotocol):
            do throws(RequestViolation) {
                let handshake = try WebSocketHandshake(
                    request,
                    eventStream: eventStream,
                    subprotocol: subprotocol,
                    deflates: server.options.deflatesWebSockets
                )
                upgrade = .webSocket(handshake)
            } catch {
                return respond(error.response)
            }
            decide = decider
        case .eventStream(let decider):
            (upgrade, decide) = (.eventStream, decider)
        // Its handler has begun with its head.
        case .stream: return
        }
        let me = NIOLoopBound(self, eventLoop: request.eventLoop)
        Task.immediate(executorPreference: loop.executor) {
            switch await decide(request) {
            case .refuse(let response): me.value.respond(response)
            case .accept(let open): me.value.goLive(upgrade, open: open)
            }
        }
    }

    private func respond(_ handler: @escaping Route.Handler, _ shortcut: Route.Shortcut?, _ request: Request) {
        switch shortcut {
        case .ready(let answer): if let response = answer(request) { return respond(response) }
        case .beginning(let begin):
            let me = NIOLoopBound(self, eventLoop: request.eventLoop)
            let isBegun = begin(request) { response in
                if let response { me.value.tell(response, to: request) } else { me.value.respond(handler, to: request) }
            }
            if isBegun { return }
        case nil: break
        }
        respond(handler, to: request)
    }

    private func respond(_ handler: @escaping Route.Handler, to request: Request) {
        let me = NIOLoopBound(self, eventLoop: request.eventLoop)
        Task.immediate(executorPreference: loop.executor) {
            let response = await handler(request)
            me.value.tell(response, to: request)
        }
    }

    /// Of a client that is gone nobody but its trace is told that the request has ended.
    private func tell(_ response: Response, to request: Request) {
        guard context != nil else { return request.span?.end() ?? () }
        respond(response)
    }

    private func goLive(_ upgrade: LiveUpgrade, open: (LiveChannel) -> Void) {
        guard let context, case .handling(let request) = phase else { return }
        guard !loop.isStopping else {
            return respond(.error(.serviceUnavailable, code: "stopping", message: "This instance is stopping."))
        }
        let answer = Answer(request: request, status: upgrade.status, bytes: 0)
        let head = upgrade.head(requestID: request.id, date: loop.dateLine())
        guard request.method != .HEAD else { return writeLast(head, of: answer) }
        send(head)
        observe(answer)
        // The client may have gone: then its socket is closed, and nothing may be written to its number any more.
        guard case .handling = phase else { return }
        let (direct, rest) = handOver()
        open(upgrade.perform(on: context, direct: direct, loop: loop, options: server.options))
        // What came behind the request is already in the new protocol.
        if rest.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(rest)) }
        if isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }
}

extension Response {
    /// On any path, and before anything else is made of the request: it goes on to nobody.
    fileprivate static let tokenInQuery = Response.error(
        .badRequest,
        code: "token_in_query",
        message: "A token does not belong in a URL, which others keep in their logs: send it in the header "
            + "Authorization: Bearer <token>, and have this one replaced."
    )

    fileprivate static let unknownMethod = Response.error(
        .notImplemented,
        code: "method_not_implemented",
        message: "This method is not known here."
    )

    /// - Parameter path: one of ours, which begins with one slash: the browser stays here.
    fileprivate static func moved(to path: String, query: String?) -> Response {
        Response(.permanentRedirect, headers: ["Location": query.map { "\(path)?\($0)" } ?? path])
    }

    /// OPTIONS is answered for every path; any other method that a path does not take is refused.
    fileprivate static func wrongMethod(_ method: HTTPMethod, allowed: [String]) -> Response {
        let allow: ResponseHeaders = ["Allow": allowed.joined(separator: ", ")]
        guard method != .OPTIONS else { return Response(.noContent, headers: allow) }
        return .error(
            .methodNotAllowed,
            code: "method_not_allowed",
            message: "This path does not take this method.",
            headers: allow
        )
    }
}
