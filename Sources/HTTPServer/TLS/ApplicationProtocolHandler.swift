import NIOCore

/// Refuses a TLS client that speaks none of our protocols by the alert `no_application_protocol`, as RFC 7301, section 3.2,
/// demands; the TLS library would go on as if it had not said so. A client that says nothing of it is served. Stands before the
/// TLS handler, until the client's first message is there.
final class ApplicationProtocolHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    static let spoken = ["http/1.1"]

    /// A fatal alert in a record of its own: nothing is encrypted yet.
    private static let alert = ByteBuffer(bytes: [21, 3, 3, 0, 2, 2, 120])

    private let metrics: ServerMetrics
    private var bytes = ByteBuffer()
    private var isOver = false

    init(metrics: ServerMetrics) {
        self.metrics = metrics
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return context.fireChannelRead(data) }
        bytes.writeImmutableBuffer(unwrapInboundIn(data))
        switch ClientHello.protocols(in: bytes) {
        case .incomplete: return
        case .only(let protocols) where protocols.allSatisfy({ !Self.spoken.contains($0) }): refuse(context)
        case .any, .only: pass(context)
        }
    }

    private func refuse(_ context: ChannelHandlerContext) {
        isOver = true
        bytes = ByteBuffer()
        metrics.failed("no_application_protocol")
        context.writeAndFlush(wrapOutboundOut(Self.alert), promise: nil)
        context.close(promise: nil)
    }

    private func pass(_ context: ChannelHandlerContext) {
        guard !isOver else { return }
        isOver = true
        let bytes = bytes
        self.bytes = ByteBuffer()
        if bytes.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(bytes)) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    /// A client that ends its side: the TLS handler gets what there is.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { pass(context) }
        context.fireUserInboundEventTriggered(event)
    }
}
