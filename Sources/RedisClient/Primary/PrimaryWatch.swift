import Logging
import NIOCore

/// Looks on a beat, and whenever a sentinel announces something, whether the instance's primary still is the primary, and what
/// replicas it has. Owned by its event loop.
///
/// - **Sentinels.** When one is about to promote a replica, the instance writes nothing until it knows which (``SharedPrimary/hold()``);
///   when the primary is another one, all connections go there. What an announcement would have told, the next beat finds.
/// - **ROLE** of the primary: one that became a replica is left, even where nobody writes.
/// - **The replicas**, where writes wait for them: their number goes to the ``ReplicaQuorum``.
final class PrimaryWatch {
    private let endpoint: RedisEndpoint
    private let options: RedisOptions
    private let locator: PrimaryLocator
    private let primary: SharedPrimary
    private let quorum: ReplicaQuorum?
    private let link: RedisLink
    private let eventLoop: any EventLoop
    private var lines: [SentinelLine] = []
    private var answers: [RedisEndpoint.Address: SentinelAnswer] = [:]
    /// The sentinels that are about to promote a replica.
    private var holders: Set<RedisEndpoint.Address> = []
    private var holdTimer: Scheduled<Void>?
    private var replicas = ReplicaWatch()
    private var lastAsked = NIODeadline.uptimeNanoseconds(0)
    private var lastHeard = NIODeadline.uptimeNanoseconds(0)
    private var lastDoubt = NIODeadline.uptimeNanoseconds(0)
    private var timer: Scheduled<Void>?
    private var beats = 0
    private var isStopped = false

    /// After a beat without an answer: the connection is being made.
    private static let shortPause = TimeAmount.milliseconds(20)
    /// On so many beats a cluster is asked once who owns what, where nothing else makes us ask: a node may have lost its last slot.
    private static let beatsOfTopology = 30
    /// Of the sentinels of a URL, so many are asked.
    private static let maximumSentinels = 16

    /// - Parameter link: a connection to the primary, of this event loop.
    init(
        endpoint: RedisEndpoint,
        options: RedisOptions,
        surroundings: RedisLink.Surroundings,
        link: RedisLink,
        eventLoop: any EventLoop,
        logger: Logger
    ) {
        self.endpoint = endpoint
        self.options = options
        locator = surroundings.locator
        primary = surroundings.primary
        quorum = surroundings.quorum
        self.link = link
        self.eventLoop = eventLoop
        guard case .sentinels(let addresses, let name) = endpoint.location else { return }
        lines = addresses.prefix(Self.maximumSentinels).map { address in
            SentinelLine(
                address,
                name: name,
                of: endpoint,
                options: options,
                eventLoop: eventLoop,
                logger: logger,
                onEvent: { [weak self] in self?.announced(by: address, replica: $0) }
            )
        }
    }

    /// One server alone is the primary or is not: whoever writes is told by it.
    var isNeeded: Bool {
        if case .server = endpoint.location { quorum != nil || locator.isCluster } else { true }
    }

    func start() {
        guard isNeeded, !isStopped else { return }
        for line in lines { line.start() }
        beat()
    }

    func stop() -> EventLoopFuture<Void> {
        isStopped = true
        timer?.cancel()
        holdTimer?.cancel()
        return EventLoopFuture.andAllComplete(lines.map { $0.stop() }, on: eventLoop)
    }

    /// Connections of a new generation begin: what was known is of the primary before.
    func begins() {
        guard isNeeded, !isStopped else { return }
        quorum?.isElsewhere()
        replicas.begin(after: primary.former)
        lastAsked = .uptimeNanoseconds(0)
        schedule(after: .zero)
    }

    // MARK: The beat

    private func schedule(after pause: TimeAmount) {
        timer?.cancel()
        timer = eventLoop.assumeIsolated().scheduleTask(in: pause) { self.beat() }
    }

    /// The sentinels are asked no more often for that the connection to the primary is away.
    private func askSentinels() {
        guard lastAsked + TimeAmount(options.beat / 2) <= .now() else { return }
        lastAsked = .now()
        for line in lines { ask(line) }
    }

