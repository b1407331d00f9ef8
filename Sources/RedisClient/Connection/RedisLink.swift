import Logging
import NIOCore
import NIOPosix
import NIOSSL

/// Keeps one connection up: connects, signs in, and when it is lost tries again, ever more slowly up to a cap.
/// Owned by its event loop.
final class RedisLink {
    private enum State {
        case idle
        case connecting
        case signingIn(RedisConnection)
        case ready(RedisConnection)
        case stopped
    }

    private let endpoint: RedisEndpoint
    private let options: RedisOptions
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let greeting: [RedisCommand]
    private let onMessage: (([UInt8]) -> Void)?
    private let onChange: (_ isReady: Bool) -> Void
    private let onReconnect: () -> Void
    private var state = State.idle
    private var failures = 0
    private var drained: EventLoopPromise<Void>?

    /// - Parameter greeting: what a new connection has to answer, beyond signing in, before it is ready. At least one
    ///   command: a server that hangs accepts connections all the same.
    init(
        endpoint: RedisEndpoint,
        options: RedisOptions,
        eventLoop: any EventLoop,
        logger: Logger,
        greeting: [RedisCommand],
        onMessage: (([UInt8]) -> Void)? = nil,
        onChange: @escaping (_ isReady: Bool) -> Void,
        onReconnect: @escaping () -> Void = {}
    ) {
        self.endpoint = endpoint
        self.options = options
        self.eventLoop = eventLoop
        self.logger = logger
        self.greeting = endpoint.signIn + greeting
        self.onMessage = onMessage
        self.onChange = onChange
        self.onReconnect = onReconnect
    }

    func send(_ command: RedisCommand, _ waiter: RedisConnection.Waiter) {
        switch state {
        case .ready(let connection): connection.send(command, waiter)
        case .stopped: waiter.resume(.failure(.notSent(.stopped)))
        case .idle, .connecting, .signingIn: waiter.resume(.failure(.notSent(.disconnected)))
        }
    }

    func connect() {
        guard case .idle = state else { return }
        state = .connecting
        let connection = RedisConnection(
            options: options,
            eventLoop: eventLoop,
            onMessage: onMessage,
            onClosed: { [weak self] reason in self?.closed(reason.rawValue) }
        )
        let loopBound = NIOLoopBound((self, connection), eventLoop: eventLoop)
        RedisBootstrap.connect(to: endpoint, options: options, on: eventLoop) { loopBound.value.1 }
            .assumeIsolated()
            .whenComplete { result in
                let (link, connection) = loopBound.value
                switch result {
                case .success: link.connected(connection)
                case .failure(let error): link.closed("\(error)")
                }
            }
    }

    private func connected(_ connection: RedisConnection) {
        guard case .connecting = state else { return connection.close() }
        state = .signingIn(connection)
        let last = greeting.count - 1
        for (index, command) in greeting.enumerated() {
            connection.send(
                command,
                .own { [weak self] reply in
                    switch reply {
                    case .success where index == last: self?.ready(connection)
                    case .success: break
                    case .failure(let error): self?.signInFailed(error, connection)
                    }
                }
            )
        }
    }

    /// Logged once an outage: the next tries tell nothing new.
    private func signInFailed(_ error: RedisError, _ connection: RedisConnection) {
        if failures == 0 {
            let code = if case .refused(let refusal) = error { refusal.code } else { "\(error)" }
            logger.warning("redis refused the connection", metadata: ["reason": "\(code)"])
            failures = 1
        }
        connection.close()
    }

    private func ready(_ connection: RedisConnection) {
        guard case .signingIn = state else { return }
        state = .ready(connection)
        if failures > 0 {
            logger.info("redis connection is back")
            onReconnect()
        }
        failures = 0
        onChange(true)
    }

    private func closed(_ reason: String) {
        switch state {
        case .stopped, .idle: return
        case .ready:
            onChange(false)
            logger.warning("redis connection lost", metadata: ["reason": "\(reason)"])
        case .connecting, .signingIn:
            if failures == 0 { logger.warning("redis connection failed", metadata: ["reason": "\(reason)"]) }
        }
        state = .idle
        let delay = min(options.reconnectDelay.upperBound, options.reconnectDelay.lowerBound * (1 << min(failures, 10)))
        failures += 1
        let spread = delay * Double.random(in: 0.5...1.5)
        eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(spread)) { self.connect() }
    }

    /// No new command; closes once the replies in flight are in, or have timed out.
    func stop() -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        guard case .ready(let connection) = state else {
            state = .stopped
            promise.succeed()
            return promise.futureResult
        }
        state = .stopped
        connection.send(
            RedisCommand("PING"),
            .own { _ in
                connection.close()
                promise.succeed()
            }
        )
        return promise.futureResult
    }
}

extension RedisEndpoint {
    fileprivate var signIn: [RedisCommand] {
        var commands: [RedisCommand] = []
        if let password {
            commands.append(user.map { RedisCommand("AUTH", $0, password) } ?? RedisCommand("AUTH", password))
        }
        if database != 0 { commands.append(RedisCommand("SELECT", "\(database)")) }
        return commands
    }
}
