import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import RedisClient

extension ServerOptions {
    init(_ settings: Settings) throws(InvalidSetting) {
        self.init()
        host = settings.text("HOST", default: "127.0.0.1")
        port = try settings.integer("PORT", default: 8080, in: 0...65535)
        tls = try TLSFiles(settings)
        isBehindProxyProtocol = try settings.flag("PROXY_PROTOCOL")
        maximumConnections = try settings.integer("MAX_CONNECTIONS", default: 50_000, in: 1...10_000_000)
        // As many viewers as one address may have, and room for requests beside them.
        let viewers = try settings.integer("LIVE_MAX_SUBSCRIBERS_PER_IP", default: 1000, in: 1...10_000_000)
        maximumConnectionsPerAddress = try settings.integer(
            "MAX_CONNECTIONS_PER_IP",
            default: viewers + 4000,
            in: 1...10_000_000
        )
        maximumHeadBytes = try settings.integer("MAX_HEAD_BYTES", default: maximumHeadBytes, in: 1024...65_536)
        headTimeout = try settings.seconds("HEAD_TIMEOUT_SECONDS", default: headTimeout, in: 1...300)
        bodyTimeout = try settings.seconds("BODY_TIMEOUT_SECONDS", default: bodyTimeout, in: 1...300)
        idleTimeout = try settings.seconds("IDLE_TIMEOUT_SECONDS", default: idleTimeout, in: 1...3600)
        drainTimeout = try settings.seconds("DRAIN_SECONDS", default: drainTimeout, in: 1...300)
        pingInterval = try settings.seconds("LIVE_PING_SECONDS", default: pingInterval, in: 2...300)
        maximumWebSocketMessageBytes = try settings.integer(
            "LIVE_MESSAGE_BYTES",
            default: maximumWebSocketMessageBytes,
            in: 125...65_536
        )
    }
}

extension TLSFiles {
    /// Nil when neither file is named; one without the other is a mistake, and so are files that are of no use.
    init?(_ settings: Settings) throws(InvalidSetting) {
        let (certificate, key) = ("TLS_CERTIFICATE_FILE", "TLS_PRIVATE_KEY_FILE")
        switch (settings.text(certificate), settings.text(key)) {
        case (nil, nil): return nil
        case (let chain?, let secret?): self.init(certificate: chain, privateKey: secret)
        case (nil, _?): throw InvalidSetting(name: certificate, reason: "goes with \(key)")
        case (_?, nil): throw InvalidSetting(name: key, reason: "goes with \(certificate)")
        }
        do {
            try check()
        } catch {
            throw InvalidSetting(name: error.file == .certificate ? certificate : key, reason: error.reason)
        }
    }
}

extension RedisOptions {
    init(_ settings: Settings, _ source: RedisSource, board: String) throws(InvalidSetting) {
        self.init()
        certificateAuthorityFile = try settings.certificates("REDIS_CA_FILE")
        clusterKey = BoardKeys(board: board).scores
        durability = try settings.choice("DURABILITY", default: .local)
        if settings.text("REPLICAS") != nil {
            replicas = try settings.integer("REPLICAS", default: 1, in: 1...100)
            guard durability == .replicated else {
                throw InvalidSetting(name: "REPLICAS", reason: "goes with DURABILITY=replicated")
            }
        }
        commandTimeout = try settings.milliseconds("REDIS_TIMEOUT_MS", default: commandTimeout, in: 100...60_000)
        replicaTimeout = min(replicaTimeout, commandTimeout / 2)
        subscriberTimeout = commandTimeout / 2
        maximumPendingCommands = try settings.integer(
            "REDIS_MAX_PENDING",
            default: maximumPendingCommands,
            in: 16...1_048_576
        )
        if case .ownServer = source, durability == .replicated {
            throw InvalidSetting(
                name: "DURABILITY",
                reason: "replicated needs a Redis with replicas in REDIS_URL; the service's own has none"
            )
        }
    }
}

extension StoreOptions {
    init(_ settings: Settings) throws(InvalidSetting) {
        self.init()
        rateLimit = RateLimit(
            updates: try settings.integer("RATE_LIMIT_UPDATES", default: 60, in: 1...1_000_000),
            interval: .seconds(try settings.integer("RATE_LIMIT_INTERVAL_SECONDS", default: 60, in: 1...86_400))
        )
        idempotencyLifetime = .seconds(
            try settings.integer("IDEMPOTENCY_KEY_SECONDS", default: 86_400, in: 1...604_800)
        )
        auditMaxEntries = try settings.integer("AUDIT_MAX_ENTRIES", default: 1_000_000, in: 1...1_000_000_000)
    }
}

extension BroadcastOptions {
    init(_ settings: Settings) throws(InvalidSetting) {
        self.init()
        window = TimeAmount(try settings.milliseconds("LIVE_WINDOW_MS", default: .milliseconds(50), in: 0...10_000))
        maximumSubscribers = try settings.integer("LIVE_MAX_SUBSCRIBERS", default: 20_000, in: 1...10_000_000)
        maximumSubscribersPerAddress = try settings.integer(
            "LIVE_MAX_SUBSCRIBERS_PER_IP",
            default: 1000,
            in: 1...10_000_000
        )
        backlogBytes = try settings.integer("LIVE_BACKLOG_BYTES", default: 65_536, in: 8192...67_108_864)
        drainTimeout = TimeAmount(try settings.seconds("LIVE_DRAIN_SECONDS", default: .seconds(30), in: 1...30))
        ringBytes = try settings.integer("LIVE_RESUME_BYTES", default: 1_048_576, in: 0...1_073_741_824)
    }
}