    private func beat() {
        guard !isStopped else { return }
        schedule(after: TimeAmount(options.beat))
        guard let place = primary.place else { return schedule(after: Self.shortPause) }
        askSentinels()
        if locator.isCluster, quorum != nil || beats.isMultiple(of: Self.beatsOfTopology) {
            link.send(
                RedisCommand("CLUSTER", "SLOTS"),
                .own { [weak self] in self?.slots($0, saidBy: place.address) }
            )
        }
        beats += 1
        link.send(RedisCommand("ROLE"), .own { [weak self] in self?.role($0, place.generation) })
    }

    /// It is asked at once, and once however many doubt it.
    func isInDoubt() {
        guard isNeeded, !isStopped, lastDoubt + Self.shortPause <= .now() else { return }
        lastDoubt = .now()
        schedule(after: .zero)
    }

    private func role(_ reply: RedisConnection.Reply, _ generation: Int) {
        guard !isStopped, primary.place?.generation == generation else { return }
        switch reply {
        case .success(let value):
            guard let role = ServerRole(value) else { return }
            guard case .primary(let offset, let followers) = role else { return primary.serverIsWrong(generation) }
            let isBeat = lastHeard + TimeAmount(options.beat / 2) <= .now()
            if isBeat { lastHeard = .now() }
            replicas.heard(offset: offset, followers: followers, isBeat: isBeat)
            learn()
        case .failure(.notSent): schedule(after: Self.shortPause)
        case .failure: break
        }
    }

    private func slots(_ reply: RedisConnection.Reply, saidBy source: RedisEndpoint.Address) {
        guard case .success(let value) = reply else { return }
        let map = SlotMap(value, saidBy: source)
        if let count = map.replicaCount(of: source) { replicas.listed = count }
        locator.cluster.learn(map)
    }

    private func learn() {
        guard let quorum else { return }
        if !lines.isEmpty {
            // Nothing is known before a sentinel has said what replicas there are.
            replicas.told(by: Array(answers.values), of: lines.count)
            guard replicas.areTold else {
                lastAsked = .uptimeNanoseconds(0)
                return schedule(after: Self.shortPause * 5)
            }
        }
        quorum.learn(replicas.count(isCalm: isCalm))
        // Nothing is written until they are there.
        if !quorum.canBeMet { schedule(after: Self.shortPause * 5) }
    }

    /// Whether nobody promotes a replica now, and it would be heard before somebody does. A cluster's nodes announce nothing, so
    /// that one of them may do it at any time; behind a plain address nobody does but an operator.
    private var isCalm: Bool {
        switch endpoint.location {
        case .server: !locator.isCluster
        case .cluster: false
        case .sentinels:
            holders.isEmpty
                && lines.allSatisfy { line in
                    line.isHeard && answers[line.address].map { !$0.isFailingOver } ?? false
                }
        }
    }

    // MARK: Sentinels

    private func ask(_ line: SentinelLine, then act: ((SentinelAnswer?) -> Void)? = nil) {
        line.ask(withReplicas: quorum != nil) { [weak self] answer in
            guard let self, !self.isStopped else { return }
            self.answers[line.address] = answer
            if let answer { self.heard(answer, from: line.address) }
            act?(answer)
        }
    }

    /// Whatever it was, the sentinel is asked what is true now. Where a replica is about to be promoted, or has been, nothing is
    /// written before.
    private func announced(by address: RedisEndpoint.Address, replica: RedisEndpoint.Address?) {
        guard !isStopped, let line = lines.first(where: { $0.address == address }) else { return }
        if let replica, replica != primary.place?.address { hold(for: address) }
        ask(line) { [weak self] answer in
            if answer == nil { self?.holdEnds(for: address) }
        }
    }

    private func heard(_ answer: SentinelAnswer, from sentinel: RedisEndpoint.Address) {
        let counts = locator.note(answer)
        if counts, let place = primary.place, let successor = locator.successor(of: place.address) {
            quorum?.isUneasy()
            holders = []
            primary.primaryIs(successor)
        }
        if !answer.isFailingOver { holdEnds(for: sentinel) }
    }

    private func hold(for sentinel: RedisEndpoint.Address) {
        quorum?.isUneasy()
        primary.hold()
        holders.insert(sentinel)
        holdTimer?.cancel()
        holdTimer = eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(options.failoverHold)) {
            self.holders = []
            self.primary.release()
        }
    }

    private func holdEnds(for sentinel: RedisEndpoint.Address) {
        guard holders.remove(sentinel) != nil, holders.isEmpty else { return }
        holdTimer?.cancel()
        primary.release()
    }
}
