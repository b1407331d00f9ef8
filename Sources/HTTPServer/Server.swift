package import Logging
package import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// The HTTP/1.1 server: listens, and on graceful shutdown lets what is under way finish.
package final class Server: Sendable, Service {
    private let context: ServerContext
    private let group: any EventLoopGroup
    private let logger: Logger
    private let loops: [ObjectIdentifier: NIOLoopBoundBox<LoopContext>]
    private let onListening: @Sendable (SocketAddress) -> Void
    private let onStopping: @Sendable () -> Void

    /// - Parameters:
    ///   - observe: told each answered request, on its connection's loop.
    ///   - onListening: told the address once connections are accepted.
    ///   - onStopping: told once the stop has begun.
    package init(
        options: ServerOptions,
        router: Router,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        observe: @escaping @Sendable (Exchange) -> Void = { _ in },
        onListening: @escaping @Sendable (SocketAddress) -> Void = { _ in },
        onStopping: @escaping @Sendable () -> Void = {}
    ) {
        context = ServerContext(options: options, router: router, observe: observe)
        group = eventLoopGroup
        self.logger = logger
        self.onListening = onListening
        self.onStopping = onStopping
        var loops: [ObjectIdentifier: NIOLoopBoundBox<LoopContext>] = [:]
        for eventLoop in eventLoopGroup.makeIterator() {
            loops[ObjectIdentifier(eventLoop)] = .makeBoxSendingValue(
                LoopContext(eventLoop: eventLoop),
                eventLoop: eventLoop
            )
        }
        self.loops = loops
    }

    package func run() async throws {
        let listener = try await bootstrap().bind(host: context.options.host, port: context.options.port).get()
        if let address = listener.localAddress {
            logger.info(
                "listening",
                metadata: ["address": "\(address.ipAddress ?? "")", "port": "\(address.port ?? 0)"]
            )
            onListening(address)
        }
        let ticks = loops.values.map { loop in
            loop.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
                for peer in loop.value.live.values { peer.tick() }
            }
        }
        try? await gracefulShutdown()
        onStopping()
        try? await listener.close()
        await drain()
        for tick in ticks { tick.cancel() }
    }

    private func bootstrap() -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(ChannelOptions.backlog, value: 4096)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [context, loops] channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value else { throw ChannelError.eof }
                    let connection = HTTPConnection(server: context, loop: loop)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(FirstByte(connection))
                    try pipeline.addHandler(
                        ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes))
                    )
                    try pipeline.addHandler(connection)
                }
            }
    }

    /// Requests in flight end; live connections are told to come back elsewhere, spread over the first half of the drain
    /// time where there are many; what is left at its end is closed.
    private func drain() async {
        let deadline = ContinuousClock.now + context.options.drainTimeout
        let spread = context.options.drainTimeout / 2
        for loop in loops.values {
            loop.eventLoop.execute {
                for connection in loop.value.connections.values { connection.stop() }
                let peers = Array(loop.value.live.values)
                for (index, peer) in peers.enumerated() {
                    // 200 a second and loop at least: a few go at once, a crowd goes slowly.
                    let delay = min(spread * (Double(index) / Double(peers.count)), .milliseconds(5 * index))
                    let bound = NIOLoopBound(peer, eventLoop: loop.eventLoop)
                    loop.eventLoop.scheduleTask(in: TimeAmount(delay)) {
                        bound.value.end(EndLive(code: 1001, reason: "restarting: come back after a random 1 to 5 s"))
                    }
                }
            }
        }
        while ContinuousClock.now < deadline {
            guard await openCount() > 0 else { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func openCount() async -> Int {
        var count = 0
        for loop in loops.values {
            count +=
                (try? await loop.eventLoop.submit { loop.value.connections.count + loop.value.live.count }.get()) ?? 0
        }
        return count
    }
}

/// Tells the connection that bytes have come, before they make a whole head.
final class FirstByte: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let connection: HTTPConnection

    init(_ connection: HTTPConnection) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.bytesArrived()
        context.fireChannelRead(data)
    }
}
