import Text
import NIOCore
import Synchronization

/// Says where the primary is now: the server itself, what the sentinels say, or what a cluster's nodes say of a shard.
/// Its locks are its owners; it is asked once a connection attempt.
final class PrimaryLocator: Sendable {
    struct Unknown: Error, CustomStringConvertible {
        /// Of those who were asked one that does not let us in, or else the last that was not reached; nil: all answered.
        var cause: (any Error)?

        var description: String {
            switch cause {
            case nil: "nobody who was asked knows the primary"
            case let refusal as RedisQuestion.NotLetIn:
                "nobody who was asked tells the primary: AUTH or ACL: \(refusal.description)"
            case let cause?: "nobody who was asked knows the primary: \(ConnectionTrouble.words(for: cause))"
            }
        }
    }

    private let endpoint: RedisEndpoint
    private let options: RedisOptions
    /// Whom to ask, the likeliest to know first; at most ``maximumSources``.
    private let sources: Mutex<[RedisEndpoint.Address]>
    /// Those of the URL, which stay among them.
    private let named: [RedisEndpoint.Address]
    private static let maximumSources = 64
    private let word = Mutex(SentinelWord())
    private let turnedOutCluster = Atomic(false)
    /// Of a cluster.
    let cluster: ClusterMap
    private let asking: SingleFlight<Void>

    init(_ endpoint: RedisEndpoint, options: RedisOptions) {
        self.endpoint = endpoint
        cluster = ClusterMap(homeSlot: ClusterSlot.of(options.clusterKey ?? ""))
        asking = SingleFlight(pause: options.topologyPause)
        var options = options
        options.connectTimeout = options.discoveryTimeout
        options.commandTimeout = options.discoveryTimeout
        self.options = options
        switch endpoint.location {
        case .server(let address): named = [address]
        case .sentinels(let list, _), .cluster(let list): named = list
        }
        sources = Mutex(named)
    }

    /// Whether the server belongs to a cluster: as the URL says, or as one at a plain `redis://` has turned out.
    var isCluster: Bool { endpoint.isCluster || turnedOutCluster.load(ordering: .relaxed) }

    /// Who was taken for a server by itself is a node of a cluster, as it says: from now on the slot's owner is looked for.
    /// - Returns: whether that is news.
    func isNode() -> Bool {
        guard case .server = endpoint.location else { return false }
        return !turnedOutCluster.exchange(true, ordering: .relaxed)
    }

    /// The answer of the first source that has one.
    /// - Parameter shard: of a cluster.
    func locate(_ shard: ShardID = .first, on eventLoop: any EventLoop) -> EventLoopFuture<RedisEndpoint.Address> {
        if isCluster {
            return refresh(on: eventLoop).flatMapThrowing {
                guard let primary = self.cluster.topology.shards[shard]?.primary else { throw Unknown() }
                return primary
            }
        }
        if case .server(let address) = endpoint.location { return eventLoop.makeSucceededFuture(address) }
        return ask(sources.withLock { $0 }[...], on: eventLoop, by: askSentinel)
    }

    /// Asks the cluster's nodes in turn who owns which slot. One question is under way at a time, for all.
    func refresh(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        asking.join(on: eventLoop) {
            self.ask(self.sources.withLock { $0 }[...], on: eventLoop, by: self.askNode)
        }
    }

    /// Where it was did not do: the source may be behind the others, so that the next one is asked first.
    func wasWrong() {
        sources.withLock { sources in
            if sources.count > 1 { sources.append(sources.removeFirst()) }
        }
    }

    /// A node says that another one has the slot, or takes this command; that one knows best.
    /// - Parameter shard: of the connection over which it was said.
    /// - Returns: what it means; nil where nothing can be made of it.
    func redirected(
        by refusal: RedisRefusal,
        saidBy source: RedisEndpoint.Address,
        in shard: ShardID,
        on eventLoop: any EventLoop
    ) -> ClusterTopology.Move? {
        guard let redirection = refusal.redirection, !endpoint.hasSentinels else { return nil }
        _ = isNode()
        guard !redirection.isForNow, let address = redirection.address(saidBy: source) else { return nil }
        putFirst(address)
        let move = cluster.moved(redirection.slot, to: address, saidIn: shard)
        // One slot seldom moves alone.
        _ = refresh(on: eventLoop)
        return move
    }

