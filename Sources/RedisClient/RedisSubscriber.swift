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
    ///   - leader: when it finds the primary elsewhere, the subscriber looks whether it has to follow.
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
            locator: leader?.locator ?? PrimaryLocator(endpoint, options: options),
            options: options,
            eventLoop: eventLoop,
            logger: logger,
            greeting: [.subscribe(channel, isCluster: endpoint.isCluster)],
            onMessage: { onEvent(.message($0)) },
            onChange: { isReady in onEvent(isReady ? .subscribed : .disconnected) }
        )
        self.link = .makeBoxSendingValue(link, eventLoop: eventLoop)
        leader?.locator.onMove { [weak link = self.link] in
            guard let link else { return }
            link.eventLoop.execute { link.value.lookForPrimary() }
        }
    }

    package func run() async throws {
        let link = link
        link.eventLoop.execute { link.value.connect() }
        try? await gracefulShutdown()
        try? await link.eventLoop.flatSubmit { link.value.stop() }.get()
    }
}
