import LiveSockets
import NIOCore
import NIOHTTP1
import NIOSSL

/// One HTTP/1.1 connection: one request at a time, answers in order. Owned by its event loop.
///
/// While a request is handled, or an answer waits for the client to read, what the client pipelined behind it waits too,
/// and nothing more is read.
final class HTTPConnection: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Nothing of a request has come.
        case idle
        /// Bytes have come, and not yet a whole head; since then the request lasts.
        case head(NIODeadline)
        /// The head has come, and not yet the whole body: ``incoming``.
        case body
        case handling(Request)
        /// It is handled while its body comes.
        case streaming(StreamedRequest)
        /// The last answer is more than the socket takes: the client must read before its next request is looked at.
        case sending(Answer)
        /// The last answer is on its way, or gone.
        case closing
    }

    /// Bytes that wait behind the request that is handled. One read of the socket, or what was in its buffer when the peer
    /// ended its side; who has more than that pipelined is sent away.
    private static let maximumWaiting = 262_144

    let server: ServerContext
    let loop: LoopContext
    let remoteAddress: String
    var phase = Phase.idle
    private(set) var context: ChannelHandlerContext?
    private(set) var direct: DirectSocket?
    private var parser: RequestParser
    /// Set while its body comes.
    var incoming: IncomingRequest?
    /// The client has ended its side: what has come whole is answered.
    private(set) var isInputClosed = false
    private var isReadHeldBack = false
    private var isProceeding = false
    private var deadline = NIODeadline.distantFuture

    init(server: ServerContext, loop: LoopContext, remoteAddress: String) {
        self.server = server
        self.loop = loop
        self.remoteAddress = remoteAddress
        parser = RequestParser(options: server.options)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if server.options.tls == nil { direct = DirectSocket(context.channel, sender: loop.sender.value) }
        loop.connections[ObjectIdentifier(self)] = self
        expect(within: loop.times.head)
        if loop.isStopping { stop() }
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        forget()
    }

    func channelInactive(context: ChannelHandlerContext) {
        forget()
        context.fireChannelInactive()
    }

    private func forget() {
        if case .sending(let answer) = phase { observe(answer) }
        if case .streaming(let streamed) = phase { endStream(streamed) }
        phase = .closing
        context = nil
        incoming = nil
        direct?.end()
        loop.connections[ObjectIdentifier(self)] = nil
    }

    // MARK: What comes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .closing = phase { return }
        let bytes = unwrapInboundIn(data)
        guard parser.unreadCount + bytes.readableBytes <= Self.maximumWaiting else {
            return context.close(promise: nil)
        }
        parser.feed(bytes)
        proceed()
    }

    /// Whether the next part of a request may be looked at.
    private var isReady: Bool {
        switch phase {
        case .idle, .head, .body: true
        case .streaming(let streamed): streamed.isReady
        case .handling, .sending, .closing: false
        }
    }

    /// Takes what has come, as far as it goes. An answer given at once comes back here: the loop below goes on, and the
    /// stack does not grow with what a client pipelines.
    func proceed() {
        guard !isProceeding else { return }
        isProceeding = true
        defer { isProceeding = false }
        do throws(RequestViolation) {
            while isReady, let part = try parser.next() { take(part) }
        } catch {
            if case .streaming(let streamed) = phase { return streamed.fail(.malformed) }
            return refuse(error, to: method)
        }
        refuseHopeless(parser.awaitedCount)
        guard isReady else { return }
        if isInputClosed { return endInput() }
        if case .idle = phase, parser.unreadCount > 0 {
            // The first bytes of a head: the rest of it is due from now.
            phase = .head(.now())
            expect(within: loop.times.head)
        }
        if isReadHeldBack {
            isReadHeldBack = false
            context?.read()
        }
    }

    /// The client has ended its side, and there is no more of what it sent.
    private func endInput() {
        if case .streaming(let streamed) = phase { streamed.fail(.gone) } else { finish() }
    }

    /// Of the request that has begun, as far as it is known.
    private var method: HTTPMethod {
        incoming?.head.line.method ?? parser.method
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .handshakeFailed = error as? NIOSSLError { server.metrics.failed("tls_handshake") }
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed else { return context.fireUserInboundEventTriggered(event) }
        isInputClosed = true
        if isReady { endInput() }
    }

    func read(context: ChannelHandlerContext) {
        if isReady || parser.unreadCount == 0 { context.read() } else { isReadHeldBack = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .sending(let answer) = phase, context.channel.isWritable {
            observe(answer)
            becomeIdle()
        } else if case .streaming(let streamed) = phase, context.channel.isWritable {
            becameWritable(streamed)
        }
        context.fireChannelWritabilityChanged()
    }

    /// The connection becomes a live one: the socket's short way and what has come behind the request are no longer ours.
    func handOver() -> (direct: DirectSocket?, rest: ByteBuffer) {
        defer { direct = nil }
        return (direct, parser.takeUnread())
    }

    // MARK: The end

    /// The request that has begun is answered, or the one that begins in a moment; then it closes.
    func stop() {
        if case .idle = phase { expect(within: loop.times.lastRequest) }
        if case .streaming(let streamed) = phase { stop(streamed) }
    }

    func abort() {
        context?.close(promise: nil)
    }

    /// Nothing is left to be said, or something has just been written as the last word.
    func finish() {
        phase = .closing
        guard let context else { return }
        // What has come behind is not looked at: nor does it hold reading back.
        _ = parser.takeUnread()
        expect(within: nil)
        LingeringClose.begin(context, before: self, timeout: loop.times.linger)
    }

    // MARK: Time

    func becomeIdle() {
        phase = .idle
        expect(within: loop.times.idle)
        if loop.isStopping { stop() }
        proceed()
    }

    /// What is due now must come within the limit, or at the tick after it: a look at the clock for each of the three
    /// deadlines of a request would cost more than the deadlines.
    func expect(within limit: TimeAmount?) {
        deadline = limit.map { loop.nextTick + $0 } ?? .distantFuture
    }

    func expect(by time: NIODeadline) {
        deadline = time
    }

    func tick(_ now: NIODeadline) {
        guard deadline <= now else { return }
        switch phase {
        case .head, .body: refuse(.timeout, to: method)
        case .idle where loop.isStopping: finish()
        case .streaming(let streamed): isLate(streamed)
        case .idle, .handling, .sending, .closing: context?.close(promise: nil)
        }
    }
}
