package import Logging
package import Metrics
package import NIOCore
import ServiceLifecycle
import Synchronization

/// Commands to one Redis: a connection per event loop, so that a caller on its loop needs no hop and the commands of a
/// tick leave in one write. Losing Redis is a state, not an end: it reconnects by itself, and meanwhile refuses at once.
package final class RedisClient: Sendable, Service {
    private let links: [ObjectIdentifier: NIOLoopBoundBox<RedisLink>]
    private let first: NIOLoopBoundBox<RedisLink>
    private let readyLinks: ReadyCount
    private let metrics: RedisMetrics
    private let waitsForReplica: Bool

    package init(
        endpoint: RedisEndpoint,
        options: RedisOptions,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        metricsFactory: any MetricsFactory = MetricsSystem.factory
    ) {
        let ready = ReadyCount()
        let metrics = RedisMetrics(factory: metricsFactory, logger: logger)
        let locator = PrimaryLocator(endpoint, options: options)
        var links: [ObjectIdentifier: NIOLoopBoundBox<RedisLink>] = [:]
        var first: NIOLoopBoundBox<RedisLink>?
        for eventLoop in eventLoopGroup.makeIterator() {
            let link = RedisLink(
                endpoint: endpoint,
                locator: locator,
                options: options,
                eventLoop: eventLoop,
                logger: logger,
                onChange: { isReady in ready.add(isReady ? 1 : -1) },
                onReconnect: metrics.reconnected
            )
            let bound = NIOLoopBoundBox.makeBoxSendingValue(link, eventLoop: eventLoop)
            links[ObjectIdentifier(eventLoop)] = bound
            first = first ?? bound
        }
        guard let first else { preconditionFailure("an event loop group has at least one loop") }
        self.links = links
        self.first = first
        readyLinks = ready
        self.metrics = metrics
        waitsForReplica = options.durability == .replicated
    }

    /// Loops whose connection is up.
    package var connectedCount: Int { readyLinks.count }

    /// Every loop's connection is up.
    package var isConnected: Bool { connectedCount == links.count }

    /// Commands that wait for a reply.
    package var pendingCount: Int { metrics.pendingCount }

    /// Sends on the loop's own connection and waits for the reply. A caller that is cancelled meanwhile still gets it.
    /// - Parameter isDurable: the reply comes once what was written is as safe as ``RedisOptions/durability`` says.
    package func send(
        _ command: RedisCommand,
        isDurable: Bool = false,
        on eventLoop: any EventLoop
    ) async throws(RedisError) -> RESPValue {
        let link = links[ObjectIdentifier(eventLoop)] ?? first
        let waitsForReplica = isDurable && waitsForReplica
        metrics.began()
        let reply: RedisConnection.Reply = await withCheckedContinuation { continuation in
            if link.eventLoop.inEventLoop {
                link.value.send(command, waitsForReplica ? .replicated(continuation) : .caller(continuation))
            } else {
                link.eventLoop.execute {
                    link.value.send(command, waitsForReplica ? .replicated(continuation) : .caller(continuation))
                }
            }
        }
        metrics.ended(reply)
        return try reply.get()
    }

    /// Keeps the connections up until graceful shutdown; then the replies in flight arrive, and it returns.
    package func run() async throws {
        for link in links.values { link.eventLoop.execute { link.value.connect() } }
        try? await gracefulShutdown()
        for link in links.values {
            try? await link.eventLoop.flatSubmit { link.value.stop() }.get()
        }
    }
}

/// How many links are ready, readable from any thread.
private final class ReadyCount: Sendable {
    private let value = Atomic(0)

    var count: Int { value.load(ordering: .relaxed) }

    func add(_ change: Int) {
        value.wrappingAdd(change, ordering: .relaxed)
    }
}
