import Board
import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import RedisClient

extension ServerOptions {
    init(_ settings: SettingsReader) {
        self.init()
        problemTypes = ErrorsGuide.types
        host = settings.text("HOST", default: host)
        port = settings.integer("PORT", default: port, in: 0...65535)
        tls = TLSFiles(settings)
        isBehindProxyProtocol = settings.flag("PROXY_PROTOCOL")
        // As many viewers as one client may have, and room for requests beside them.
        let viewers = PlaceLimits(viewers: settings).perNetwork
        connections = PlaceLimits(
            total: settings.integer("MAX_CONNECTIONS", default: connections.total, in: 1...10_000_000),
            perNetwork: settings.integer("MAX_CONNECTIONS_PER_IP", default: viewers + 4000, in: 1...10_000_000)
        )
        maximumHeadBytes = settings.integer("MAX_HEAD_BYTES", default: maximumHeadBytes, in: 1024...65_536)
        headTimeout = settings.seconds("HEAD_TIMEOUT_SECONDS", default: headTimeout, in: 1...300)
        bodyTimeout = settings.seconds("BODY_TIMEOUT_SECONDS", default: bodyTimeout, in: 1...300)
        idleTimeout = settings.seconds("IDLE_TIMEOUT_SECONDS", default: idleTimeout, in: 1...3600)
        drainTimeout = settings.seconds("DRAIN_SECONDS", default: drainTimeout, in: 1...300)
        pingInterval = settings.seconds("LIVE_PING_SECONDS", default: pingInterval, in: 2...300)
        maximumWebSocketMessageBytes = settings.integer(
            "LIVE_MESSAGE_BYTES",
            default: maximumWebSocketMessageBytes,
            in: 125...65_536
        )
        deflatesWebSockets = settings.flag("LIVE_COMPRESSION")
    }
}

extension PlaceLimits {
    /// Of live viewers.
    init(viewers settings: SettingsReader) {
        self.init(
            total: settings.integer("LIVE_MAX_SUBSCRIBERS", default: 20_000, in: 1...10_000_000),
            perNetwork: settings.integer("LIVE_MAX_SUBSCRIBERS_PER_IP", default: 1000, in: 1...10_000_000)
        )
    }
}

extension TLSFiles {
    /// Nil when neither file is named; one without the other is a mistake, and so are files that are of no use.
    /// - Parameters:
    ///   - certificate: the variable that names the file of the chain.
    ///   - key: the one that names the file of its key.
    init?(
        _ settings: SettingsReader,
        certificate: String = "TLS_CERTIFICATE_FILE",
        key: String = "TLS_PRIVATE_KEY_FILE"
    ) {
        switch (settings.text(certificate), settings.text(key)) {
        case (nil, nil): return nil
        case (let chain?, let secret?): self.init(certificate: chain, privateKey: secret)
        case (nil, _?):
            settings.refuse(certificate, "goes with \(key)")
            return nil
        case (_?, nil):
            settings.refuse(key, "goes with \(certificate)")
            return nil
        }
        do {
            try check()
        } catch {
            settings.refuse(error.file == .certificate ? certificate : key, error.reason)
        }
        settings.note(secretFile: privateKey, of: key)
    }
}

extension RedisOptions {
    init(_ settings: SettingsReader, _ source: RedisSource, keys: BoardKeys) {
        self.init()
        certificateAuthorityFile = settings.certificates("REDIS_CA_FILE")
        clientCertificate = Self.clientCertificate(settings, source)
        clusterKey = keys.scores
        durability = settings.choice("DURABILITY", default: durability)
        if settings.text("REPLICAS") != nil {
            replicas = settings.integer("REPLICAS", default: 1, in: 1...100)
            if durability != .replicated { settings.refuse("REPLICAS", "goes with DURABILITY=replicated") }
        }
        commandTimeout = settings.milliseconds("REDIS_TIMEOUT_MS", default: commandTimeout, in: 100...60_000)
        replicaTimeout = min(replicaTimeout, commandTimeout / 2)
        subscriberTimeout = commandTimeout / 2
        maximumPendingCommands = settings.integer(
            "REDIS_MAX_PENDING",
            default: maximumPendingCommands,
            in: 16...1_048_576
        )
        if case .ownServer = source, durability == .replicated, !settings.isRefused("REDIS_URL", "REDIS_URL_FILE") {
            settings.refuse(
                "DURABILITY",
                "replicated needs a Redis with replicas in REDIS_URL; the service's own has none"
            )
        }
    }

