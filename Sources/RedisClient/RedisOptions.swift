/// Bounds of the Redis connections.
package struct RedisOptions: Sendable {
    /// A reply must come within it; otherwise the connection is replaced, for a server that hangs answers nobody.
    package var commandTimeout: Duration = .seconds(2)
    package var connectTimeout: Duration = .seconds(2)
    /// Commands without a reply, of one connection; one more is refused as ``RedisError/NotSentReason/queueFull``.
    package var maximumPendingCommands = 8192
    /// Time before the first reconnect and its cap; it doubles in between, and each is spread by half.
    package var reconnectDelay: ClosedRange<Duration> = .milliseconds(50) ... .milliseconds(500)
    /// An idle connection is asked PING this often, so that a half-open one is found.
    package var keepAliveInterval: Duration = .seconds(5)
    /// PEM file of the authorities that a `rediss://` server's certificate may come from; nil: the system's.
    package var certificateAuthorityFile: String?

    package init() {}
}
