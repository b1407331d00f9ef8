import Leaderboard
import Logging
import Metrics
import NIOCore
import RedisClient
import ServiceLifecycle
import Synchronization

/// Tells endpoints of events. Of all instances one does it at a time: that which has the lease in Redis. What waits lies in Redis, too,
/// so that each event is delivered at least once, whichever instances come and go.
final class Webhooks: Service {
    private let path: String
    private let redis: RedisConnections
    private let redisEndpoint: RedisEndpoint
    private let redisOptions: RedisOptions
    private let keySpace: KeySpace
    private let surroundings: WebhookSurroundings
    private let deliveries: Mutex<[EndpointDelivery]>
    private let reloaded = Bell()
    private let failures = LogThrottle()
    private let logger: Logger

    init(
        _ options: WebhookOptions,
        redis: RedisConnections,
        at redisEndpoint: RedisEndpoint,
        _ redisSetup: RedisSetup,
        functions: FunctionCalls,
        catalogue: Catalogue,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        metricsFactory: any MetricsFactory,
        lookup: AddressLookup = AddressLookup()
    ) {
        path = options.path
        self.redis = redis
        self.redisEndpoint = redisEndpoint
        redisOptions = redisSetup.options
        keySpace = redisSetup.store.keySpace
        self.logger = logger
        surroundings = WebhookSurroundings(
            store: WebhookStore(functions),
            catalogue: catalogue,
            lead: InstanceLead(),
            lookup: lookup,
            sending: options.sending,
            schedule: options.schedule,
            pace: options.pace,
            eventLoopGroup: eventLoopGroup,
            eventLoop: redis.eventLoop,
            logger: logger,
            metricsFactory: metricsFactory
        )
        deliveries = Mutex(Self.deliveries(options.endpoints, surroundings))
    }

    private static func deliveries(
        _ endpoints: [WebhookEndpoint],
        _ surroundings: WebhookSurroundings
    ) -> [EndpointDelivery] {
        endpoints.enumerated().map { EndpointDelivery($1, number: $0 + 1, surroundings) }
    }

    /// Reads the file again. One that is wrong changes nothing.
    func reload() -> Result<Void, WebhookFile.Faults> {
        do {
            let file = try WebhookFile.read(path, allowsHTTP: surroundings.sending.allowsHTTP)
            let made = Self.deliveries(file.endpoints, surroundings)
            deliveries.withLock { $0 = made }
            logger.info("webhook endpoints were read", metadata: ["endpoints": "\(made.count)"])
            reloaded.ring()
            return .success(())
        } catch {
            logger.error("webhook endpoints stay as they were", metadata: ["reason": "\(error)"])
            return .failure(error)
        }
    }

    func run() async throws {
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown { [self] in
            try await redis.becomesConnected()
            while !Task.isCancelled {
                if await takeLease() { await lead() }
                // Others look for the lease so often. Who still has it goes on, with other endpoints or with Redis back.
                let pause = surroundings.pace.renewal / 2
                try await Task.sleep(for: surroundings.lead.holds() ? min(pause, .seconds(1)) : pause)
            }
        }
        if surroundings.lead.holds() { _ = try? await surroundings.store.lead(for: .zero, on: surroundings.eventLoop) }
        await surroundings.lookup.close()
    }

    private func takeLease() async -> Bool {
        let (asked, length) = (ContinuousClock.now, surroundings.pace.lease)
        do {
            let lead = try await surroundings.store.lead(for: length, on: surroundings.eventLoop)
            surroundings.lead.learn(lead, asked: asked, length: length)
            return lead.isHeld
        } catch {
            if failures.countIfDue() != nil {
                let reason = (error as? ScoreStoreError)?.description ?? "no reason is known"
                logger.warning("webhooks wait for Redis", metadata: ["reason": "\(reason)"])
            }
            return false
        }
    }

    /// Until the lease is lost, or the endpoints are others.
    private func lead() async {
        let deliveries = deliveries.withLock { $0 }
        let ids = deliveries.map(\.endpoint.id)
        guard let times = try? await surroundings.store.since(ids, on: surroundings.eventLoop) else { return }
        let since = zip(ids, times).reduce(into: [:]) { $0[$1.0] = $1.1 }
        let ends = SubscribedBoards(deliveries: deliveries, events: [.seasonEnded], surroundings: surroundings)
        let places = SubscribedBoards(
            deliveries: deliveries,
            events: [.newLeader, .overtaken],
            surroundings: surroundings
        )
        logger.info("this instance delivers webhooks", metadata: ["endpoints": "\(deliveries.count)"])
        await withDiscardingTaskGroup { tasks in
            for delivery in deliveries { tasks.addTask { await delivery.run() } }
            if ends.isAny {
                tasks.addTask {
                    var watch = EndedSeasonsWatch(ends, since: since)
                    await watch.run()
                }
            }
            if places.isAny {
                let watch = PlacesWatch(places) { [keySpace] in BoardKeys(board: $0.rawValue, in: keySpace).channel }
                tasks.addTask { [self] in await watch.run(subscriber) }
            }
            await holdLease(with: deliveries)
            tasks.cancelAll()
        }
    }

    private func holdLease(with led: [EndpointDelivery]) async {
        while !Task.isCancelled {
            await reloaded.wait(for: surroundings.pace.renewal)
            // The same objects: nobody has read the file again.
            guard deliveries.withLock({ $0.elementsEqual(led, by: ===) }) else { return }
            // Redis that does not answer may do so again before the lease ends.
            guard surroundings.lead.holds() else { return }
            _ = await takeLease()
        }
    }

    private func subscriber(
        _ receive: @escaping @Sendable (String, RedisSubscriptionEvent) -> Void
    ) -> RedisSubscriber {
        var options = redisOptions
        options.maximumChannels = PlacesWatch.maximumBoards
        return RedisSubscriber(
            endpoint: redisEndpoint,
            options: options,
            following: redis,
            eventLoop: redis.eventLoop,
            logger: logger,
            onEvent: receive
        )
    }
}
