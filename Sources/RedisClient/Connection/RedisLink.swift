import Logging
import NIOCore
import NIOPosix

/// Keeps one connection up, as its ``LinkMachine`` says: finds the primary, connects, signs in, joins the instance's other
/// connections there, and when it is lost tries again, ever more slowly up to a cap. Owned by its event loop.
final class RedisLink {
    /// What a link has to do with the others of its instance.
    struct Surroundings {
        let locator: PrimaryLocator
        let primary: SharedPrimary
        /// Of the replicas that confirm writes; nil where none does.
        var quorum: ReplicaQuorum?
        /// Of a cluster.
        var shard = ShardID.first
        var trouble = LastOutage()
    }

    private let endpoint: RedisEndpoint
    private let locator: PrimaryLocator
    private let primary: SharedPrimary
    private let quorum: ReplicaQuorum?
    private let shard: ShardID
    private let options: RedisOptions
    private let eventLoop: any EventLoop
    private let log: OutageLog
    private let greeting: [Greeting]
    private let listener: RedisConnection.Listener?
    private let onChange: (_ isReady: Bool) -> Void
    private let onReconnect: () -> Void
    private var machine: LinkMachine
    /// The one in use, and the one that may come to be.
    private var inUse: RedisConnection?
    private var next: RedisConnection?
    /// Of the try under way.
    private var address: RedisEndpoint.Address?
    private var waitingID: Int?
    /// The try whose connection was refused, and told why.
    private var refusedAttempt: Int?
    /// Those that joined and are not closed yet, by the try that made them.
    private var joined: [Int: (connection: RedisConnection, generation: Int)] = [:]
    private var grace: GracePeriod
    private var drained: EventLoopPromise<Void>?
    private var membership: Int?

    /// - Parameter greeting: what a new connection has to answer before it is ready.
    init(
        endpoint: RedisEndpoint,
        surroundings: Surroundings,
        options: RedisOptions,
        eventLoop: any EventLoop,
        logger: Logger,
        greeting: [Greeting],
        listener: RedisConnection.Listener? = nil,
        onChange: @escaping (_ isReady: Bool) -> Void,
        onReconnect: @escaping () -> Void = {}
    ) {
        self.endpoint = endpoint
        locator = surroundings.locator
        primary = surroundings.primary
        quorum = surroundings.quorum
        shard = surroundings.shard
        self.options = options
        self.eventLoop = eventLoop
        log = OutageLog(logger, trouble: surroundings.trouble)
        self.greeting = greeting
        self.listener = listener
        self.onChange = onChange
        self.onReconnect = onReconnect
        machine = LinkMachine(delay: options.reconnectDelay)
        grace = GracePeriod(limit: options.maximumPendingCommands)
    }

    func send(_ command: RedisCommand, _ waiter: RedisConnection.Waiter) {
        if let inUse { return inUse.send(command, waiter) }
        if machine.state == .stopped { return waiter.resume(.failure(.notSent(.stopped))) }
        grace.wait(command, waiter)
    }

    // MARK: Connecting

    /// Once; from then on it connects by itself.
    /// - Parameter patience: for so long commands wait for the first connection.
    func start(patience: Duration = .zero) {
        if patience > .zero { beginGrace(patience) }
        let link = NIOLoopBound(WeakLink(link: self), eventLoop: eventLoop)
        let eventLoop = eventLoop
        membership = primary.enroll { departure, generation in
            eventLoop.execute { link.value.link?.leave(departure, generation) }
        }
        connect()
    }

