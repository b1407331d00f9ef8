import Logging
import NIOCore

/// Two connections to one sentinel, that come back by themselves: one hears what it announces, over the other it is asked.
/// Owned by its event loop.
final class SentinelLine {
    /// What is about to be, or has been, decided on a failover. `+switch-master` is the last of a failover on the sentinel that
    /// leads it, and the only one on the others; the one before a promotion comes a tenth of a second or so before it.
    static let channels = [
        "+failover-state-send-slaveof-noone", "+promoted-slave", "+switch-master", "+failover-end",
        "-failover-abort-slave-timeout", "-failover-abort-no-good-slave", "-failover-abort-not-elected",
        "-failover-abort-master-is-slave",
    ]

    let address: RedisEndpoint.Address
    private let name: String
    private let events: RedisLink
    private let questions: RedisLink
    private let log: OutageLog
    /// Whether its announcements arrive.
    private var state: LineState

    var isHeard: Bool { state.isHeard }

    /// - Parameters:
    ///   - name: under which it watches our primary.
    ///   - onEvent: it announces something about that primary; of which replica, if it is about one.
    init(
        _ address: RedisEndpoint.Address,
        name: String,
        of endpoint: RedisEndpoint,
        options: RedisOptions,
        eventLoop: any EventLoop,
        logger: Logger,
        onEvent: @escaping (_ replica: RedisEndpoint.Address?) -> Void
    ) {
        self.address = address
        self.name = name
        let state = LineState()
        self.state = state
        let own = RedisEndpoint(
            location: .server(address),
            isSecure: endpoint.isSecure,
            user: nil,
            password: nil,
            database: 0
        )
        var options = options
        options.keepAliveInterval = options.subscriberKeepAliveInterval
        options.connectTimeout = options.discoveryTimeout
        options.commandTimeout = options.subscriberTimeout
        var logger = logger
        logger[metadataKey: "sentinel"] = "\(address)"
        log = OutageLog(logger)
        let signIn = Greeting.signIn(endpoint.sentinelLogin)
        func link(
            _ greeting: [Greeting],
            _ logger: Logger,
            listener: RedisConnection.Listener? = nil,
            onChange: @escaping (Bool) -> Void = { _ in }
        ) -> RedisLink {
            RedisLink(
                endpoint: own,
                surroundings: .init(locator: PrimaryLocator(own, options: options), primary: SharedPrimary()),
                options: options,
                eventLoop: eventLoop,
                logger: logger,
                greeting: Array([signIn, greeting].joined()),
                listener: listener,
                onChange: onChange
            )
        }
        events = link(
            Self.channels.map { .subscribe($0) },
            logger,
            listener: .init { _, payload in
                guard let event = SentinelEvent(payload), event.primary == name else { return }
                onEvent(event.replica)
            },
            onChange: { state.isHeard = $0 }
        )
        // What befalls it befalls the other, which tells it.
        questions = link(
            [Greeting(command: RedisCommand("PING"), name: "PING")],
            Logger(label: logger.label) { _ in SwiftLogNoOpLogHandler() }
        )
    }

    func start() {
        events.start()
        questions.start()
    }

    /// - Parameter tell: called once, on the loop; with nil where it does not answer.
    func ask(withReplicas: Bool, _ tell: @escaping (SentinelAnswer?) -> Void) {
        var commands = SentinelAnswer.commands(name)
        if withReplicas { commands.append(SentinelAnswer.replicasCommand(name)) }
        let replies = Replies(count: commands.count)
        for command in commands {
            questions.send(
                command,
                .own { [address, log] reply in
                    switch replies.take(reply) {
                    case nil: break
                    case .success(let all):
                        log.isBack()
                        tell(SentinelAnswer(all, saidBy: address))
                    case .failure(let error):
                        if case .refused(let refusal) = error {
                            log.outage(
                                "a sentinel does not answer",
                                reason: "SENTINEL: \(refusal.words)",
                                level: .error
                            )
                        }
                        tell(nil)
                    }
                }
            )
        }
    }

    func stop() -> EventLoopFuture<Void> {
        events.stop().and(questions.stop()).map { _ in }
    }
}

private final class LineState {
    var isHeard = false
}
