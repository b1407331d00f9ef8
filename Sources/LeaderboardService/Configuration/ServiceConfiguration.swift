package import Broadcast
package import HTTPServer
package import Leaderboard
package import Logging
import NIOCore
package import RedisClient

/// Everything that can be set, read once at start. A bad value refuses to start and names its variable.
/// The README and `.env.example` say what each means.
package struct ServiceConfiguration: Sendable {
    package var server: ServerOptions
    package var redis: RedisSetup
    package var broadcast: BroadcastOptions
    package var tokens: TokenConfiguration
    package var grants: GrantConfiguration?
    package var trustedProxies: TrustedProxies
    /// Requests without a valid token, of one address.
    package var failureLimit: RateLimit
    /// Whose pages may open a WebSocket, and whose may send updates.
    package var liveOrigins, updateOrigins: AllowedOrigins
    package var maximumIncrease: Int
    package var logFormat: LogFormat
    package var logLevel: Logger.Level
    package var threads: Int

    package init(_ settings: Settings) throws {
        server = try ServerOptions(settings)
        redis = try RedisSetup(settings)
        broadcast = try BroadcastOptions(settings)
        tokens = try TokenConfiguration(settings)
        trustedProxies = try TrustedProxies(settings)
        grants = try GrantConfiguration(settings)
        failureLimit = RateLimit(
            updates: try settings.integer("UNAUTHENTICATED_LIMIT", default: 600, in: 1...1_000_000),
            interval: .seconds(try settings.integer("UNAUTHENTICATED_INTERVAL_SECONDS", default: 60, in: 1...86_400))
        )
        liveOrigins = try AllowedOrigins(settings, "LIVE_ALLOWED_ORIGINS", default: ["*"])
        updateOrigins = try AllowedOrigins(settings, "CORS_ALLOWED_ORIGINS", default: [])
        maximumIncrease = try settings.integer("SCORE_INCREASE_MAX", default: 1000, in: 1...ScoreRange.limit)
        logFormat = try settings.choice("LOG_FORMAT", default: .json)
        logLevel = try settings.choice("LOG_LEVEL", default: .info)
        threads = try settings.integer("THREADS", default: System.coreCount, in: 1...1024)
    }
}

/// Which Redis is used.
package enum RedisSource: Sendable {
    /// The one at `REDIS_URL`.
    case endpoint(RedisEndpoint)
    /// A `redis-server` of the service's own, with its data in this directory.
    case ownServer(dataDirectory: String)

    init(_ settings: Settings) throws(InvalidSetting) {
        let dataDirectory = settings.text("DATA_DIR", default: "./data")
        let login = try Self.sentinelLogin(settings)
        guard let url = settings.text("REDIS_URL") else {
            self = .ownServer(dataDirectory: dataDirectory)
            return
        }
        do {
            var endpoint = try RedisEndpoint(url: url)
            endpoint.sentinelLogin = login
            self = .endpoint(endpoint)
        } catch {
            throw InvalidSetting(name: "REDIS_URL", reason: "\(error)")
        }
    }

    /// Sentinels have users of their own: the password of the URL is not shown to them.
    private static func sentinelLogin(_ settings: Settings) throws(InvalidSetting) -> RedisEndpoint.Login? {
        let user = settings.text("SENTINEL_USER")
        guard let password = settings.text("SENTINEL_PASSWORD") else {
            guard user == nil else {
                throw InvalidSetting(name: "SENTINEL_USER", reason: "goes with SENTINEL_PASSWORD")
            }
            return nil
        }
        return RedisEndpoint.Login(user: user, password: password)
    }
}
