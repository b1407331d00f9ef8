import Logging
import NIOCore

/// Does what ``Subscriptions`` says, over a connection to each primary that has a channel's slot. Owned by its event loop.
final class SubscriberLines {
    private let endpoint: RedisEndpoint
    private let options: RedisOptions
    private let shards: Shards
    private let cluster: ClusterMap
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let log: OutageLog
    private let onEvent: (_ channel: String, RedisSubscriptionEvent) -> Void
    private var subscriptions = Subscriptions()
    private var links: [ShardID: RedisLink] = [:]
    /// Channels that Redis does not let us listen to.
    private var refused: Set<String> = []
    private var isStarted = false
    private var isStopped = false

    /// Before a channel is asked for again that a node did not take, or sent to where we already are.
    private static let pause = TimeAmount.milliseconds(50)
    /// Before one is asked for again that Redis does not let us listen to: there may be a thousand of them.
    private static let longPause = TimeAmount.seconds(1)

    init(
        endpoint: RedisEndpoint,
        options: RedisOptions,
        shards: Shards,
        eventLoop: any EventLoop,
        logger: Logger,
        onEvent: @escaping (_ channel: String, RedisSubscriptionEvent) -> Void
    ) {
        self.endpoint = endpoint
        self.options = options
        self.shards = shards
        self.eventLoop = eventLoop
        self.logger = logger
        self.onEvent = onEvent
        cluster = shards.locator.cluster
        log = OutageLog(logger, trouble: shards.home.surroundings.trouble)
    }

    func start() {
        isStarted = true
        let lines = NIOLoopBound(WeakLines(lines: self), eventLoop: eventLoop)
        let eventLoop = eventLoop
        cluster.onChange { eventLoop.execute { lines.value.lines?.clusterChanged() } }
        // The connection that finds out where Redis is, and whether it is a cluster.
        open(.first)
        perform(subscriptions.reroute(shard))
    }

    func stop() -> EventLoopFuture<Void> {
        isStopped = true
        log.isOver()
        return EventLoopFuture.andAllComplete(links.values.map { $0.stop() }, on: eventLoop)
    }

    func follow(_ channel: String) {
        perform(subscriptions.follow(channel, at: shard(of: channel)))
    }

    func letGo(_ channel: String) {
        taken(channel)
        perform(subscriptions.letGo(channel))
    }

    // MARK: Where

    /// Of a channel; its connection is made where there is none.
    private func shard(of channel: String) -> ShardID {
        guard shards.locator.isCluster else { return .first }
        let topology = cluster.topology
        let id = topology.shard(of: ClusterSlot.of(channel)) ?? topology.home
        open(id)
        return id
    }

    private func open(_ id: ShardID) {
        guard isStarted, !isStopped, links[id] == nil else { return }
        let link = RedisLink(
            endpoint: endpoint,
            surroundings: shards.shard(id).surroundings,
            options: options,
            eventLoop: eventLoop,
            logger: logger,
            greeting: Greeting.list(endpoint, options),
            listener: RedisConnection.Listener(
                onMessage: { [weak self] channel, payload in self?.onEvent(channel, .message(payload)) },
                onDropped: { [weak self] in self?.dropped($0, on: id) }
            ),
            onChange: { [weak self] isReady in self?.changed(id, isReady: isReady) }
        )
        links[id] = link
        link.start()
    }

    private func clusterChanged() {
        guard !isStopped, shards.locator.isCluster else { return }
        let topology = cluster.topology
        for (id, gone) in links where topology.shards[id] == nil {
            links[id] = nil
            shards.forget(id)
            _ = gone.stop()
            perform(subscriptions.lost(id))
        }
        perform(subscriptions.reroute(shard))
    }

    // MARK: What comes

    private func changed(_ id: ShardID, isReady: Bool) {
        if isReady {
            // Only now it may be known that it is a cluster.
            perform(subscriptions.reroute(shard))
            perform(subscriptions.ready(id))
        } else {
            perform(subscriptions.lost(id))
        }
    }

    private func dropped(_ channel: String, on id: ShardID) {
        perform(subscriptions.dropped(channel, on: id))
        // Who has its slot now is asked for, or told by the one who has it no more.
        perform(subscriptions.again(channel, at: shard(of: channel)))
    }

    private func perform(_ actions: [Subscriptions.Action]) {
        guard !isStopped else { return }
        for action in actions {
            switch action {
            case .tell(let channel, let isLive): onEvent(channel, isLive ? .subscribed : .disconnected)
            case .subscribe(let channel, let ask, let id):
                let name = shards.locator.isCluster ? "SSUBSCRIBE" : "SUBSCRIBE"
                links[id]?.send(
                    RedisCommand(name, channel),
                    .own { [weak self] in self?.answered($0, channel, ask, id) }
                )
            case .unsubscribe(let channel, let id):
                let name = shards.locator.isCluster ? "SUNSUBSCRIBE" : "UNSUBSCRIBE"
                links[id]?.send(RedisCommand(name, channel), .leaving(channel))
            }
        }
    }

    private func answered(_ reply: RedisConnection.Reply, _ channel: String, _ ask: Int, _ id: ShardID) {
        switch reply {
        case .success:
            taken(channel)
            perform(subscriptions.accepted(channel, ask: ask, on: id))
        case .failure(.refused(let refusal)):
            perform(subscriptions.refused(channel, ask: ask, on: id))
            let now = shard(of: channel)
            if refusal.isRedirection, now != id { return perform(subscriptions.again(channel, at: now)) }
            if !refusal.isElsewhere {
                refused.insert(channel)
                log.outage("redis refused the connection", refusal, to: "SUBSCRIBE")
            }
            askLater(channel, in: refusal.isElsewhere ? Self.pause : Self.longPause)
        case .failure(.notSent(.queueFull)):
            perform(subscriptions.refused(channel, ask: ask, on: id, isFull: true))
            askLater(channel)
        // The connection is gone, or about to go, and tells so itself.
        case .failure: break
        }
    }

    private func taken(_ channel: String) {
        if refused.remove(channel) != nil, refused.isEmpty { log.isBack() }
    }

    private func askLater(_ channel: String, in pause: TimeAmount = SubscriberLines.pause) {
        eventLoop.assumeIsolated().scheduleTask(in: pause) { [weak self] in
            guard let self else { return }
            self.perform(self.subscriptions.again(channel, at: self.shard(of: channel)))
        }
    }
}

/// Who is told on the loop does not keep it.
private struct WeakLines {
    weak var lines: SubscriberLines?
}
