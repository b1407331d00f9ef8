package import LiveSockets
package import Logging
package import Metrics
package import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
package import Tracing

/// The HTTP/1.1 server: listens, and on graceful shutdown lets what is under way finish.
package final class Server: Sendable, Service {
    private let context: ServerContext
    private let group: any EventLoopGroup
    private let logger: Logger
    private let loops: [ObjectIdentifier: NIOLoopBoundBox<LoopContext>]
    private let onListening: @Sendable (SocketAddress) -> Void
    private let onStopping: @Sendable () -> Void
    /// While it runs with TLS.
    private let certificates = Mutex<Certificates?>(nil)

    /// - Parameters:
    ///   - senders: of the group's loops, what live connections are sent frames by. Nil: each by itself.
    ///   - onTrouble: told what the server as a whole suffers from, on any loop.
    ///   - isTrustedProxy: whether the connections of this address are other people's, and so not bounded by address.
    ///   - startSpan: asked for a request's span before it is handled; who is told of the exchange ends it. Nil costs nothing.
    ///   - observe: told each answered request, on its connection's loop.
    ///   - onListening: told the first address once connections are accepted at all of them.
    ///   - onStopping: told once the stop has begun.
    package init(
        options: ServerOptions,
        router: Router,
        eventLoopGroup: any EventLoopGroup,
        senders: LiveSenders? = nil,
        logger: Logger,
        metricsFactory: any MetricsFactory = MetricsSystem.factory,
        isTrustedProxy: @escaping @Sendable (String) -> Bool = { _ in false },
        startSpan: (@Sendable (RequestOpening) -> (any Span & AnyObject)?)? = nil,
        observe: @escaping @Sendable (Exchange) -> Void = { _ in },
        onTrouble: @escaping @Sendable (ServerTrouble) -> Void = { _ in },
        onListening: @escaping @Sendable (SocketAddress) -> Void = { _ in },
        onStopping: @escaping @Sendable () -> Void = {}
    ) {
        context = ServerContext(
            options: options,
            router: router,
            startSpan: startSpan,
            observe: observe,
            places: Places(options.connections),
            isTrustedProxy: isTrustedProxy,
            metrics: ServerMetrics(factory: metricsFactory),
            onTrouble: onTrouble
        )
        group = eventLoopGroup
        self.logger = logger
        self.onListening = onListening
        self.onStopping = onStopping
        var loops: [ObjectIdentifier: NIOLoopBoundBox<LoopContext>] = [:]
        for eventLoop in eventLoopGroup.makeIterator() {
            loops[ObjectIdentifier(eventLoop)] = .makeBoxSendingValue(
                LoopContext(eventLoop: eventLoop, options: options, sender: senders?[eventLoop]),
                eventLoop: eventLoop
            )
        }
        self.loops = loops
    }

    /// Connections that are open now, live ones included.
    package var connectionCount: Int { context.places.count }

    package func run() async throws {
        let certificates = try context.options.tls.map { try Certificates($0, logger: logger) }
        self.certificates.withLock { $0 = certificates }
        let listeners = try await Listeners.open(
            host: context.options.host,
            port: context.options.port,
            logger: logger
        ) { bootstrap(certificates) }
        for address in listeners.channels.compactMap(\.localAddress) {
            logger.info(
                "listening",
                metadata: [
                    "address": "\(address.ipAddress ?? "")", "port": "\(address.port ?? 0)",
                    "tls": "\(certificates != nil)",
                ]
            )
        }
        let kept = keep(listeners, certificates)
        if let address = listeners.channels.first?.localAddress { onListening(address) }
        let interval = TimeAmount(context.options.tickInterval)
        let ticks = loops.values.map { loop in
            loop.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in loop.value.tick() }
        }
        await withTaskGroup { tasks in
            if let certificates {
                tasks.addTask { await certificates.watch(every: self.context.options.certificateCheckInterval) }
            }
            try? await gracefulShutdown()
            tasks.cancelAll()
        }
        onStopping()
        await drain(kept)
        for tick in ticks { tick.cancel() }
    }

    /// Looks at the files of the certificate now, and not only at the next turn. Blocks.
    /// - Returns: whether they are of use, or why not; nil: it has none.
    package func reloadCertificates() -> Result<Void, TLSFilesError>? {
        certificates.withLock { $0 }.map { certificates in certificates.reload().map(Result.failure) ?? .success(()) }
    }

    private func keep(_ listeners: Listeners, _ certificates: Certificates?) -> [Listener] {
        let isOneOfSeveral = listeners.channels.count > 1
        return listeners.channels.map { channel in
            Listener(channel, onLoss: { [context] in context.onTrouble(.listenerLost) }) { address in
                Listeners.bind(self.bootstrap(certificates), to: address, isOneOfSeveral: isOneOfSeveral)
            }
        }
    }

    private func bootstrap(_ certificates: Certificates?) -> ServerBootstrap {
        let acceptor = Acceptor(server: context, loops: loops, certificates: certificates)
        return ServerBootstrap(group: group)
            .serverChannelOption(ChannelOptions.backlog, value: 4096)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { [context, loops] channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value else { return }
                    try channel.pipeline.syncOperations.addHandler(ListenerHandler(server: context, loop: loop))
                }
            }
            .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            // Who has said all that it has to say is answered nevertheless.
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            // One read a turn: its size bounds what a client can pipeline behind a request.
            .childChannelOption(ChannelOptions.maxMessagesPerRead, value: 1)
            .childChannelOption(
                ChannelOptions.recvAllocator,
                value: certificates == nil ? RequestBuffers() : RequestBuffers.sizes
            )
            // What may lie unread before the next request has to wait.
            .childChannelOption(
                ChannelOptions.writeBufferWaterMark,
                value: ChannelOptions.Types.WriteBufferWaterMark(low: 8192, high: 16384)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try acceptor.accept(channel) }
            }
    }

    // MARK: The stop

    /// Requests in flight end; live connections are told to come back elsewhere, spread over the first half of the drain
    /// time where there are many. The listeners are open until nobody is left, or for `lateTimeout`: a load balancer needs a
    /// moment to see that it should send elsewhere, and whoever comes meanwhile is answered once. What is left at the end of
    /// the drain time, or once the task is cancelled, is closed.
    private func drain(_ listeners: [Listener]) async {
        let start = ContinuousClock.now
        let deadline = start + context.options.drainTimeout
        let spread = context.options.drainTimeout / 2
        for loop in loops.values {
            loop.eventLoop.execute { loop.value.stop(spread: spread) }
        }
        await untilNobodyIsLeft(or: min(start + context.options.lateTimeout, deadline))
        for listener in listeners { await listener.close() }
        await untilNobodyIsLeft(or: deadline)
        for loop in loops.values {
            try? await loop.eventLoop.submit { loop.value.abort() }.get()
        }
    }

    private func untilNobodyIsLeft(or deadline: ContinuousClock.Instant) async {
        while ContinuousClock.now < deadline, await openCount() > 0 {
            do { try await Task.sleep(for: .milliseconds(20)) } catch { return }
        }
    }

    private func openCount() async -> Int {
        var count = 0
        for loop in loops.values { count += (try? await loop.eventLoop.submit { loop.value.openCount }.get()) ?? 0 }
        return count
    }
}
