/// Bounds of the Redis connections.
package struct RedisOptions: Sendable {
    /// A reply must come within it; otherwise the connection is replaced, for a server that hangs answers nobody.
    package var commandTimeout: Duration = .seconds(2)
    package var connectTimeout: Duration = .seconds(2)
    /// Commands without a reply, of one connection; one more is refused as ``RedisError/NotSentReason/queueFull``.
    package var maximumPendingCommands = 8192
    /// A longer reply, or published message, ends the connection.
    package var maximumReplyBytes = 16 * 1024 * 1024
    /// Time before the second try to reconnect and its cap; it doubles in between, and each is spread by half. The first
    /// follows the loss at once, unless the connection lived for less than the cap.
    package var reconnectDelay: ClosedRange<Duration> = .milliseconds(50) ... .milliseconds(500)
    /// After a loss, commands wait this long for the new connection, so that a short one (a killed connection, a primary
    /// that stepped down) fails none of them. Counted from the loss: in a longer outage they are refused at once.
    package var reconnectGrace: Duration = .milliseconds(30)
    /// An idle connection is asked PING when its last byte is so old, so that a half-open one is found.
    package var keepAliveInterval: Duration = .seconds(1)
    /// The same, and the `commandTimeout`, of a connection that subscribes: nothing but PING finds out that it is dead, and
    /// until then viewers see the past. With both, a dead one is replaced within 2 s of its last byte.
    package var subscriberKeepAliveInterval: Duration = .milliseconds(500)
    package var subscriberTimeout: Duration = .seconds(1)
    /// Channels that a subscriber follows, and how long the name of one may be; beyond them it is refused.
    package var maximumChannels = 10_000
    package var maximumChannelBytes = 512
    /// A sentinel, or a node of a cluster, must say within it where the primary is; otherwise the next one is asked.
    package var discoveryTimeout: Duration = .milliseconds(500)
    /// Between two looks at who is the primary and what replicas it has, where sentinels or a cluster decide on it.
    package var beat: Duration = .seconds(1)
    /// For so long at most nothing is written because a sentinel is about to promote a replica, and has not done so.
    package var failoverHold: Duration = .seconds(5)
    /// In a cluster: commands without a key go to the owner of this one's slot. Nil: they are refused as
    /// ``RedisError/NotSentReason/noKey``.
    package var clusterKey: String?
    /// Between two times of asking a cluster's nodes who owns which slot, however often a slot is found elsewhere.
    package var topologyPause: Duration = .milliseconds(100)
    /// What is checked of a new connection, and awaited after each write.
    package var durability = Durability.local
    /// How many replicas have to confirm (``Durability/replicated``); nil: most of those known, and all while one is promoted.
    package var replicas: Int?
    /// How long a replica may take to confirm a write (``Durability/replicated``); shorter than `commandTimeout`.
    package var replicaTimeout: Duration = .seconds(1)
    /// PEM file of the authorities that a `rediss://` server's certificate may come from; nil: the system's.
    package var certificateAuthorityFile: String?
    /// What a `rediss://` server, sentinel or node is shown that wants to know its clients by certificate; read anew for each
    /// connection.
    package var clientCertificate: ClientCertificateFiles?

    package init() {}
}

/// PEM files of our certificate, with its chain, and of its key.
package struct ClientCertificateFiles: Sendable, Equatable {
    package let certificate: String
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
