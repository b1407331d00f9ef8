import NIOCore
import NIOHTTP1

extension HTTPConnection {
    func take(_ part: HTTPServerRequestPart) {
        switch (part, phase) {
        case (.head(let head), .idle), (.head(let head), .head): begin(head)
        case (.body(let bytes), .body(let request)):
            let isWorthWaiting = request.append(bytes, maximumDropped: server.options.maximumDroppedBodyBytes)
            if !isWorthWaiting { handle(request, keepAlive: false) }
        case (.end, .body(let request)):
            // HTTP/1.0 has no pipelining, and its keep-alive is not worth a header in every answer.
            handle(request, keepAlive: request.head.isKeepAlive && request.head.version.minor == 1)
        default: break
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        let framing: HeadRules.Framing
        do {
            framing = try HeadRules.check(head, options: server.options)
        } catch {
            return refuse(error, to: head.method)
        }
        let length = framing.length
        let request = IncomingRequest(head: head, framing: framing, router: server.router)
        let maximum = request.match.maximumBodyBytes
        if head.version.minor == 1, framing.expectsContinue {
            // Who asks before it sends is told now. It may send nevertheless, so where its next request would begin is
            // unknown.
            guard maximum > 0, length <= maximum else { return handle(request, keepAlive: false) }
            context?.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        } else if length > max(maximum, server.options.maximumDroppedBodyBytes) {
            return handle(request, keepAlive: false)
        }
        phase = .body(request)
        expect(within: server.options.bodyTimeout)
    }

    private func handle(_ incoming: IncomingRequest, keepAlive: Bool) {
        guard let context else { return }
        let head = incoming.head
        let target = incoming.target
        let started = Exchange.Started(
            method: head.method,
            path: target.path.utf8.count == head.uri.utf8.count ? head.uri : String(target.path),
            route: incoming.match.routePath,
            requestID: RequestID.of(head.headers),
            remoteAddress: remoteAddress,
            // The parser reads no further behind a request that asks for another protocol.
            keepAlive: keepAlive && !incoming.framing.asksForUpgrade,
            time: .now()
        )
        phase = .handling(started)
        expect(within: nil)
        let request = Request(
            method: head.method,
            path: started.path,
            query: Query(target.query),
            headers: head.headers,
            body: incoming.body,
            id: started.requestID,
            remoteAddress: remoteAddress,
            parameters: incoming.match.parameters,
            eventLoop: context.eventLoop
        )
        switch incoming.match {
        case .nothing:
            respond(.error(.notFound, code: "not_found", message: "There is nothing at this path."))
        case .wrongMethod(let allowed): respond(.wrongMethod(head.method, allowed: allowed))
        case .found(let route, _): run(route, request, head)
        }
    }

    private func run(_ route: Route, _ request: Request, _ head: HTTPRequestHead) {
        let decide: Route.Decider
        let upgrade: LiveUpgrade
        switch route.action {
        case .respond(let handler):
            let me = NIOLoopBound(self, eventLoop: request.eventLoop)
            Task.immediate(executorPreference: loop.executor) {
                let response = await handler(request)
                me.value.respond(response)
            }
            return
        case .webSocket(let decider):
            do throws(HeadRules.Violation) {
                upgrade = .webSocket(try WebSocketHandshake(head, request.body))
            } catch {
                return respond(error.response)
            }
            decide = decider
        case .eventStream(let decider):
            (upgrade, decide) = (.eventStream, decider)
        }
        let me = NIOLoopBound(self, eventLoop: request.eventLoop)
        Task.immediate(executorPreference: loop.executor) {
            switch await decide(request) {
            case .refuse(let response): me.value.respond(response)
            case .accept(let open): me.value.goLive(upgrade, request: request, open: open)
            }
        }
    }

    private func goLive(_ upgrade: LiveUpgrade, request: Request, open: (LiveChannel) -> Void) {
        guard let context, case .handling(let started) = phase else { return }
        guard !isStopping else {
            return respond(.error(.serviceUnavailable, code: "stopping", message: "This instance is stopping."))
        }
        server.observe(started.finished(status: upgrade.status, bytes: 0))
        let head = upgrade.head(requestID: started.requestID, date: loop.date.text())
        guard request.method != .HEAD else { return writeLast(head) }
        open(upgrade.perform(on: context, head: head, loop: loop, options: server.options))
    }
}

extension Response {
    /// OPTIONS is answered for every path; any other method that a path does not take is refused.
    fileprivate static func wrongMethod(_ method: HTTPMethod, allowed: [String]) -> Response {
        let allow = HTTPHeaders([("Allow", allowed.joined(separator: ", "))])
        guard method != .OPTIONS else { return Response(.noContent, headers: allow) }
        return .error(
            .methodNotAllowed,
            code: "method_not_allowed",
            message: "This path does not take this method.",
            headers: allow
        )
    }
}
