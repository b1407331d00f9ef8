import Bounds
import NIOCore
import Synchronization

/// Says where the primary is now: the server itself, what the sentinels say, or the owner of our slot in a cluster.
/// Its lock is its owner; it is asked once a connection attempt.
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
    private static let maximumSources = 64
    private let word = Mutex(SentinelWord())
    private let turnedOutCluster = Atomic(false)

    init(_ endpoint: RedisEndpoint, options: RedisOptions) {
        self.endpoint = endpoint
        var options = options
        options.connectTimeout = options.discoveryTimeout
        options.commandTimeout = options.discoveryTimeout
        self.options = options
        switch endpoint.location {
        case .server(let address): sources = Mutex([address])
        case .sentinels(let list, _), .cluster(let list): sources = Mutex(list)
        }
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
    func locate(on eventLoop: any EventLoop) -> EventLoopFuture<RedisEndpoint.Address> {
        if case .server(let address) = endpoint.location, !isCluster { return eventLoop.makeSucceededFuture(address) }
        return ask(sources.withLock { $0 }[...], on: eventLoop)
    }

    /// Where it was did not do: the source may be behind the others, so that the next one is asked first.
    func wasWrong() {
        sources.withLock { sources in
            if sources.count > 1 { sources.append(sources.removeFirst()) }
        }
    }

    /// A node of the cluster says who has the slot now; that one knows best.
    func moved(to refusal: RedisRefusal, saidBy address: RedisEndpoint.Address) {
        if refusal.code == "MOVED" { _ = isNode() }
        guard isCluster, let (host, port) = refusal.movedTo, case .tcp(let ownHost, _) = address else { return }
        putFirst(.tcp(host: host.isEmpty ? ownHost : String(host), port: port))
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
            if sources.count > Self.maximumSources { sources.removeLast() }
        }
    }

    private func ask(
        _ candidates: ArraySlice<RedisEndpoint.Address>,
        after last: (any Error)? = nil,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<RedisEndpoint.Address> {
        guard let source = candidates.first else { return eventLoop.makeFailedFuture(Unknown(cause: last)) }
        return ask(source, on: eventLoop).flatMapError { error in
            // One that answers, and does not know, tells nothing of the others.
            let isTelling = !(error is Unknown) && !(last is RedisQuestion.NotLetIn)
            return self.ask(candidates.dropFirst(), after: isTelling ? error : last, on: eventLoop)
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

    private func ask(
        _ source: RedisEndpoint.Address,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<RedisEndpoint.Address> {
        switch endpoint.location {
        case .sentinels(_, let primary):
            return question(to: source).ask(SentinelAnswer.commands(primary), on: eventLoop).flatMapThrowing {
                replies in
                // One that has not heard of the last failover yet knows no better than the next.
                guard let answer = SentinelAnswer(replies, saidBy: source), self.note(answer) else { throw Unknown() }
                self.putFirst(source)
                return answer.primary
            }
        case .server, .cluster:
            return slotMap(of: source, on: eventLoop).flatMapThrowing { map in
                guard let owner = map.owner(of: ClusterSlot.of(self.options.clusterKey)) else { throw Unknown() }
                // All of them may be asked next time; those of the URL stay.
                for node in map.nodes.reversed() { self.putFirst(node) }
                self.putFirst(source)
                return owner
            }
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
