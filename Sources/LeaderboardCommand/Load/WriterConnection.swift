import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One keep-alive connection that sends one update at a time. Owned by the run's event loop.
final class WriterConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let writers: Writers
    private var context: ChannelHandlerContext?
    private var due: NIODeadline?
    /// The update's place in the stream, where the answer will not tell it.
    private var seq: Int?
    private var status: UInt = 0
    private var body = ByteBuffer()

    private init(_ writers: Writers) {
        self.writers = writers
    }

    static func connect(to service: ServiceURL, on eventLoop: any EventLoop, writers: NIOLoopBoundBox<Writers>)
        async throws
    {
        let tls = service.isSecure ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        _ = try await ClientBootstrap(group: eventLoop)
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        let name = service.host.contains(":") ? nil : service.host
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
                    }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(WriterConnection(writers.value))
                }
            }
            .connect(host: service.host, port: service.port)
            .get()
    }

    func send(_ post: LoadRequests.Post, due: NIODeadline, seq: Int?) {
        self.due = due
        self.seq = seq
        guard let context else { return }
        context.write(wrapOutboundOut(.head(post.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(post.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        writers.isReady(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            status = head.status.code
            body.clear()
        case .body(let part):
            body.writeImmutableBuffer(part)
        case .end:
            guard let due else { return }
            self.due = nil
            let seq = (200..<300).contains(status) ? self.seq ?? Self.seq(in: body) : nil
            writers.answered(status: status, seq: seq, due: due)
            writers.isReady(self)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        writers.lost(self, hadRequest: due != nil)
        due = nil
    }

    func errorCaught(context: ChannelHandlerContext, error _: any Error) {
        context.close(promise: nil)
    }

    /// The service's own representation ends with `"seq":121}`.
    private static func seq(in body: ByteBuffer) -> Int? {
        let digits = body.readableBytesView.dropLast().reversed().prefix { (0x30...0x39).contains($0) }
        return Int(String(decoding: digits.reversed(), as: UTF8.self))
    }
}