    private func connect() {
        guard machine.start() == .locate else { return }
        let attempt = machine.attempt
        locator.locate(shard, on: eventLoop).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let address): self.located(address, attempt)
            case .failure(let error): self.ended(attempt, ConnectionTrouble.words(for: error))
            }
        }
    }

    private func located(_ address: RedisEndpoint.Address, _ attempt: Int) {
        guard machine.located(attempt) == .connect else { return }
        self.address = address
        let connection = RedisConnection(
            options: options,
            eventLoop: eventLoop,
            quorum: quorum,
            listener: listener,
            onWrongServer: { [weak self] in self?.isWrongServer(attempt, $0) },
            onRedirected: { [weak self] in self?.redirected(by: $0, saidBy: address, attempt) },
            onUnsent: { [weak self] in self?.send($0, $1) ?? $1.resume(.failure(.notSent(.stopped))) },
            onClosed: { [weak self] in self?.ended(attempt, $0) }
        )
        let loopBound = NIOLoopBound((self, connection), eventLoop: eventLoop)
        RedisBootstrap.connect(
            to: address,
            isSecure: endpoint.isSecure,
            options: options,
            on: eventLoop,
            handler: { loopBound.value.1 }
        )
        .assumeIsolated()
        .whenComplete { result in
            let (link, connection) = loopBound.value
            switch result {
            case .success: link.connected(connection, attempt)
            case .failure(let error): link.ended(attempt, ConnectionTrouble.words(for: error))
            }
        }
    }

    private func connected(_ connection: RedisConnection, _ attempt: Int) {
        guard machine.connected(attempt) == .signIn else { return connection.close() }
        next = connection
        let isCluster = locator.isCluster
        for (index, step) in greeting.enumerated() {
            let isLast = index == greeting.count - 1
            connection.send(
                step.command,
                .own { [weak self] reply in
                    guard let self, attempt == self.machine.attempt, self.machine.state == .signingIn else { return }
                    if step.isAboutCluster, case .success(let value) = reply, Greeting.isNode(value), !isCluster {
                        self.isNode(attempt)
                    } else if let trouble = self.log.trouble(with: reply, to: step) {
                        if trouble == .refused {
                            self.refusedAttempt = attempt
                            connection.close()
                        }
                    } else if isLast {
                        self.join(attempt)
                    }
                }
            )
        }
    }

    /// The server turned out to belong to a cluster: the slot's owner may be another one, and is subscribed to in another way.
    private func isNode(_ attempt: Int) {
        if locator.isNode() { log.isCluster() }
        if machine.signedIn(attempt) == .join { joined(attempt, .turnedAway) }
    }

    private func join(_ attempt: Int) {
        guard machine.signedIn(attempt) == .join, let address else { return }
        let link = NIOLoopBound(WeakLink(link: self), eventLoop: eventLoop)
        let eventLoop = eventLoop
        let place = primary.join(at: address) { [primary] answer in
            eventLoop.execute {
                guard let link = link.value.link else {
                    if case .admitted(let generation) = answer { primary.left(generation) }
                    return
                }
                link.joined(attempt, answer)
            }
        }
        guard let generation = place.generation else {
            waitingID = place.id
            return
        }
        joined(attempt, .admitted(generation: generation))
    }

    private func joined(_ attempt: Int, _ answer: SharedPrimary.Answer) {
        switch answer {
        case .admitted(let generation):
            guard machine.admitted(attempt, generation: generation, now: .now()) == .use, let next else {
                return primary.left(generation)
            }
            waitingID = nil
            joined[attempt] = (next, generation)
            use(next, attempt)
        case .turnedAway:
            waitingID = nil
            let action = machine.turnedAway(attempt)
            guard case .failed(let delay) = action else { return }
            next?.close()
            next = nil
            connectLater(delay)
        }
    }

    private func use(_ connection: RedisConnection, _ attempt: Int) {
        next = nil
        inUse = connection
        if attempt > 1 { onReconnect() }
        log.isBack()
        for (command, waiter) in grace.take() { connection.send(command, waiter) }
        onChange(true)
    }

    // MARK: Losing the connection

    /// The connection takes no more commands, and closes once it has its last reply; a better one is looked for meanwhile, and
    /// the others of the instance leave this server too.
    private func isWrongServer(_ attempt: Int, _ refusal: RedisRefusal) {
        guard let generation = joined[attempt]?.generation else { return }
        primary.serverIsWrong(generation)
        if case .lost(let delay) = machine.leave(generation, now: .now()) {
            lost("the server said \(refusal.code)", delay)
        }
    }

    /// One slot is elsewhere; the connection is as good as before, unless the server turns out not to be what it was taken for.
    private func redirected(by refusal: RedisRefusal, saidBy address: RedisEndpoint.Address, _ attempt: Int) {
        let wasCluster = locator.isCluster
        let move = locator.redirected(by: refusal, saidBy: address, in: shard, on: eventLoop)
        if !wasCluster, locator.isCluster {
            log.isCluster()
            return isWrongServer(attempt, refusal)
        }
        switch move {
        case .withinShard, .toUnknown: primary.isInDoubt()
        case .toOther, nil: break
        }
    }

    private func leave(_ departure: PrimaryView.Departure, _ generation: Int) {
        if case .lost(let delay) = machine.leave(generation, now: .now()) {
            lost(departure == .cut ? "another server is the primary" : "the server may be the primary no more", delay)
        }
        for (connection, joinedAt) in Array(joined.values) where joinedAt == generation {
            switch departure {
            case .drained: connection.drain()
            case .cut: connection.close()
            }
        }
    }

    private func ended(_ attempt: Int, _ reason: String) {
        if let (_, generation) = joined.removeValue(forKey: attempt) { primary.left(generation) }
        switch machine.ended(attempt, now: .now()) {
        case .failed(let delay):
            if let waitingID { primary.withdraw(waitingID) }
            waitingID = nil
            next = nil
            if attempt != refusedAttempt { log.outage("redis connection failed", reason: reason) }
            locator.wasWrong()
            connectLater(delay)
        case .lost(let delay): lost(reason, delay)
        default: break
        }
        if machine.state == .stopped, joined.isEmpty { drained?.succeed() }
    }

    private func lost(_ reason: String, _ delay: Duration) {
        inUse = nil
        log.outage("redis connection lost", reason: reason)
        beginGrace(options.reconnectGrace)
        connectLater(delay)
        onChange(false)
    }

    private func beginGrace(_ length: Duration) {
        grace.begin(length)
        eventLoop.assumeIsolated().scheduleTask(deadline: grace.end) { self.grace.refuseIfOver() }
    }

    private func connectLater(_ delay: Duration) {
        guard delay > .zero else { return connect() }
        eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay * Double.random(in: 0.5...1.5))) { self.connect() }
    }

    // MARK: Stopping

    /// No new command; closes once the replies in flight are in, or have timed out.
    func stop() -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        _ = machine.stop()
        inUse = nil
        if let membership { primary.strike(membership) }
        log.isOver()
        grace.refuse()
        next?.close()
        if let waitingID { primary.withdraw(waitingID) }
        drained = promise
        for (connection, _) in Array(joined.values) { connection.drain() }
        if joined.isEmpty { promise.succeed() }
        return promise.futureResult
    }
}

/// Who is told on the link's loop does not keep it.
private struct WeakLink {
    weak var link: RedisLink?
}
