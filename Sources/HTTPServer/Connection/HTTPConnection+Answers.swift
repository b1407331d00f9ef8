import LiveSockets
import NIOCore
import NIOHTTP1

extension HTTPConnection {
    /// The answer to the request that is handled; if the connection is gone, nobody's.
    /// - Parameter isLast: the connection ends with it.
    func respond(_ response: Response, isLast: Bool = false) {
        guard context != nil, case .handling(let request) = phase else { return }
        if let fault = response.fault, Fault.isWantedAsProblem(request.headers) {
            respond(fault.problem(response, types: server.options.problemTypes), to: request, isLast: isLast)
        } else {
            respond(response, to: request, isLast: isLast)
        }
    }

    /// The same of an error that is no route's.
    func respondByItself(_ response: Response) {
        guard case .handling(let request) = phase else { return }
        respond(server.options.openError?(response, request) ?? response)
    }

    private func respond(_ response: Response, to request: Request, isLast: Bool) {
        let keepAlive = request.isKeepAlive && !loop.isStopping && !isLast
        let bytes = loop.encode(response, to: request, keepAlive: keepAlive)
        let answer = Answer(request: request, status: response.status, bytes: bytes.readableBytes)
        guard keepAlive else { return writeLast(bytes, of: answer) }
        send(bytes)
        endSending(answer)
    }

    /// All of an answer was sent, and the connection goes on once the client has read it.
    func endSending(_ answer: Answer) {
        switch phase {
        case .handling, .streaming: break
        // It was lost over it.
        case .idle, .head, .body, .sending, .closing: return observe(answer)
        }
        guard context?.channel.isWritable != false else {
            phase = .sending(answer)
            return expect(within: loop.times.answer)
        }
        observe(answer)
        becomeIdle()
    }

    /// An answer on its way.
    struct Answer {
        let request: Request
        let status: HTTPResponseStatus
        let bytes: Int
    }

    /// The answer is written, or its connection gone. The clock is read here.
    func observe(_ answer: Answer) {
        server.observe(Exchange(answer.request, status: answer.status, bytes: answer.bytes))
    }

    /// Writes the connection's last bytes, then ends it.
    func writeLast(_ bytes: ByteBuffer, of answer: Answer) {
        guard let context else { return observe(answer) }
        phase = .closing
        expect(within: loop.times.answer)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { result in
            self.observe(answer)
            if case .success = result { self.finish() }
        }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: written)
    }

    /// The short way where there is one: the channel's takes 5,000 instructions more.
    func send(_ bytes: ByteBuffer) {
        if direct?.write(bytes) == true { return }
        context?.writeAndFlush(wrapOutboundOut(bytes), promise: direct?.track(nil))
    }

    /// What of an answer the socket did not take comes back here.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: direct?.track(promise) ?? promise)
    }

    private func refusedRequest(_ method: HTTPMethod) -> Request {
        guard let incoming = incoming.take() else {
            // Of a head that was no good, nothing is believed.
            return Request(
                refused: method,
                remoteAddress: remoteAddress,
                eventLoop: loop.eventLoop,
                began: beginning
            )
        }
        return Request(incoming, isKeepAlive: false, remoteAddress: remoteAddress, eventLoop: loop.eventLoop)
    }

    /// The answer to what is no request, or not one in time; it is the connection's last.
    /// - Parameter method: of the request, where that much is known.
    func refuse(_ violation: RequestViolation, to method: HTTPMethod) {
        server.metrics.failed(violation.code)
        phase = .handling(refusedRequest(method))
        respondByItself(violation.response)
    }
}
