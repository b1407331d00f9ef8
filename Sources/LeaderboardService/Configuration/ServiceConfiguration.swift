import Board
package import Broadcast
package import HTTPServer
package import Leaderboard
package import LiveSockets
package import Logging
import NIOCore
package import RedisClient

/// Everything that can be set, read once at start. Bad values refuse to start, and name their variables, all at once.
/// The README and `.env.example` say what each means.
package struct ServiceConfiguration: Sendable {
    package var server: ServerOptions
    package var redis: RedisSetup
    package var broadcast: BroadcastOptions
    /// How frames leave to viewers.
    package var liveSender: LiveSenderChoice
    package var viewers: PlaceLimits
    package var reports: ReportLimits
    package var tokens: TokenConfiguration
    /// For development: who opens `/docs` gets tokens, and may try out requests.
    package var isDemo: Bool
    package var grants: GrantConfiguration?
    package var trustedProxies: TrustedProxies
    /// Requests without a valid token, of one address.
    package var failureLimit: RateLimit
    /// Tickets of one user.
    package var ticketLimit: RateLimit
    /// Whose pages may open a WebSocket, and whose may send updates.
    package var liveOrigins, updateOrigins: AllowedOrigins
    /// Whose pages may show a board's page, or the overlay, in a frame.
    package var embedAncestors: AllowedOrigins
    /// Of one update of `main`, as the environment says.
    package var maximumIncrease: Int { redis.store.definition.maximumIncrease }
    package var logFormat: LogFormat
    package var logLevel: Logger.Level
    package var auditLines: AuditLines
    /// Nil: nobody records traces.
    package var tracing: TracingOptions?
    /// Of the streams that other services write into.
    var intake: IntakeOptions
    var reviews = HeldReviews.Pace()
    /// Nil: nobody is told of events.
    package var webhooks: WebhookOptions?
    package var threads: Int

    /// What is set beside and looks like ours, but has no effect.
    package private(set) var unknownNames: [UnknownName] = []
    /// Secrets that every user could read or change.
    package private(set) var exposedFiles: [ExposedFile] = []

    package init(_ settings: Settings) throws(InvalidSettings) {
        self = try settings.read(Self.init(reading:))
        unknownNames = settings.unknownNames(known: Self.variables)
    }

    /// The names of all that is read, by the service and by the commands.
    static let variables: Set<String> = {
        let reader = SettingsReader(Settings(environment: [:]))
        readAll(reader)
        return reader.names
    }()

    /// What the service reads, and the commands.
    static func readAll(_ settings: SettingsReader) {
        _ = (ServiceConfiguration(reading: settings), ServicePlace(settings), OperatorToken(settings))
    }

    private init(reading settings: SettingsReader) {
        server = ServerOptions(settings)
        redis = RedisSetup(settings)
        broadcast = BroadcastOptions(settings)
        liveSender = settings.choice("LIVE_SENDER", default: .auto)
        viewers = PlaceLimits(viewers: settings)
        reports = ReportLimits(settings)
        tokens = TokenConfiguration(settings)
        isDemo = settings.flag("DEMO")
        if isDemo, tokens.secret == nil, !settings.isRefused("JWT_SECRET", "JWT_SECRET_FILE") {
            settings.refuse("DEMO", "needs JWT_SECRET: the tokens of /docs are signed with it")
        }
        trustedProxies = TrustedProxies(settings)
        grants = GrantConfiguration(settings)
        failureLimit = RateLimit(
            updates: settings.integer("UNAUTHENTICATED_LIMIT", default: 600, in: 1...1_000_000),
            interval: .seconds(settings.integer("UNAUTHENTICATED_INTERVAL_SECONDS", default: 60, in: 1...86_400))
        )
        ticketLimit = RateLimit(
            updates: settings.integer("LIVE_TICKETS_PER_MINUTE", default: 60, in: 1...100_000),
            interval: .seconds(60)
        )
        liveOrigins = AllowedOrigins(settings, "LIVE_ALLOWED_ORIGINS", default: ["*"])
        updateOrigins = AllowedOrigins(settings, "CORS_ALLOWED_ORIGINS", default: [])
        embedAncestors = AllowedOrigins(settings, "EMBED_ALLOWED_ANCESTORS", default: [], asInPolicies: true)
        logFormat = settings.choice("LOG_FORMAT", default: .json)
        logLevel = settings.choice("LOG_LEVEL", default: .info)
        auditLines = AuditLines(settings)
        tracing = TracingOptions(settings)
        intake = IntakeOptions(settings)
        webhooks = WebhookOptions(settings)
        exposedFiles = settings.exposedFiles
        threads = settings.integer("THREADS", default: System.coreCount, in: 1...1024)
    }
}

/// Which Redis is used.
package enum RedisSource: Sendable {
    /// The one at `REDIS_URL`.
    case endpoint(RedisEndpoint)
    /// A `redis-server` of the service's own, with its data in this directory.
    case ownServer(dataDirectory: String)

    init(_ settings: SettingsReader) {
        self = .ownServer(dataDirectory: settings.text("DATA_DIR", default: "./data"))
        let login = Self.sentinelLogin(settings)
        guard let url = settings.secret("REDIS_URL") else { return }
        do {
            var endpoint = try RedisEndpoint(url: url)
            endpoint.sentinelLogin = login
            self = .endpoint(endpoint)
        } catch {
            settings.refuse("REDIS_URL", "\(error)")
        }
    }

    /// Sentinels have users of their own: the password of the URL is not shown to them.
    private static func sentinelLogin(_ settings: SettingsReader) -> RedisEndpoint.Login? {
        let user = settings.text("SENTINEL_USER")
        if let password = settings.secret("SENTINEL_PASSWORD") {
            return RedisEndpoint.Login(user: user, password: password)
        }
        if user != nil, !settings.isRefused("SENTINEL_PASSWORD", "SENTINEL_PASSWORD_FILE") {
            settings.refuse("SENTINEL_USER", "goes with SENTINEL_PASSWORD")
        }
        return nil
    }
}
