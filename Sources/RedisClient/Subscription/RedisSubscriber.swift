package import Logging
package import NIOCore
import ServiceLifecycle
import Synchronization

/// What befalls one channel.
package enum RedisSubscriptionEvent: Sendable {
    /// Live (again): what is published from now on arrives.
    case subscribed
    case message([UInt8])
    /// What is published from now on is missed, until ``subscribed`` comes: the connection is gone, or the slot went to another node.
    case disconnected
}

/// Why a channel is not followed.
package enum ChannelRefusal: Error, Sendable, Equatable {
    /// ``RedisOptions/maximumChannels`` are followed already.
    case tooMany
    /// Longer than ``RedisOptions/maximumChannelBytes``.
    case tooLong
}

/// Connections of its own that listen to channels, and subscribe again whenever one was lost: one connection, or in a cluster one
/// for each primary that has a channel's slot (SSUBSCRIBE).
///
/// Which channels they are may change at any time. Events are told as they come, on the loop; nothing waits here, so that who is
/// slow to take them holds up the connection, and Redis ends it at its `client-output-buffer-limit pubsub`.
package final class RedisSubscriber: Sendable, Service {
    private let lines: NIOLoopBoundBox<SubscriberLines>
    private let maximumChannels: Int
    private let maximumChannelBytes: Int
    private let followed: Mutex<Set<String>>

    /// - Parameters:
    ///   - leader: the subscriber is always with the same servers as its connections; nil: it finds the primary by itself.
    ///   - onEvent: called on the loop, in order. A message of a channel that was let go may still come.
    package init(
        endpoint: RedisEndpoint,
        options: RedisOptions,
        following leader: RedisConnections? = nil,
        eventLoop: any EventLoop,
        logger: Logger,
        onEvent: @escaping @Sendable (_ channel: String, RedisSubscriptionEvent) -> Void
    ) {
        var options = options
        options.keepAliveInterval = options.subscriberKeepAliveInterval
        options.commandTimeout = options.subscriberTimeout
        maximumChannels = options.maximumChannels
        maximumChannelBytes = options.maximumChannelBytes
        followed = Mutex([])
        lines = .makeBoxSendingValue(
            SubscriberLines(
                endpoint: endpoint,
                options: options,
                shards: leader?.shards ?? Shards(endpoint, options),
                eventLoop: eventLoop,
                logger: logger,
                onEvent: onEvent
            ),
            eventLoop: eventLoop
        )
    }

    /// Of one channel.
    package convenience init(
        endpoint: RedisEndpoint,
        options: RedisOptions,
        channel: String,
        following leader: RedisConnections? = nil,
        eventLoop: any EventLoop,
        logger: Logger,
        onEvent: @escaping @Sendable (RedisSubscriptionEvent) -> Void
    ) {
        self.init(
            endpoint: endpoint,
            options: options,
            following: leader,
            eventLoop: eventLoop,
            logger: logger,
            onEvent: { _, event in onEvent(event) }
        )
        // The one that it is for needs no bound.
        take(channel)
    }

    /// Nothing happens where it is followed already. Any thread.
    package func follow(_ channel: String) throws(ChannelRefusal) {
        guard channel.utf8.count <= maximumChannelBytes else { throw .tooLong }
        guard take(channel) else { throw .tooMany }
    }

    /// Any thread.
    package func letGo(_ channel: String) {
        followed.withLock { followed in
            guard followed.remove(channel) != nil else { return }
            // With the lock held: the loop hears it in the order in which it was decided.
            lines.eventLoop.execute { self.lines.value.letGo(channel) }
        }
    }

    @discardableResult
    private func take(_ channel: String) -> Bool {
        followed.withLock { followed in
            if followed.contains(channel) { return true }
            guard followed.count < maximumChannels else { return false }
            followed.insert(channel)
            lines.eventLoop.execute { self.lines.value.follow(channel) }
            return true
        }
    }

    package func run() async throws {
        let lines = lines
        lines.eventLoop.execute { lines.value.start() }
        try? await gracefulShutdown()
        try? await lines.eventLoop.flatSubmit { lines.value.stop() }.get()
    }
}
