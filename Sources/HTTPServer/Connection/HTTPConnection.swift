import DequeModule
import Logging
import NIOCore
import NIOHTTP1

/// One HTTP/1.1 connection: one request at a time, answers in order. Owned by its event loop.
///
/// While a request is handled, what the client pipelined behind it waits, and nothing more is read.
final class HTTPConnection: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case idle
        case head
        case body(HTTPRequestHead, Router.Match, ByteBuffer)
        /// The rest of a refused or oversized body is not waited for.
        case handling(Exchange.Started)
        case ended
    }

    private let server: ServerContext
    private let loop: LoopContext
    private var phase = Phase.idle
    private var waiting = Deque<HTTPServerRequestPart>()
    private var isReadHeldBack = false
    private var deadline = NIODeadline.distantFuture
    private var timer: Scheduled<Void>?
    private var context: ChannelHandlerContext?
    private var isStopping = false
    private var remoteAddress = ""

    init(server: ServerContext, loop: LoopContext) {
        self.server = server
        self.loop = loop
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.connections[ObjectIdentifier(self)] = self
        remoteAddress = context.remoteAddress?.ipAddress ?? "unix"
        expect(within: server.options.headTimeout)
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        phase = .ended
        context = nil
        timer?.cancel()
        waiting.removeAll()
        loop.connections[ObjectIdentifier(self)] = nil
    }

    // MARK: Requests

    /// The first bytes after a quiet time: the head is due from now.
    func bytesArrived() {
        guard case .idle = phase else { return }
        phase = .head
        expect(within: server.options.headTimeout)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if case .handling = phase { return waiting.append(part) }
        guard waiting.isEmpty else { return waiting.append(part) }
        take(part)
    }

    private func take(_ part: HTTPServerRequestPart) {
        switch (part, phase) {
        case (.head(let head), .idle), (.head(let head), .head): begin(head)
        case (.body(let bytes), .body(let head, let match, var body)):
            // Nearly always a body comes in one piece, which is kept as it is.
            if body.readableBytes == 0 { body = bytes } else { body.writeImmutableBuffer(bytes) }
            if body.readableBytes > match.maximumBodyBytes {
                handle(head, match, body: .tooLarge, keepAlive: false)
            } else {
                phase = .body(head, match, body)
            }
        case (.end, .body(let head, let match, let body)):
            handle(head, match, body: .complete(body), keepAlive: head.isKeepAlive)
        default: break
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        do {
            try HeadRules.check(head, options: server.options)
        } catch {
            return refuse(error.response)
        }
        let match = server.router.match(head.method, head.target.path)
        let length = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
        if let expectation = head.headers.first(name: "Expect"), expectation.lowercased() != "100-continue" {
            return refuse(
                .error(.expectationFailed, code: "expectation_failed", message: "The only expectation is 100-continue.")
            )
        }
        guard length <= match.maximumBodyBytes else { return handle(head, match, body: .tooLarge, keepAlive: false) }
        if head.headers.contains(name: "Expect"), head.version.minor == 1 {
            context?.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        }
        phase = .body(head, match, ByteBuffer())
        expect(within: server.options.bodyTimeout)
    }

    private func handle(_ head: HTTPRequestHead, _ match: Router.Match, body: Request.Body, keepAlive: Bool) {
        guard let context else { return }
        let target = head.target
        let started = Exchange.Started(
            method: head.method,
            path: target.path.utf8.count == head.uri.utf8.count ? head.uri : String(target.path),
            route: match.routePath,
            requestID: RequestID.of(head.headers),
            remoteAddress: remoteAddress,
            keepAlive: keepAlive && !isStopping && !head.headers.contains(name: "Upgrade"),
            time: .now()
        )
        phase = .handling(started)
        expect(within: nil)
        let request = Request(
            method: head.method,
            path: started.path,
            query: Query(target.query),
            headers: head.headers,
            body: body,
            id: started.requestID,
            remoteAddress: remoteAddress,
            parameters: match.parameters,
            eventLoop: context.eventLoop
        )
        switch match {
        case .nothing:
            respond(.error(.notFound, code: "not_found", message: "There is nothing at this path."))
        case .wrongMethod(let allowed):
            let allow = HTTPHeaders([("Allow", allowed.joined(separator: ", "))])
            if head.method == .OPTIONS {
                respond(Response(.noContent, headers: allow))
            } else {
                respond(
                    .error(
                        .methodNotAllowed,
                        code: "method_not_allowed",
                        message: "This path does not take this method.",
                        headers: allow
                    )
                )
            }
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
            do { upgrade = try .webSocket(WebSocketHandshake(head)) } catch { return respond(error.response) }
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

    // MARK: Answers

    private func respond(_ response: Response) {
        guard let context, case .handling(let started) = phase else { return }
        let keepAlive = started.keepAlive && !isStopping
        let bytes = ResponseEncoder.encode(
            response,
            requestID: started.requestID,
            date: loop.date.text(),
            isHead: started.method == .HEAD,
            keepAlive: keepAlive,
            allocator: context.channel.allocator
        )
        server.observe(started.finished(status: response.status, bytes: bytes.readableBytes))
        guard keepAlive else {
            phase = .ended
            return context.writeAndFlush(wrapOutboundOut(bytes)).assumeIsolated().whenComplete { _ in
                context.close(promise: nil)
            }
        }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        phase = .idle
        expect(within: server.options.idleTimeout)
        while let part = waiting.popFirst() {
            take(part)
            if case .handling = phase { break }
        }
        if isReadHeldBack, waiting.isEmpty {
            isReadHeldBack = false
            context.read()
        }
    }

    /// An answer to a request that is none: then the connection closes.
    private func refuse(_ response: Response) {
        phase = .handling(
            Exchange.Started(
                method: .GET,
                path: "",
                route: nil,
                requestID: RequestID.next(),
                remoteAddress: remoteAddress,
                keepAlive: false,
                time: .now()
            )
        )
        respond(response)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return context.close(promise: nil) }
        if case .handling = phase { return isStopping = true }
        refuse(HeadRules.malformed("The request is not well-formed HTTP/1.1.").response)
    }

    func read(context: ChannelHandlerContext) {
        if waiting.isEmpty { context.read() } else { isReadHeldBack = true }
    }

    /// Finishes the request that is handled, then closes; an idle connection closes at once.
    func stop() {
        isStopping = true
        switch phase {
        case .idle: context?.close(promise: nil)
        default: break
        }
    }

    // MARK: Going live

    private func goLive(_ upgrade: LiveUpgrade, request: Request, open: (any Channel) -> Void) {
        guard let context, case .handling(let started) = phase else { return }
        guard !isStopping else {
            return respond(.error(.serviceUnavailable, code: "stopping", message: "This instance is stopping."))
        }
        server.observe(started.finished(status: upgrade.status, bytes: 0))
        upgrade.perform(
            on: context,
            requestID: started.requestID,
            isHead: request.method == .HEAD,
            loop: loop,
            server: server
        )
        guard request.method != .HEAD else { return }
        open(context.channel)
    }

    // MARK: Time

    /// One timer per connection, armed anew only when it fires too early: a request moves the deadline, not the timer.
    private func expect(within limit: Duration?) {
        deadline = limit.map { .now() + TimeAmount($0) } ?? .distantFuture
        if timer == nil, limit != nil { arm() }
    }

    private func arm() {
        guard let context else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in self?.timerFired()
        }
    }

    private func timerFired() {
        timer = nil
        guard deadline <= .now() else {
            if deadline != .distantFuture { arm() }
            return
        }
        switch phase {
        case .head, .body:
            refuse(.error(.requestTimeout, code: "request_timeout", message: "The request did not arrive in time."))
        default: context?.close(promise: nil)
        }
    }
}
