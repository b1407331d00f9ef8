import NIOCore

/// Reads the PROXY header at the front of a connection, then makes way. Without a valid one, or without one in time, the
/// connection is closed.
final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let timeout: Duration
    private let metrics: ServerMetrics
    /// Adds the handlers that read what follows. The address is nil where the peer's own counts.
    private let onHeader: (IPAddress?) throws -> Void
    private var bytes = ByteBuffer()
    private var timer: Scheduled<Void>?
    private var isOver = false

    init(timeout: Duration, metrics: ServerMetrics, onHeader: @escaping (IPAddress?) throws -> Void) {
        self.timeout = timeout
        self.metrics = metrics
        self.onHeader = onHeader
    }

    func handlerAdded(context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) { [self] in
            refuse(context)
        }
    }

    func handlerRemoved(context _: ChannelHandlerContext) {
        timer?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        bytes.writeImmutableBuffer(unwrapInboundIn(data))
        do {
            guard let header = try ProxyHeader.take(from: &bytes) else { return }
            isOver = true
            switch header {
            case .client(let address): try onHeader(address)
            case .balancer: try onHeader(nil)
            }
        } catch is ProxyHeader.Malformed {
            return refuse(context)
        } catch {
            return context.close(promise: nil)
        }
        if bytes.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(bytes)) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func refuse(_ context: ChannelHandlerContext) {
        isOver = true
        metrics.refused(.proxyHeader)
        context.close(promise: nil)
    }

    /// A peer that ends its side before it has said who it is has nothing to wait for.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed, !isOver else {
            return context.fireUserInboundEventTriggered(event)
        }
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isOver else { return context.fireErrorCaught(error) }
        context.close(promise: nil)
    }
}
