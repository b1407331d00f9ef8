package import Logging
package import Metrics
package import NIOCore
import ServiceLifecycle
import Synchronization

/// Commands to one Redis: a connection per event loop, so that a caller on its loop needs no hop and the commands of a
/// tick leave in one write. Losing Redis is a state, not an end: it reconnects by itself, and meanwhile refuses at once.
///
/// Where a write waits for a replica (``Durability/replicated``), those that do have a second connection per loop: Redis
/// answers nothing else on a connection meanwhile, and a read waits for no replica.
package final class RedisClient: Sendable, Service {
    private typealias Links = [ObjectIdentifier: NIOLoopBoundBox<RedisLink>]

    private let links: Links
    /// For writes that wait for a replica; empty where none does.
    private let replicatedLinks: Links
    /// One of the loops, for who has none of its own.
    package let eventLoop: any EventLoop
    private let readyLinks: ReadyCount
    private let readyReplicatedLinks: ReadyCount
    private let metrics: RedisMetrics
    let surroundings: RedisLink.Surroundings
    private let watch: NIOLoopBoundBox<PrimaryWatch>

    package init(
        endpoint: RedisEndpoint,
        options: RedisOptions,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        metricsFactory: any MetricsFactory = MetricsSystem.factory
    ) {
        let (ready, readyReplicated) = (ReadyCount(), ReadyCount())
        let metrics = RedisMetrics(factory: metricsFactory, logger: logger)
        let surroundings = RedisLink.Surroundings(
            locator: PrimaryLocator(endpoint, options: options),
            primary: SharedPrimary(),
            quorum: options.durability == .replicated ? ReplicaQuorum(setting: options.replicas) : nil
        )
        let loops = Array(eventLoopGroup.makeIterator())
        func makeLink(on eventLoop: any EventLoop, _ ready: ReadyCount) -> NIOLoopBoundBox<RedisLink> {
            let link = RedisLink(
                endpoint: endpoint,
                surroundings: surroundings,
                options: options,
                eventLoop: eventLoop,
                logger: logger,
                greeting: Greeting.list(endpoint, options),
                onChange: { isReady in ready.add(isReady ? 1 : -1) },
                onReconnect: metrics.reconnected
            )
            return .makeBoxSendingValue(link, eventLoop: eventLoop)
        }
        func makeLinks(on loops: some Sequence<any EventLoop>, _ ready: ReadyCount) -> Links {
            loops.reduce(into: [:]) { $0[ObjectIdentifier($1)] = makeLink(on: $1, ready) }
        }
        guard let first = loops.first else { preconditionFailure("an event loop group has at least one loop") }
        let watched = makeLink(on: first, ready)
        var links = makeLinks(on: loops.dropFirst(), ready)
        links[ObjectIdentifier(first)] = watched
        self.links = links
        replicatedLinks = options.durability == .replicated ? makeLinks(on: loops, readyReplicated) : [:]
        eventLoop = first
        readyLinks = ready
        readyReplicatedLinks = readyReplicated
        self.metrics = metrics
        self.surroundings = surroundings
        watch = NIOLoopBoundBox.makeBoxSendingValue(
            PrimaryWatch(
                endpoint: endpoint,
                options: options,
                surroundings: surroundings,
                link: watched,
                eventLoop: first,
                logger: logger
            ),
            eventLoop: first
        )
        surroundings.primary.onGeneration { [weak watch] in
            guard let watch else { return }
            watch.eventLoop.execute { watch.value.begins() }
        }
    }

    /// Connections that are up.
    package var connectedCount: Int { readyLinks.count + readyReplicatedLinks.count }

    /// Every connection that reads go over is up.
    package var isConnectedForReads: Bool { readyLinks.count == links.count }

    /// Every connection is up, and the replicas that writes wait for are known.
    package var isConnected: Bool {
        connectedCount == links.count + replicatedLinks.count && surroundings.quorum.map { $0.count != nil } ?? true
    }

    /// Why a connection of ours, or of a subscriber that follows us, is away: constant words.
    package var outage: String? { surroundings.trouble.reason }

    /// The primary's replicas, and what writes need of them; nil where they wait for none, or nothing is known yet.
    package var replicas: RedisReplicas? {
        surroundings.quorum.flatMap { quorum in
            quorum.count.map { RedisReplicas(connected: $0.connected, known: $0.known, required: quorum.required) }
        }
    }

    /// Returns as soon as every connection is up.
    package func becomesConnected() async throws(CancellationError) {
        while !isConnected {
            do { try await Task.sleep(for: .milliseconds(5)) } catch { throw CancellationError() }
        }
    }

    /// Commands that wait for a reply.
    package var pendingCount: Int { metrics.pendingCount }

    /// Sends on the loop's own connection and waits for the reply. A caller that is cancelled meanwhile still gets it.
    /// - Parameters:
    ///   - isDurable: the reply comes once what was written is as safe as ``RedisOptions/durability`` says.
    ///   - isExpected: whether a refusal is an answer that the caller asked for, and no failure to count and log.
    package func send(
        _ command: RedisCommand,
        isDurable: Bool = false,
        expecting isExpected: @Sendable (RedisRefusal) -> Bool = { _ in false },
        on eventLoop: any EventLoop
    ) async throws(RedisError) -> RESPValue {
        let waitsForReplica = isDurable && !replicatedLinks.isEmpty
        let links = waitsForReplica ? replicatedLinks : links
        guard let link = links[ObjectIdentifier(eventLoop)] ?? links[ObjectIdentifier(self.eventLoop)] else {
            throw .notSent(.stopped)
        }
        if waitsForReplica, surroundings.quorum?.canBeMet == false {
            metrics.failed(.notSent(.tooFewReplicas), command)
            throw .notSent(.tooFewReplicas)
        }
        metrics.began()
        let reply: RedisConnection.Reply = await ReplyContinuation.wait { continuation in
            if link.eventLoop.inEventLoop {
                link.value.send(command, waitsForReplica ? .replicated(continuation) : .caller(continuation))
            } else {
                link.eventLoop.execute {
                    link.value.send(command, waitsForReplica ? .replicated(continuation) : .caller(continuation))
                }
            }
        }
        metrics.ended()
        switch reply {
        case .failure(.refused(let refusal)) where isExpected(refusal): break
        case .failure(let error): metrics.failed(error, command)
        case .success: break
        }
        return try reply.get()
    }

    /// Keeps the connections up until graceful shutdown; then the replies in flight arrive, and it returns.
    package func run() async throws {
        let all = Array(links.values) + Array(replicatedLinks.values)
        for link in all { link.eventLoop.execute { link.value.start() } }
        watch.eventLoop.execute { self.watch.value.start() }
        try? await gracefulShutdown()
        try? await watch.eventLoop.flatSubmit { self.watch.value.stop() }.get()
        for link in all {
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
