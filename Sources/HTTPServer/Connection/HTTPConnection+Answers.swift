import NIOCore
import NIOHTTP1

extension HTTPConnection {
    /// The answer to the request that is handled; if the connection is gone, nobody's.
    func respond(_ response: Response) {
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
        guard keepAlive else { return writeLast(bytes) }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        guard case .handling = phase else { return }
        guard context.channel.isWritable else {
            phase = .sending
            return expect(within: server.options.answerTimeout)
        }
        becomeIdle()
    }

    /// Writes the connection's last bytes, then ends it.
    func writeLast(_ bytes: ByteBuffer) {
        guard let context else { return }
        phase = .closing
        expect(within: server.options.answerTimeout)
        let me = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(bytes)).whenSuccess { me.value.finish() }
    }

    /// The answer to what is no request, or not one in time; it is the connection's last.
    /// - Parameter method: of the request, where that much is known.
    func refuse(_ violation: HeadRules.Violation, to method: HTTPMethod = .GET) {
        server.metrics.failed(violation.code)
        phase = .handling(
            Exchange.Started(
                method: method,
                path: "",
                route: nil,
                requestID: RequestID.next(),
                remoteAddress: remoteAddress,
                keepAlive: false,
                time: .now()
            )
        )
        respond(violation.response)
    }
}
