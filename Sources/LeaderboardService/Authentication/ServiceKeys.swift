import Logging
import Metrics
import NIOCore
import ServiceLifecycle

/// The keys of the tokens that the service takes: those that give access, and those of grants, where grants are needed.
struct ServiceKeys: Sendable {
    let access: SigningKeys
    let grants: SigningKeys?

    /// Key sets are loaded here for the first time; one that cannot be keeps the service from starting.
    init(
        _ configuration: ServiceConfiguration,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        metricsFactory: any MetricsFactory
    ) async throws(InvalidSetting) {
        access = try await SigningKeys(
            secret: configuration.tokens.secret,
            keySet: configuration.tokens.keySet,
            eventLoopGroup: eventLoopGroup,
            logger: logger,
            metricsFactory: metricsFactory
        )
        guard let grants = configuration.grants else {
            self.grants = nil
            return
        }
        self.grants = try await SigningKeys(
            secret: grants.secret,
            keySet: grants.keySet,
            eventLoopGroup: eventLoopGroup,
            logger: logger,
            metricsFactory: metricsFactory
        )
    }

    /// What keeps the key sets up to date.
    var services: [any Service] { [access.keySet, grants?.keySet].compactMap { $0 } }
}
