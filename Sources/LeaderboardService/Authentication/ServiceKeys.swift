import Logging
import Metrics
import NIOCore
import ServiceLifecycle

/// The keys of the tokens that the service takes: those that give access, and those of grants, where grants are needed.
struct ServiceKeys: Sendable {
    let access: SigningKeys
    let grants: SigningKeys?

    /// Key sets of files are loaded here for the first time; one that is wrong keeps the service from starting.
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
    var services: [any Service] { keySets }

    /// The variables of the sets that have never been loaded.
    var missing: [String] { keySets.filter { !$0.isLoaded }.map(\.options.setting) }

    /// For who needs them once: loads what has never been loaded.
    func load() async {
        for keySet in keySets where !keySet.isLoaded { await keySet.load() }
    }

    /// Looks at all of them now.
    /// - Returns: of each variable why its set could not be loaded; nil: it could.
    func reload() async -> [(setting: String, trouble: KeySetError?)] {
        for keySet in keySets { await keySet.load() }
        return keySets.map { ($0.options.setting, $0.trouble) }
    }

    /// For who has not run ``services``.
    func close() async {
        for keySet in keySets { await keySet.close() }
    }

    private var keySets: [KeySetSource] { [access.keySet, grants?.keySet].compactMap { $0 } }
}
