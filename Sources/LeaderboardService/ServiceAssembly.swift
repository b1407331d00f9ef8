import Broadcast
import HTTPServer
import Leaderboard
import LiveSockets
import Logging
package import NIOCore
import NIOHTTP1
import NIOPosix
import RedisClient
import ServiceLifecycle
import UnixSignals

/// The whole service: its parts, and the order in which they start and stop.
package struct ServiceAssembly: Sendable {
    /// Shown by `--version` and in the metrics.
    package static let version = "1.0.0"

    private let configuration: ServiceConfiguration

    package init(_ configuration: ServiceConfiguration) {
        self.configuration = configuration
    }

    /// Runs until SIGTERM, SIGINT or SIGQUIT, or until the surrounding task is cancelled.
    ///
    /// Parts stop in the reverse of their order here: first the server drains, then the subscription and the broadcaster
    /// end, then Redis' connections close once their replies are in, last our own redis-server stops.
    /// - Parameter onListening: told once, when the service answers: its address, and where its lines go.
    package func run(onListening: @escaping @Sendable (SocketAddress, Logs) -> Void = { _, _ in }) async throws {
        ServiceSignals.ignoreOthers()
        // Before anything is made or started that would be left behind.
        try await ListenTrial.run(host: configuration.server.host, port: configuration.server.port)
        let logs = Logs(
            format: configuration.logFormat,
            level: configuration.logLevel,
            auditLines: configuration.auditLines
        )
        defer { logs.flush() }
        let logger = logs.logger("leaderboard")
        let metrics = MetricsRegistry()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        for loop in group.makeIterator() { loop.execute { CrashOutput.coverThread() } }

        for unknown in configuration.unknownNames { unknown.log(logger) }
        for file in configuration.exposedFiles { file.log(logger) }
        if configuration.isDemo {
            logger.warning("who opens /docs gets tokens: for development only", metadata: ["name": "DEMO"])
        }
        let senders = try await LiveSenders.make(configuration.liveSender, on: group, logger: logger)
        let keys = try await ServiceKeys(configuration, eventLoopGroup: group, logger: logger, metricsFactory: metrics)
        var services: [any Service] = [ImpatientStop(logger: logger, flush: logs.flush)] + keys.services
        let endpoint: RedisEndpoint
        switch configuration.redis.source {
        case .endpoint(let given):
            endpoint = given
        case .ownServer(let directory):
            let server = configuration.redis.ownServer(in: directory, logger: logger, metricsFactory: metrics)
            endpoint = try RedisEndpoint(url: try await server.start())
            services.append(server)
        }

        let tracing = configuration.tracing.map { options in
            let queue = SpanQueue(capacity: options.maximumQueue, metricsFactory: metrics)
            services.append(SpanExporter(options: options, queue: queue, eventLoopGroup: group, logger: logger))
            return RequestSpans(
                recorder: SpanRecorder(sampler: options.sampler, queue: queue),
                isSecure: configuration.server.tls != nil
            )
        }
        let redis = RedisConnections(
            endpoint: endpoint,
            options: configuration.redis.options,
            eventLoopGroup: group,
            logger: logger,
            metricsFactory: metrics
        )
        let functions = FunctionCalls(redis: redis, options: configuration.redis.store, metricsFactory: metrics)
        let store = ScoreStore(mainOf: functions)
        let catalogue = Catalogue(functions, maximumBoards: configuration.redis.store.maximumBoards)
        let channels = LiveChannels(mainChannel: store.keys.channel, keySpace: configuration.redis.store.keySpace)
        let privateViewers = PrivateViewers(catalogue, on: redis.eventLoop)
        let broadcaster = Broadcaster(
            main: BoardID.main.rawValue,
            options: configuration.broadcast,
            framings: .live,
            eventLoopGroup: group,
            source: StandingsSource(board: BoardID.main.rawValue, in: catalogue),
            others: OtherBoards(
                source: { StandingsSource($0, in: catalogue) },
                onFollow: channels.follow,
                onLetGo: channels.letGo
            ),
            onHeld: { board in
                if let board = try? BoardID(board) { privateViewers.look(at: board) }
            },
            logger: logger,
            metricsFactory: metrics
        )
        let feed = LiveFeed(
            main: broadcaster.main,
            channels: channels,
            rejected: RejectedEvents(logger: logger, metricsFactory: metrics),
            onReplaced: catalogue.forget,
            onDoubt: privateViewers.look
        )
        var subscriberOptions = configuration.redis.options
        let live = configuration.broadcast
        subscriberOptions.maximumChannels = 2 * live.maximumBoards + 1
        let subscriber = RedisSubscriber(
            endpoint: endpoint,
            options: subscriberOptions,
            following: redis,
            eventLoop: broadcaster.eventLoop,
            logger: logger,
            onEvent: feed.receive
        )
        try channels.use(subscriber)
        let readiness = Readiness()
        let viewers = Places(configuration.viewers)
        let durability = DurabilityWatch(
            redis: redis,
            keys: store.keys,
            durability: configuration.redis.options.durability,
            logger: logger
        )
        let board = BoardWatch(redis: redis, store: store, logger: logger)
        let unsoundBoards = UnsoundBoards(redis: redis, functions: functions, logger: logger)
        let watch = RedisWatch(redis: redis, keys: store.keys, logger: logger)
        let check = ReadinessCheck(
            redis: redis,
            store: store,
            broadcaster: broadcaster,
            keys: keys,
            durability: durability,
            board: board
        )
        let readinessWatch = ReadinessWatch(check: check, readiness: readiness)
        let rights = RightsWatch(
            redis: redis,
            store: store,
            user: endpoint.loginUser,
            needed: NeededRights(endpoint, configuration.redis.options, store.keys),
            logger: logger
        )
        metrics.observe(redis: redis, watch: watch, broadcaster: broadcaster, logs: logs)
        metrics.observe(readinessWatch)
        metrics.observe("unsound_boards") { Double(unsoundBoards.count) }
        let presence = PresenceStore(functions)
        let routes = routes(
            redis: redis,
            store: store,
            catalogue: catalogue,
            broadcaster: broadcaster,
            viewers: viewers,
            presence: presence,
            privateViewers: privateViewers,
            readiness: readiness,
            health: Health(check: check, readiness: readiness),
            keys: keys,
            audit: logs.audit,
            spans: tracing?.recorder,
            logger: logger,
            metrics: metrics
        )
        let requestLog = RequestLog(logger: logger)
        let requestMetrics = RequestMetrics(routes: routes, factory: metrics)
        var options = configuration.server.within(DescriptorLimit.read(), threads: configuration.threads)
        options.openError = CrossOrigin(allowed: configuration.updateOrigins).openError
        let server = Server(
            options: options,
            router: Router(routes),
            eventLoopGroup: group,
            senders: senders,
            logger: logger,
            metricsFactory: metrics,
            isTrustedProxy: configuration.trustedProxies.contains,
            startSpan: tracing?.start,
            observe: { exchange in
                tracing?.end(exchange)
                requestMetrics.note(exchange)
                requestLog.note(exchange)
            },
            onTrouble: ServerTroubles(logger: logger).note,
            onListening: { onListening($0, logs) },
            onStopping: readiness.stop
        )
        metrics.observe(senders)
        metrics.observe("http_connections") { Double(server.connectionCount) }
        let webhooks = configuration.webhooks.map { options in
            Webhooks(
                options,
                redis: redis,
                at: endpoint,
                configuration.redis,
                functions: functions,
                catalogue: catalogue,
                eventLoopGroup: group,
                logger: logger,
                metricsFactory: metrics
            )
        }
        let intake = Intake(
            configuration.intake,
            redis: redis,
            functions: functions,
            catalogue: catalogue,
            limit: configuration.redis.store.serviceRateLimit,
            audit: logs.audit,
            logger: logger,
            metricsFactory: metrics
        )
        services += [
            Reload(keys: keys, server: server, webhooks: webhooks, logger: logger),
            redis, FunctionKeeper(redis: redis, functions: functions), durability, watch, rights, readinessWatch,
            ForeignMembers(redis: redis, main: store, logger: logger, metricsFactory: metrics), unsoundBoards,
            DefinitionWatch(
                redis: redis,
                catalogue: catalogue,
                environment: store.board.definition,
                logger: logger
            ),
            AfterRedis(part: board, redis: redis, store: store),
            AfterRedis(part: intake, redis: redis, store: store),
            AfterRedis(
                part: HeldReviews(
                    configuration.reviews,
                    redis: redis,
                    functions: functions,
                    catalogue: catalogue,
                    logger: logger
                ),
                redis: redis,
                store: store
            ),
            AfterRedis(part: privateViewers, redis: redis, store: store),
            AfterRedis(
                part: Presence(store: presence, broadcaster: broadcaster, redis: redis, logger: logger),
                redis: redis,
                store: store
            ),
            AfterRedis(part: broadcaster, redis: redis, store: store),
            AfterRedis(part: subscriber, redis: redis, store: store), server,
        ]
        if let webhooks { services.append(AfterRedis(part: webhooks, redis: redis, store: store)) }
        let lifecycle = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) },
                gracefulShutdownSignals: ServiceSignals.stopping,
                logger: logger
            )
        )
        try await lifecycle.run()
        logger.info("stopped")
        try await group.shutdownGracefully()
    }

    /// Nil but where it is set up to be tried out.
    private var demoTokens: DemoTokens? {
        guard configuration.isDemo, let signer = TokenSigner(configuration.tokens) else { return nil }
        return DemoTokens(signer: signer)
    }

    private func routes(
        redis: RedisConnections,
        store: ScoreStore,
        catalogue: Catalogue,
        broadcaster: Broadcaster,
        viewers: Places,
        presence: PresenceStore,
        privateViewers: PrivateViewers,
        readiness: Readiness,
        health: Health,
        keys: ServiceKeys,
        audit: AuditLog,
        spans: SpanRecorder?,
        logger: Logger,
        metrics: MetricsRegistry
    ) -> [Route] {
        let callers = Callers(
            tokens: TokenVerifier(keys: keys.access, configuration: configuration.tokens, metricsFactory: metrics),
            trustedProxies: configuration.trustedProxies,
            failures: FailureLimit(functions: store.functions, limit: configuration.failureLimit, logger: logger),
            unnamedProxies: UnnamedProxies(
                trusted: configuration.trustedProxies,
                logger: logger,
                metricsFactory: metrics
            ),
            logger: logger
        )
        let top = TopOfBoard(stream: broadcaster.main)
        let boards = RequestedBoard(catalogue: catalogue, callers: callers)
        let writer = ScoreWriter(
            broadcaster: broadcaster,
            grants: keys.grants.map { Grants(keys: $0, leeway: configuration.tokens.rules.leeway) },
            reporters: Reporters(rateLimit: configuration.redis.store.serviceRateLimit),
            rateLimit: RateLimitHeaders(configuration.redis.store.definition.rateLimit),
            audit: audit,
            spans: spans,
            metrics: UpdateMetrics(factory: metrics)
        )
        let update = UpdateScore(callers: callers, boards: boards, writer: writer)
        let updates = UpdateScores(callers: callers, boards: boards, writer: writer)
        let reports = ReportScores(
            callers: callers,
            reports: ReportWriter(boards: boards, writer: writer),
            places: ReportPlaces(configuration.reports)
        )
        let operators = Operators(callers: callers)
        let past = PastScoreboard(operators: operators, boards: boards)
        let reads = BoardReads(boards: boards, broadcaster: broadcaster, past: past)
        let scoreboard = Scoreboard(top: top, reads: reads)
        let stats = BoardStats(boards: boards, broadcaster: broadcaster, readiness: readiness, presence: presence)
        let definitions = BoardRoutes(boards: boards)
        let tickets = LiveTickets(functions: store.functions, limit: configuration.ticketLimit)
        let live = LiveRoutes(
            broadcaster: broadcaster,
            boards: boards,
            places: viewers,
            callers: callers,
            tickets: tickets,
            privateViewers: privateViewers,
            allowedOrigins: configuration.liveOrigins
        )
        let shown = ShownBoards(catalogue) { redis.isConnectedForReads }
        let crossOrigin = CrossOrigin(allowed: configuration.updateOrigins)
        let profiles = ProfileRoutes(boards: boards, operators: operators, crossOrigin: crossOrigin, audit: audit)
        return [
            .on(
                .POST,
                "/api/v1/score/update",
                maximumBodyBytes: UpdateScore.maximumBodyBytes,
                beginning: crossOrigin.opened(update.begin),
                handler: crossOrigin.opened(update.answer)
            ),
            .on(.OPTIONS, "/api/v1/score/update", handler: crossOrigin.preflight),
            .on(
                .POST,
                "/api/v1/score/updates",
                maximumBodyBytes: UpdateScores.maximumBodyBytes,
                handler: crossOrigin.opened(updates.answer)
            ),
            .on(.OPTIONS, "/api/v1/score/updates", handler: crossOrigin.preflight),
            .on(.GET, "/api/v1/scoreboard", ready: scoreboard.readyPage, handler: scoreboard.page),
            .on(.OPTIONS, "/api/v1/scoreboard", handler: PublicRead.preflight),
            .on(.GET, "/api/v1/scoreboard/users/{id}", handler: scoreboard.user),
            .on(.OPTIONS, "/api/v1/scoreboard/users/{id}", handler: PublicRead.preflight),
            .on(.GET, "/api/v1/scoreboard/stats", handler: stats.answer),
            .on(.OPTIONS, "/api/v1/scoreboard/stats", handler: PublicRead.preflight),
            .webSocket(
                "/api/v1/scoreboard/live",
                eventStream: "events",
                subprotocol: LiveCredential.subprotocol,
                live.webSocket
            ),
            .eventStream("/api/v1/scoreboard/events", live.eventStream),
            .on(.OPTIONS, "/api/v1/scoreboard/events", handler: PublicRead.preflight),
            .on(.GET, "/api/v1/boards", handler: definitions.list),
            .on(.OPTIONS, "/api/v1/boards", handler: PublicRead.preflight),
            .on(.GET, "/api/v1/boards/{board}", handler: definitions.one),
            .on(.OPTIONS, "/api/v1/boards/{board}", handler: PublicRead.preflight),
            .webSocket(
                "/api/v1/boards/{board}/live",
                eventStream: "events",
                subprotocol: LiveCredential.subprotocol,
                live.webSocket
            ),
            .eventStream("/api/v1/boards/{board}/events", live.eventStream),
            .on(.OPTIONS, "/api/v1/boards/{board}/events", handler: PublicRead.preflight),
            .webSocket(
                "/api/v1/live",
                subprotocol: LiveCredential.subprotocol,
                ManyBoardsRoute(live: live).decide
            ),
            .on(
                .POST,
                "/api/v1/live/tickets",
                maximumBodyBytes: TicketRoute.maximumBodyBytes,
                handler: crossOrigin.opened(TicketRoute(boards: boards, tickets: tickets).answer)
            ),
            .on(.OPTIONS, "/api/v1/live/tickets", handler: crossOrigin.preflight),
            .on(.GET, "/healthz", handler: health.alive),
            .on(.GET, "/readyz", handler: health.ready),
            .on(.GET, "/metrics", handler: MetricsPage(registry: metrics).answer),
        ]
            + BoardPaths.all(
                reads,
                stats,
                SeasonRoutes(boards: boards),
                SegmentRoutes(boards: boards),
                update,
                reports,
                profiles,
                crossOrigin
            )
            + AdminRoutes.all(
                operators: operators,
                boards: boards,
                viewers: privateViewers,
                acts: ActsAcknowledged(broadcaster: broadcaster, catalogue: catalogue),
                writer: writer,
                logger: logger
            )
            + BoardPages(boards: boards, framedBy: configuration.embedAncestors, hasOthers: shown.hasOthers).routes
            + WebPage(docs: DocsPage(tokens: demoTokens)).routes + Guides().routes + ClientFiles().routes
            + Overlay(framedBy: configuration.embedAncestors).routes + APIDescriptions().routes
    }
}
