import Broadcast
import HTTPServer
import Leaderboard
import Logging
import RedisClient

/// Looks whether the service would run well here, and says in words what to change. It changes nothing itself; where the
/// service would start a Redis of its own and none runs, it is started for the length of the check.
package struct Doctor: Sendable {
    private let settings: Settings
    private let file: String

    /// - Parameter file: the path of the `.env` that the settings were read from.
    package init(_ settings: Settings, file: String = ".env") {
        self.settings = settings
        self.file = file
    }

    /// All findings, in the order in which one would mend them.
    package func findings() async -> [Finding] {
        let configuration: ServiceConfiguration
        do {
            configuration = try ServiceConfiguration(settings)
        } catch {
            return [.bad("configuration", "\(error)", do: "correct it in the environment or in \(file)")]
        }
        let own = [Self.summary(of: configuration)] + EnvironmentFile(path: file).findings(known: settings.namesRead)
        let limit =
            DescriptorLimit.read().map { [Self.descriptors($0, viewers: configuration.broadcast.maximumSubscribers)] }
            ?? []
        return own + limit + (await redis(configuration))
    }

    private static func summary(of configuration: ServiceConfiguration) -> Finding {
        let (server, limit) = (configuration.server, configuration.redis.store.rateLimit)
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
            return await RedisExamination(endpoint, configuration, isPrivate: false).findings()
        case .ownServer(let directory):
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
                let findings = await RedisExamination(endpoint, configuration, isPrivate: true).findings()
                await server.stop()
                return findings
            } catch {
                return [.bad("redis", "\(error)", do: "mend that, or set REDIS_URL to a Redis of yours")]
            }
        }
    }
}

/// Lets every log line go.
private struct Silence: LogHandler {
    var logLevel = Logger.Level.critical
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event _: LogEvent) {}
}
