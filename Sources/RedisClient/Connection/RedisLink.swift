import Logging
import NIOCore
import NIOPosix

/// Keeps one connection up: finds the primary, connects, signs in, and when it is lost tries again, ever more slowly up
/// to a cap. Owned by its event loop.
final class RedisLink {
    private enum State {
        case idle
        case connecting
        case signingIn(RedisConnection)
        case ready(RedisConnection, since: NIODeadline)
        case stopped
    }

    private let endpoint: RedisEndpoint
    private let locator: PrimaryLocator
    private let options: RedisOptions
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let greeting: [Greeting]
    private let onMessage: (([UInt8]) -> Void)?
    private let onChange: (_ isReady: Bool) -> Void
    private let onReconnect: () -> Void
    private let leads: Bool
    private var state = State.idle
    /// Tells the connection of now from those before it.
    private var attempt = 0
    private var failures = 0
    /// Of the attempt of now.
    private var address: RedisEndpoint.Address?
    private var grace: GracePeriod
    private var isOutageLogged = false
    private var leftOutChecks: Set<String> = []
    private var drained: EventLoopPromise<Void>?

    /// - Parameters:
    ///   - greeting: what a new connection has to answer, beyond signing in, before it is ready.
    ///   - leads: others follow this link: the locator is told where it arrives.
    init(
        endpoint: RedisEndpoint,
        locator: PrimaryLocator,
        options: RedisOptions,
        eventLoop: any EventLoop,
        logger: Logger,
        greeting: [Greeting] = [],
        leads: Bool = false,
        onMessage: (([UInt8]) -> Void)? = nil,
        onChange: @escaping (_ isReady: Bool) -> Void,
        onReconnect: @escaping () -> Void = {}
    ) {
        self.endpoint = endpoint
        self.locator = locator
        self.options = options
        self.eventLoop = eventLoop
        self.logger = logger
        self.greeting = Greeting.list(endpoint, options) + greeting
        self.onMessage = onMessage
        self.onChange = onChange
        self.onReconnect = onReconnect
        self.leads = leads
        grace = GracePeriod(limit: options.maximumPendingCommands)
    }

    func send(_ command: RedisCommand, _ waiter: RedisConnection.Waiter) {
        switch state {
        case .ready(let connection, _): connection.send(command, waiter)
        case .stopped: waiter.resume(.failure(.notSent(.stopped)))
        case .idle, .connecting, .signingIn: grace.wait(command, waiter)
        }
    }

    // MARK: Connecting

