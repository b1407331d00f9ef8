import DequeModule
import NIOCore
import NIOHTTP1
import NIOSSL

/// One HTTP/1.1 connection: one request at a time, answers in order. Owned by its event loop.
///
/// While a request is handled, or an answer waits for the client to read, what the client pipelined behind it waits too,
/// and nothing more is read.
final class HTTPConnection: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Nothing of a request has come.
        case idle
        /// Bytes have come, and not yet a whole head.
        case head
        case body(IncomingRequest)
        case handling(Exchange.Started)
        /// The last answer is more than the socket takes: the client must read before its next request is looked at.
        case sending
        /// The last answer is on its way, or gone.
        case closing
    }

    /// What waits behind the request that is handled. One read of the socket, or what was in its buffer when the peer ended
    /// its side; who has more than that pipelined is sent away.
    private static let maximumWaiting = 4096

    let server: ServerContext
    let loop: LoopContext
    let remoteAddress: String
    var phase = Phase.idle
    private(set) var context: ChannelHandlerContext?
    /// The server stops: the request that has begun is the last.
    var isStopping: Bool { loop.isStopping }
    /// The client has ended its side: what has come whole is answered.
    private var isInputClosed = false
    private var waiting = Deque<HTTPServerRequestPart>()
    /// What stands behind `waiting` is no HTTP.
    private var malformed: HeadRules.Violation?
    private var isReadHeldBack = false
    private var isProceeding = false
    private var deadline = NIODeadline.distantFuture

    init(server: ServerContext, loop: LoopContext, remoteAddress: String) {
        self.server = server
        self.loop = loop
        self.remoteAddress = remoteAddress
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.connections[ObjectIdentifier(self)] = self
        expect(within: server.options.headTimeout)
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
        phase = .closing
        context = nil
        waiting.removeAll()
        loop.connections[ObjectIdentifier(self)] = nil
    }

    // MARK: What comes

    /// The first bytes after a quiet time: the head is due from now.
    func bytesArrived() {
        guard case .idle = phase else { return }
        phase = .head
        expect(within: server.options.headTimeout)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if isReady, waiting.isEmpty { return take(part) }
        if case .closing = phase { return }
        guard waiting.count < Self.maximumWaiting else { return context.close(promise: nil) }
        waiting.append(part)
    }

    /// Whether the next part of a request may be looked at.
    private var isReady: Bool {
        switch phase {
        case .idle, .head, .body: true
        case .handling, .sending, .closing: false
        }
    }

    /// Takes what has waited, as far as it goes. An answer given at once comes back here: the loop below goes on, and the
    /// stack does not grow with what a client pipelines.
    func proceed() {
        guard !isProceeding else { return }
        isProceeding = true
        defer { isProceeding = false }
        while isReady, let part = waiting.popFirst() { take(part) }
        guard isReady else { return }
        if let malformed { return refuse(malformed) }
        if isInputClosed { return finish() }
        if isReadHeldBack {
            isReadHeldBack = false
            context?.read()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            if case .handshakeFailed = error as? NIOSSLError { server.metrics.failed("tls_handshake") }
            return context.close(promise: nil)
        }
        guard malformed == nil else { return }
        malformed = HeadRules.Violation(error, options: server.options)
        proceed()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed else { return context.fireUserInboundEventTriggered(event) }
        isInputClosed = true
        if isReady { finish() }
    }

    func read(context: ChannelHandlerContext) {
        if waiting.isEmpty { context.read() } else { isReadHeldBack = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .sending = phase, context.channel.isWritable { becomeIdle() }
        context.fireChannelWritabilityChanged()
    }

    // MARK: The end

    /// The request that has begun is answered, or the one that begins in a moment; then it closes.
    func stop() {
        if case .idle = phase { expect(within: server.options.lastRequestTimeout) }
    }

    func abort() {
        context?.close(promise: nil)
    }

    /// Nothing is left to be said, or something has just been written as the last word.
    func finish() {
        phase = .closing
        guard let context else { return }
        waiting.removeAll()
        expect(within: nil)
        let pipeline = context.pipeline.syncOperations
        LingeringClose.begin(
            context,
            before: try? pipeline.handler(type: FirstByte.self),
            timeout: server.options.lingerTimeout
        )
    }

    // MARK: Time

    func becomeIdle() {
        phase = .idle
        expect(within: server.options.idleTimeout)
        proceed()
    }

    /// What is due now must come within the limit, or at the tick after it: a look at the clock for each of the three
    /// deadlines of a request would cost more than the deadlines.
    func expect(within limit: Duration?) {
        deadline = limit.map { loop.nextTick + TimeAmount($0) } ?? .distantFuture
    }

    func tick(_ now: NIODeadline) {
        guard deadline <= now else { return }
        switch phase {
        case .head, .body: refuse(.requestTimeout)
        case .idle where isStopping: finish()
        case .idle, .handling, .sending, .closing: context?.close(promise: nil)
        }
    }
}
