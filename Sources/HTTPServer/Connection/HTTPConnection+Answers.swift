import NIOCore
import NIOHTTP1

extension HTTPConnection {
    /// The answer to the request that is handled; if the connection is gone, nobody's.
    func respond(_ response: Response) {
        guard let context, case .handling(let request) = phase else { return }
        let keepAlive = request.isKeepAlive && !loop.isStopping
        let bytes = loop.encode(response, to: request, keepAlive: keepAlive)
        server.observe(Exchange(request, status: response.status, bytes: bytes.readableBytes))
        guard keepAlive else { return writeLast(bytes) }
        send(bytes)
        guard case .handling = phase else { return }
        guard context.channel.isWritable else {
            phase = .sending
            return expect(within: loop.times.answer)
        }
        becomeIdle()
    }

    /// Writes the connection's last bytes, then ends it.
    func writeLast(_ bytes: ByteBuffer) {
        guard let context else { return }
        phase = .closing
        expect(within: loop.times.answer)
        let me = NIOLoopBound(self, eventLoop: context.eventLoop)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenSuccess { me.value.finish() }
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

    /// The answer to what is no request, or not one in time; it is the connection's last.
    /// - Parameter method: of the request, where that much is known.
    func refuse(_ violation: RequestViolation, to method: HTTPMethod) {
        server.metrics.failed(violation.code)
        incoming = nil
        phase = .handling(Request(refused: method, remoteAddress: remoteAddress, eventLoop: loop.eventLoop))
        respond(violation.response)
    }
}
