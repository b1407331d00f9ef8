import Leaderboard
import Logging
import RedisClient
import ServiceLifecycle

/// Tells in the log where `main` has a definition of its own, by which the environment is without effect: each version once.
struct DefinitionWatch: Service {
    let redis: RedisConnections
    let catalogue: Catalogue
    let environment: BoardDefinition
    let logger: Logger

    private static let interval = Duration.seconds(60)

    func run() async throws {
        // What ends it early is the end of the service.
        try? await cancelWhenGracefulShutdown {
            try await redis.becomesConnected()
            var told: String?
            while true {
                if case .stored(let main)? = try? await catalogue.held(.board(.main), on: redis.eventLoop),
                    main.version != told
                {
                    told = main.version
                    tell(main)
                }
                try await Task.sleep(for: Self.interval)
            }
        }
    }

    private func tell(_ main: BoardDefinition) {
        let settings = main.settings(otherThan: environment)
        guard !settings.isEmpty else { return }
        logger.warning(
            "main has a definition of its own: the environment says otherwise, without effect",
            metadata: ["version": "\(main.version)", "settings": "\(settings.joined(separator: ", "))"]
        )
    }
}

extension BoardDefinition {
    /// The variables that say otherwise.
    func settings(otherThan environment: BoardDefinition) -> [String] {
        let limit = environment.rateLimit
        return [
            maximumIncrease == environment.maximumIncrease ? nil : "SCORE_INCREASE_MAX",
            rateLimit.updates == limit.updates ? nil : "RATE_LIMIT_UPDATES",
            rateLimit.interval == limit.interval ? nil : "RATE_LIMIT_INTERVAL_SECONDS",
        ].compactMap(\.self)
    }
}