    /// What a sentinel says. Whether it is as good as what others said.
    func note(_ answer: SentinelAnswer) -> Bool {
        word.withLock { $0.note(answer.primary, epoch: answer.epoch, now: .now()) }
    }

    /// Where the sentinels say that the primary is, if a failover has led it away from this server; nil if not.
    func successor(of address: RedisEndpoint.Address) -> RedisEndpoint.Address? {
        word.withLock { $0.isOutdated(address) ? $0.address : nil }
    }

    private func putFirst(_ source: RedisEndpoint.Address) {
        sources.withLock { sources in
            sources.removeAll { $0 == source }
            sources.insert(source, at: 0)
            if sources.count > Self.maximumSources, let last = sources.lastIndex(where: { !named.contains($0) }) {
                sources.remove(at: last)
            }
        }
    }

    private func ask<Answer: Sendable>(
        _ candidates: ArraySlice<RedisEndpoint.Address>,
        after last: (any Error)? = nil,
        on eventLoop: any EventLoop,
        by ask: @escaping @Sendable (RedisEndpoint.Address, any EventLoop) -> EventLoopFuture<Answer>
    ) -> EventLoopFuture<Answer> {
        guard let source = candidates.first else { return eventLoop.makeFailedFuture(Unknown(cause: last)) }
        return ask(source, eventLoop).flatMapError { error in
            // One that answers, and does not know, tells nothing of the others.
            let isTelling = !(error is Unknown) && !(last is RedisQuestion.NotLetIn)
            return self.ask(candidates.dropFirst(), after: isTelling ? error : last, on: eventLoop, by: ask)
        }
    }

    /// Every primary of the cluster, as the first source that answers says; nobody where it is no cluster.
    func primaries(on eventLoop: any EventLoop) async -> [RedisEndpoint.Address] {
        guard isCluster else { return [] }
        for source in sources.withLock({ $0 }) {
            let primaries = try? await slotMap(of: source, on: eventLoop).get().primaries
            if let primaries, !primaries.isEmpty { return primaries }
        }
        return []
    }

    func question(to address: RedisEndpoint.Address) -> RedisQuestion {
        RedisQuestion(endpoint: endpoint, source: address, options: options)
    }

    private func slotMap(of source: RedisEndpoint.Address, on eventLoop: any EventLoop) -> EventLoopFuture<SlotMap> {
        question(to: source).ask(RedisCommand("CLUSTER", "SLOTS"), on: eventLoop).map { SlotMap($0, saidBy: source) }
    }

    @Sendable private func askSentinel(
        _ source: RedisEndpoint.Address,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<RedisEndpoint.Address> {
        guard case .sentinels(_, let primary) = endpoint.location else {
            return eventLoop.makeFailedFuture(Unknown())
        }
        return question(to: source).ask(SentinelAnswer.commands(primary), on: eventLoop).flatMapThrowing { replies in
            // One that has not heard of the last failover yet knows no better than the next.
            guard let answer = SentinelAnswer(replies, saidBy: source), self.note(answer) else { throw Unknown() }
            self.putFirst(source)
            return answer.primary
        }
    }

    @Sendable private func askNode(
        _ source: RedisEndpoint.Address,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<Void> {
        slotMap(of: source, on: eventLoop).flatMapThrowing { map in
            guard !map.ranges.isEmpty else { throw Unknown() }
            // All of them may be asked next time; those of the URL stay.
            for node in map.nodes.reversed() { self.putFirst(node) }
            self.putFirst(source)
            self.cluster.learn(map)
        }
        .flatMapErrorThrowing { error in
            // Another server is there now, or one that was no node answered as if it were: it is by itself again.
            if case .refused(let refusal)? = error as? RedisError, refusal.isOfNoCluster, self.named == [source] {
                self.turnedOutCluster.store(false, ordering: .relaxed)
            }
            throw error
        }
    }
}

extension RedisEndpoint.Address {
    /// Of `[host, port, …]`; an unknown host (nil, "" or "?") is that of the server that said it.
    init?(hostAndPort fields: [RESPValue], saidBy source: RedisEndpoint.Address) {
        guard fields.count >= 2, let port = fields[1].port?.number else { return nil }
        if let host = fields[0].text, !host.isEmpty, host != "?" {
            self = .tcp(host: host, port: port)
        } else if case .tcp(let host, _) = source {
            self = .tcp(host: host, port: port)
        } else {
            return nil
        }
    }
}
