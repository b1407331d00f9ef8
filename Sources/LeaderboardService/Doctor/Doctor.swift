import Broadcast
import HTTPServer
package import Leaderboard
import Logging
import RedisClient

/// Looks whether the service would run well here, and says in words what to change. It changes nothing itself: where the
/// service's own Redis has data and does not run, it is started for the length of the check; where it has none, none is made.
package struct Doctor: Sendable {
    private let settings: Settings
    private let token: String?
    private let board: BoardID?

    /// - Parameters:
    ///   - token: an access token to explain as well.
    ///   - board: the one that is looked at, wholly; nil: all boards are, the long ones in part.
    package init(_ settings: Settings, token: String? = nil, board: BoardID? = nil) {
        self.settings = settings
        self.token = token
        self.board = board
    }

    /// All findings, in the order in which one would mend them.
    package func findings() async -> [Finding] {
        let configuration: ServiceConfiguration
        do throws(InvalidSettings) {
            configuration = try ServiceConfiguration(settings)
        } catch {
            let wrong = error.all.map { invalid in
                Finding.bad(
                    "configuration",
                    "\(invalid)",
                    do: invalid.place.map { "correct it in \($0)" }
                        ?? "correct it in the environment or in \(settings.file.path)"
                )
            }
            return wrong + strangers + settings.file.findings
        }
        let own = [Self.summary(of: configuration)] + strangers + settings.file.findings
        let limit =
            DescriptorLimit.read().map { [Self.descriptors($0, viewers: configuration.viewers.total)] }
            ?? []
        return await own + limit + running() + KeyExamination(configuration, token: token).findings()
            + redis(configuration)
    }

    private func running() async -> [Finding] {
        guard let place = try? ServicePlace.read(settings) else { return [] }
        return await RunningInstance(place: place).findings()
    }

    private var strangers: [Finding] {
        settings.unknownNames(known: ServiceConfiguration.variables).map(\.finding)
    }

    private static func summary(of configuration: ServiceConfiguration) -> Finding {
        let (server, limit) = (configuration.server, configuration.redis.store.definition.rateLimit)
        return .good(
            "configuration",
            "listens on \(server.host):\(server.port), \(limit.updates) updates per user in \(limit.interval)"
        )
    }

    /// The service raises its limit as far as it may. A limit below the bound on viewers is the bound in its place; one that is
    /// far below it is a mistake.
    static func descriptors(_ limit: DescriptorLimit, viewers: Int) -> Finding {
        // Beside the viewers: services with their connections, Redis, files.
        let needed = UInt64(viewers) + 1000
        guard limit.maximum < needed else { return .good("ulimit", "\(limit.maximum) file descriptors") }
        let fact = "\(limit.maximum) file descriptors are too few for LIVE_MAX_SUBSCRIBERS=\(viewers)"
        let remedy = "raise the hard limit to \(needed) (ulimit -Hn; LimitNOFILE= of systemd), or lower that"
        return limit.maximum < needed / 2
            ? .bad("ulimit", fact, do: remedy)
            : .advice("ulimit", fact, do: remedy)
    }

    private func redis(_ configuration: ServiceConfiguration) async -> [Finding] {
        switch configuration.redis.source {
        case .endpoint(let endpoint):
            return await RedisExamination(endpoint, configuration, isPrivate: false, board: board).findings()
        case .ownServer(let directory):
            guard PrivateRedis.hasData(in: directory) else { return [Self.ownRedis(directory)] }
            let server = configuration.redis.ownServer(
                in: directory,
                logger: Logger(label: "doctor") { _ in Silence() }
            )
            do {
                let url: String
                do {
                    url = try await server.start()
                } catch PrivateRedisError.directoryInUse {
                    url = try PrivateRedis.url(dataDirectory: directory)
                }
                let endpoint = try RedisEndpoint(url: url)
                let findings = await RedisExamination(endpoint, configuration, isPrivate: true, board: board).findings()
                await server.stop()
                return findings
            } catch {
                return [.bad("redis", "\(error)", do: "mend that, or set REDIS_URL to a Redis of yours")]
            }
        }
    }
}

extension Doctor {
    /// Of a Redis of the service's own that has never run.
    private static func ownRedis(_ directory: String) -> Finding {
        guard PrivateRedis.isInstalled else {
            return .bad("redis", "redis-server was not found", do: "install it, or set REDIS_URL to a Redis of yours")
        }
        return .good("redis", "one of the service's own; its first start makes \(directory)")
    }
}

/// Lets every log line go.
struct Silence: LogHandler {
    var logLevel = Logger.Level.critical
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event _: LogEvent) {}
}
