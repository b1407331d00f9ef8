package import Logging
package import Metrics
package import NIOCore
import ServiceLifecycle
import Synchronization

/// Commands to one Redis: a connection per event loop, so that a caller on its loop needs no hop and the commands of a
/// tick leave in one write. Losing Redis is a state, not an end: it reconnects by itself, and meanwhile refuses at once.
///
/// In a cluster each command goes to the primary that has its slot (``CommandPlace``), over a connection per event loop and
/// primary, made when it is first needed. What is told of "Redis" here is then of the primary that commands without a key go to.
package final class RedisConnections: Sendable, Service {
    private let links: [ObjectIdentifier: NIOLoopBoundBox<LoopLinks>]
    /// One of the loops, for who has none of its own.
    package let eventLoop: any EventLoop
    let shards: Shards
    private let options: RedisOptions
    private let metrics: RedisMetrics

    package init(
        endpoint: RedisEndpoint,
        options: RedisOptions,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        metricsFactory: any MetricsFactory = MetricsSystem.factory
    ) {
        let loops = Array(eventLoopGroup.makeIterator())
        guard let first = loops.first else { preconditionFailure("an event loop group has at least one loop") }
        let metrics = RedisMetrics(factory: metricsFactory, logger: logger)
        let plan = ShardLinks.Plan(
            endpoint: endpoint,
            options: options,
            logger: logger,
            onReconnect: metrics.reconnected
        )
        let (shards, watched) = (Shards(endpoint, options), WatchedShards())
        links = loops.reduce(into: [:]) { links, loop in
            links[ObjectIdentifier(loop)] = .makeBoxSendingValue(
                LoopLinks(plan, shards, watched: watched, eventLoop: loop),
                eventLoop: loop
            )
        }
        eventLoop = first
        self.shards = shards
        self.options = options
        self.metrics = metrics
    }

    /// Connections that are up.
    package var connectedCount: Int { shards.all.reduce(0) { $0 + $1.ready.count + $1.readyReplicated.count } }

    /// Every connection that reads go over is up.
    package var isConnectedForReads: Bool { shards.home.ready.count == links.count }

    /// Every connection is up, and the replicas that writes wait for are known.
    package var isConnected: Bool {
        let home = shards.home
        guard home.ready.count == links.count else { return false }
        guard let quorum = home.surroundings.quorum else { return true }
        return home.readyReplicated.count == links.count && quorum.count != nil
    }

    /// Why a connection of ours, or of a subscriber that follows us, is away: constant words.
    package var outage: String? { surroundings.trouble.reason }

    /// The primary's replicas, and what writes need of them; nil where they wait for none, or nothing is known yet.
    package var replicas: RedisReplicas? {
        surroundings.quorum.flatMap { quorum in
            quorum.count.map { RedisReplicas(connected: $0.connected, known: $0.known, required: quorum.required) }
        }
    }

    var surroundings: RedisLink.Surroundings { shards.home.surroundings }

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
        guard let links = links[ObjectIdentifier(eventLoop)] ?? links[ObjectIdentifier(self.eventLoop)] else {
            throw .notSent(.stopped)
        }
        metrics.began()
        var reply: RedisConnection.Reply = await ReplyContinuation.wait { continuation in
            if links.eventLoop.inEventLoop {
                links.value.send(command, isDurable: isDurable, continuation)
            } else {
                links.eventLoop.execute { links.value.send(command, isDurable: isDurable, continuation) }
            }
        }
        if case .failure(.refused(let refusal)) = reply, refusal.isElsewhere, shards.locator.isCluster {
            reply = await follow(refusal, command, isDurable: isDurable, links)
        }
        metrics.ended()
        switch reply {
        case .failure(.refused(let refusal)) where isExpected(refusal): break
        case .failure(let error): metrics.failed(error, command)
        case .success: break
        }
        return try reply.get()
    }

    /// The same for who is no task and counts as one command what many wait for. On one of ``eventLoops``, where `tell` is called.
    package func send(
        _ command: RedisCommand,
        isDurable: Bool,
        on eventLoop: any EventLoop,
        _ tell: @escaping @Sendable (ReplyContinuation.Reply) -> Void
    ) {
        guard let links = links[ObjectIdentifier(eventLoop)] else { return tell(.failure(.notSent(.stopped))) }
        metrics.began()
        let continuation = ReplyContinuation { [self] reply in
            if case .failure(.refused(let refusal)) = reply, refusal.isElsewhere, shards.locator.isCluster {
                // It ends by the deadline of a command.
                Task {
                    let reply = await follow(refusal, command, isDurable: isDurable, links)
                    links.eventLoop.execute { self.end(reply, to: command, tell) }
                }
            } else {
                end(reply, to: command, tell)
            }
        }
        links.value.send(command, isDurable: isDurable, continuation)
    }

    private func end(
        _ reply: ReplyContinuation.Reply,
        to command: RedisCommand,
        _ tell: (ReplyContinuation.Reply) -> Void
    ) {
        metrics.ended()
        if case .failure(let error) = reply { metrics.failed(error, command) }
        tell(reply)
    }

    /// Those that have connections.
    package var eventLoops: [any EventLoop] { links.values.map(\.eventLoop) }

    /// Keeps the connections up until graceful shutdown; then the replies in flight arrive, and it returns.
    package func run() async throws {
        for links in links.values { links.eventLoop.execute { links.value.start() } }
        try? await gracefulShutdown()
        for links in links.values { try? await links.eventLoop.flatSubmit { links.value.stop() }.get() }
    }
}

extension RedisConnections {
    /// The node refused the command, which it did not carry out, for the slot is elsewhere, or on its way: it goes where it was
    /// sent, until somebody takes it or ``RedisOptions/commandTimeout`` is over. Then the caller has the last refusal.
    // Not in line: see `RedisCalls`.
    @inline(never)
    private func follow(
        _ refusal: RedisRefusal,
        _ command: RedisCommand,
        isDurable: Bool,
        _ links: NIOLoopBoundBox<LoopLinks>
    ) async -> RedisConnection.Reply {
        let end = NIODeadline.now() + TimeAmount(options.commandTimeout)
        var way = RedirectedWay()
        var refusal = refusal
        var last = RedisConnection.Reply.failure(.refused(refusal))
        while true {
            let step = way.next(after: refusal)
            if step.pause > .zero {
                guard NIODeadline.now() + TimeAmount(step.pause) < end else { return last }
                do { try await Task.sleep(for: step.pause) } catch { return last }
            }
            let command = step.target == nil ? command : command.asking
            let reply = await ReplyContinuation.wait { continuation in
                links.eventLoop.execute {
                    links.value.send(command, isDurable: isDurable, to: step.target, continuation)
                }
            }
            switch reply {
            case .failure(.refused(let next)) where next.isElsewhere:
                refusal = next
                last = reply
            case .failure(.notSent(.disconnected)):
                // The connection to its new place is being made, or was lost again.
                refusal = RedisRefusal("TRYAGAIN")
            default: return reply
            }
        }
    }
}