    func connect() {
        guard case .idle = state else { return }
        state = .connecting
        attempt += 1
        let attempt = attempt
        locator.locate(on: eventLoop).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let address): self.connect(to: address, attempt)
            case .failure(let error): self.closed(attempt, ConnectionTrouble.words(for: error))
            }
        }
    }

    private func connect(to address: RedisEndpoint.Address, _ attempt: Int) {
        guard case .connecting = state else { return }
        self.address = address
        let connection = RedisConnection(
            options: options,
            eventLoop: eventLoop,
            onMessage: onMessage,
            onWrongServer: { [weak self] in self?.isWrongServer(address, attempt, $0) },
            onClosed: { [weak self] in self?.closed(attempt, $0) }
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
            case .failure(let error): link.closed(attempt, ConnectionTrouble.words(for: error))
            }
        }
    }

    private func connected(_ connection: RedisConnection, _ attempt: Int) {
        guard case .connecting = state, attempt == self.attempt else { return connection.close() }
        state = .signingIn(connection)
        for (index, step) in greeting.enumerated() {
            let isLast = index == greeting.count - 1
            connection.send(
                step.command,
                .own { [weak self] reply in
                    guard let self, attempt == self.attempt, case .signingIn = self.state else { return }
                    if self.isAccepted(reply, step, connection), isLast { self.ready(connection) }
                }
            )
        }
    }

    private func isAccepted(_ reply: RedisConnection.Reply, _ step: Greeting, _ connection: RedisConnection) -> Bool {
        switch reply {
        case .success(let value):
            guard let objection = step.objection(value) else { return true }
            logOutage("redis refused the connection", reason: objection, level: .error)
        case .failure(.refused(let refusal)) where step.isOptional && ["NOPERM", "ERR"].contains(refusal.code):
            if leftOutChecks.insert(step.name).inserted {
                logger.notice("redis does not allow a check, which is left out", metadata: ["command": "\(step.name)"])
            }
            return true
        case .failure(.refused(let refusal)):
            let level: Logger.Level = refusal.needsOperator ? .error : .warning
            logOutage("redis refused the connection", reason: "\(step.name): \(refusal.code)", level: level)
        case .failure:
            // The connection is gone, and tells why itself.
            return false
        }
        connection.close()
        return false
    }

    private func ready(_ connection: RedisConnection) {
        state = .ready(connection, since: .now())
        if attempt > 1 { onReconnect() }
        if isOutageLogged { logger.info("redis connection is back") }
        isOutageLogged = false
        for (command, waiter) in grace.take() { connection.send(command, waiter) }
        onChange(true)
        if leads, let address { locator.reached(address) }
    }

    // MARK: Losing the connection

    /// The connection takes no more commands, and closes once it has its last reply; a better one is looked for meanwhile.
    private func isWrongServer(_ address: RedisEndpoint.Address, _ attempt: Int, _ refusal: RedisRefusal) {
        guard attempt == self.attempt else { return }
        locator.moved(to: refusal, saidBy: address)
        if case .ready(_, let since) = state { lost("the server said \(refusal.code)", since: since) }
    }

    /// Somebody came to another primary than before: leaves this one, if it is the one no more.
    func lookForPrimary() {
        guard case .ready = state else { return }
        let attempt = attempt
        locator.locate(on: eventLoop).assumeIsolated().whenSuccess { located in
            guard attempt == self.attempt, located != self.address, case .ready(let connection, let since) = self.state
            else { return }
            self.lost("another server is the primary", since: since)
            connection.drain()
        }
    }

    private func closed(_ attempt: Int, _ reason: String) {
        guard attempt == self.attempt else { return }
        switch state {
        case .idle: break
        case .stopped: drained?.succeed()
        case .ready(_, let since): lost(reason, since: since)
        case .connecting, .signingIn:
            logOutage("redis connection failed", reason: reason)
            locator.wasWrong()
            connectLater()
        }
    }

    private func lost(_ reason: String, since: NIODeadline) {
        logOutage("redis connection lost", reason: reason)
        let now = NIODeadline.now()
        if now - since >= TimeAmount(options.reconnectDelay.upperBound) { failures = 0 }
        grace.begin(options.reconnectGrace)
        eventLoop.assumeIsolated().scheduleTask(deadline: grace.end) { self.grace.refuseIfOver() }
        connectLater()
        onChange(false)
    }

    private func connectLater() {
        state = .idle
        // No reply of the connection before has a say any more.
        attempt += 1
        failures += 1
        guard failures > 1 else { return connect() }
        let (first, cap) = (options.reconnectDelay.lowerBound, options.reconnectDelay.upperBound)
        let delay = min(cap, first * (1 << min(failures - 2, 10))) * Double.random(in: 0.5...1.5)
        eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { self.connect() }
    }

    /// Once an outage: the next tries tell nothing new.
    private func logOutage(_ message: Logger.Message, reason: String, level: Logger.Level = .warning) {
        guard !isOutageLogged else { return }
        isOutageLogged = true
        logger.log(level: level, message, metadata: ["reason": "\(reason)"])
    }

    // MARK: Stopping

    /// No new command; closes once the replies in flight are in, or have timed out.
    func stop() -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        let last = state
        state = .stopped
        grace.refuse()
        switch last {
        case .ready(let connection, _):
            drained = promise
            connection.drain()
        case .signingIn(let connection):
            connection.close()
            promise.succeed()
        case .idle, .connecting, .stopped:
            promise.succeed()
        }
        return promise.futureResult
    }
}