    private static func clientCertificate(_ settings: SettingsReader, _ source: RedisSource) -> ClientCertificateFiles?
    {
        let name = "REDIS_CERTIFICATE_FILE"
        guard let files = TLSFiles(settings, certificate: name, key: "REDIS_KEY_FILE") else { return nil }
        let isShown = if case .endpoint(let endpoint) = source { endpoint.isSecure } else { false }
        if !isShown, !settings.isRefused("REDIS_URL", "REDIS_URL_FILE") {
            settings.refuse(name, "is shown over TLS only: REDIS_URL must begin with rediss")
        }
        return ClientCertificateFiles(certificate: files.certificate, key: files.privateKey)
    }
}

extension StoreOptions {
    init(_ settings: SettingsReader, _ source: RedisSource) {
        self.init()
        let database = if case .endpoint(let endpoint) = source { endpoint.database } else { 0 }
        do {
            keySpace = try KeySpace(prefix: settings.text("REDIS_KEY_PREFIX"), database: database)
        } catch {
            settings.refuse("REDIS_KEY_PREFIX", "\(error)")
        }
        definition.rateLimit = RateLimit(
            updates: settings.integer("RATE_LIMIT_UPDATES", default: definition.rateLimit.updates, in: 1...1_000_000),
            interval: settings.seconds(
                "RATE_LIMIT_INTERVAL_SECONDS",
                default: definition.rateLimit.interval,
                in: 1...86_400
            )
        )
        serviceRateLimit = RateLimit(
            updates: settings.integer(
                "SERVICE_RATE_LIMIT_UPDATES",
                default: serviceRateLimit.updates,
                in: 1...1_000_000_000
            ),
            interval: settings.seconds(
                "SERVICE_RATE_LIMIT_INTERVAL_SECONDS",
                default: serviceRateLimit.interval,
                in: 1...86_400
            )
        )
        definition.maximumIncrease = settings.integer("SCORE_INCREASE_MAX", default: 1000, in: 1...ScoreRange.limit)
        idempotencyLifetime = settings.seconds(
            "IDEMPOTENCY_KEY_SECONDS",
            default: idempotencyLifetime,
            in: 1...604_800
        )
        maximumBoards = settings.integer("BOARDS_MAX", default: maximumBoards, in: 1...1_000_000)
        newBoards = RateLimit(
            updates: settings.integer("BOARDS_BY_TEMPLATE", default: newBoards.updates, in: 1...1_000_000),
            interval: settings.seconds(
                "BOARDS_BY_TEMPLATE_INTERVAL_SECONDS",
                default: newBoards.interval,
                in: 1...86_400
            )
        )
        auditMaxEntries = settings.integer("AUDIT_MAX_ENTRIES", default: auditMaxEntries, in: 1...1_000_000_000)
    }
}

extension BroadcastOptions {
    init(_ settings: SettingsReader) {
        self.init()
        window = settings.milliseconds("LIVE_WINDOW_MS", default: window, in: 0...10_000)
        backlogBytes = settings.integer("LIVE_BACKLOG_BYTES", default: backlogBytes, in: 8192...67_108_864)
        drainTimeout = settings.seconds("LIVE_DRAIN_SECONDS", default: drainTimeout, in: 1...30)
        ringBytes = settings.integer("LIVE_RESUME_BYTES", default: ringBytes, in: 0...1_073_741_824)
        maximumBoards = settings.integer("LIVE_MAX_BOARDS", default: maximumBoards, in: 1...10_000)
    }
}

extension SettingsReader {
    /// A whole number of seconds, for the loops' own amounts of time.
    fileprivate func seconds(_ name: String, default usual: TimeAmount, in range: ClosedRange<Int>) -> TimeAmount {
        TimeAmount(seconds(name, default: .nanoseconds(usual.nanoseconds), in: range))
    }

    fileprivate func milliseconds(_ name: String, default usual: TimeAmount, in range: ClosedRange<Int>) -> TimeAmount {
        TimeAmount(milliseconds(name, default: .nanoseconds(usual.nanoseconds), in: range))
    }
}
