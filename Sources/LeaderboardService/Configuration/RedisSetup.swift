import HTTPServer
package import Leaderboard
import Logging
import Metrics
package import RedisClient

/// How the board is reached: the same for `serve`, `doctor` and the commands of `admin` that go to Redis by themselves.
package struct RedisSetup: Sendable {
    package var source: RedisSource
    package var options: RedisOptions
    package var store: StoreOptions

    package init(_ settings: Settings) throws(InvalidSettings) {
        self = try settings.read { RedisSetup($0) }
    }

    init(_ settings: SettingsReader) {
        source = RedisSource(settings)
        store = StoreOptions(settings, source)
        store.network = { ClientNetwork($0).description }
        options = RedisOptions(settings, source, keys: store.keys)
    }

    /// The server of the service's own, as these options want it.
    func ownServer(
        in directory: String,
        for kind: DirectoryHolder.Kind = .service,
        logger: Logger,
        metricsFactory: any MetricsFactory = MetricsSystem.factory
    ) -> PrivateRedis {
        PrivateRedis(
            dataDirectory: directory,
            syncsEveryWrite: options.durability == .fsynced,
            for: kind,
            logger: logger,
            metricsFactory: metricsFactory
        )
    }
}
