package import Logging
package import NIOCore
import ServiceLifecycle

package enum RedisSubscriptionEvent: Sendable {
    /// Live (again): what is published from now on arrives.
    case subscribed
    case message([UInt8])
    /// The connection is gone: what is published from now on is missed, until ``subscribed`` comes.
    case disconnected
}

/// A connection of its own that listens to a channel, and subscribes again whenever it was lost.
package final class RedisSubscriber: Sendable, Service {
    private let link: NIOLoopBoundBox<RedisLink>

    /// - Parameters:
    ///   - leader: the subscriber is always with the same server as its connections; nil: it finds the primary by itself.
    ///   - onEvent: called on the loop, in order.
    package init(
        endpoint: RedisEndpoint,
        options: RedisOptions,
        channel: String,
        following leader: RedisClient? = nil,
        eventLoop: any EventLoop,
        logger: Logger,
        onEvent: @escaping @Sendable (RedisSubscriptionEvent) -> Void
    ) {
        var options = options
        options.keepAliveInterval = options.subscriberKeepAliveInterval
        options.commandTimeout = options.subscriberTimeout
        let link = RedisLink(
            endpoint: endpoint,
            surroundings: leader?.surroundings
                ?? .init(locator: PrimaryLocator(endpoint, options: options), primary: SharedPrimary()),
            options: options,
            eventLoop: eventLoop,
            logger: logger,
            greeting: Greeting.list(endpoint, options) + [.subscribe(channel)],
            onMessage: { onEvent(.message($0)) },
            onChange: { isReady in onEvent(isReady ? .subscribed : .disconnected) }
        )
        self.link = .makeBoxSendingValue(link, eventLoop: eventLoop)
    }

    package func run() async throws {
        let link = link
        link.eventLoop.execute { link.value.start() }
        try? await gracefulShutdown()
        try? await link.eventLoop.flatSubmit { link.value.stop() }.get()
    }
}
