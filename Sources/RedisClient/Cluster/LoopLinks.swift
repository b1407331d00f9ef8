import NIOCore

/// The connections of one loop: to the one primary, or in a cluster to those whose slots are asked for. Owned by its event loop.
final class LoopLinks {
    private let plan: ShardLinks.Plan
    private let shards: Shards
    private let cluster: ClusterMap
    private let eventLoop: any EventLoop
    /// Looks after the shards that it makes connections to first.
    private let watched: WatchedShards
    /// The one that all commands go to where there is no cluster.
    private let only: ShardLinks
    private var links: [ShardID: ShardLinks]
    private var topology: ClusterTopology
    private var isStarted = false
    private var isStopped = false

    init(_ plan: ShardLinks.Plan, _ shards: Shards, watched: WatchedShards, eventLoop: any EventLoop) {
        self.plan = plan
        self.shards = shards
        self.watched = watched
        self.eventLoop = eventLoop
        cluster = shards.locator.cluster
        topology = cluster.topology
        only = ShardLinks(plan, shards.shard(.first), eventLoop: eventLoop)
        links = [.first: only]
    }

    func start() {
        isStarted = true
        if watched.take(.first) { only.lookAfterShard(plan) }
        only.start()
        let links = NIOLoopBound(WeakLinks(links: self), eventLoop: eventLoop)
        let eventLoop = eventLoop
        cluster.onChange { eventLoop.execute { links.value.links?.follow() } }
        follow()
    }

    func stop() -> EventLoopFuture<Void> {
        isStopped = true
        return EventLoopFuture.andAllComplete(links.values.map { $0.stop() }, on: eventLoop)
    }

    // MARK: Sending

    /// - Parameter redirection: in a cluster, to the server that is to take it; nil: its slot's owner.
    func send(
        _ command: RedisCommand,
        isDurable: Bool,
        to redirection: Redirection? = nil,
        _ continuation: ReplyContinuation
    ) {
        guard shards.locator.isCluster else { return only.send(command, isDurable: isDurable, continuation) }
        switch place(of: command, redirection) {
        case .success(let links): links.send(command, isDurable: isDurable, continuation)
        case .failure(let error): continuation.resume(.failure(error))
        }
    }

    private func place(of command: RedisCommand, _ redirection: Redirection?) -> Result<ShardLinks, RedisError> {
        if topology.version != cluster.version { topology = cluster.topology }
        if let redirection {
            // Who said so is the owner.
            let owner = topology.shard(of: redirection.slot).flatMap { topology.shards[$0]?.primary }
            guard let address = redirection.address(saidBy: owner), let id = cluster.asked(at: address) else {
                return .failure(.notSent(.disconnected))
            }
            return links(to: id)
        }
        switch command.place {
        case .slot(let slot):
            if let id = topology.shard(of: slot) { return links(to: id) }
            _ = shards.locator.refresh(on: eventLoop)
            return .failure(.refused(RedisRefusal("CLUSTERDOWN no node serves the slot")))
        case .noKey: return plan.options.clusterKey == nil ? .failure(.notSent(.noKey)) : links(to: topology.home)
        case .severalSlots: return .failure(.notSent(.severalSlots))
        }
    }

    private func links(to id: ShardID) -> Result<ShardLinks, RedisError> {
        if let known = links[id] { return .success(known) }
        if isStopped { return .failure(.notSent(.stopped)) }
        guard isStarted else { return .failure(.notSent(.disconnected)) }
        let new = ShardLinks(plan, shards.shard(id), eventLoop: eventLoop)
        links[id] = new
        if watched.take(id) { new.lookAfterShard(plan) }
        new.start(patience: plan.options.connectTimeout)
        return .success(new)
    }

    // MARK: The cluster changes

    /// Closes what owns nothing any more, and connects to whom commands without a key go now: ``RedisConnections/isConnected``
    /// waits for that one.
    private func follow() {
        topology = cluster.topology
        guard !isStopped, shards.locator.isCluster else { return }
        for (id, gone) in links where topology.shards[id] == nil {
            links[id] = nil
            shards.forget(id)
            watched.give(id)
            _ = gone.stop()
        }
        _ = links(to: topology.home)
    }
}

/// Who is told on the loop does not keep it.
private struct WeakLinks {
    weak var links: LoopLinks?
}
