import AsyncHTTPClient
import Logging
import Metrics
import NIOCore
import NIOSSL
import ServiceLifecycle
import Synchronization
import TLSPolicy

/// One JWK set, kept up to date. Its keys are always at hand; loading goes on beside, and one that fails keeps the keys
/// that there are. A set at a URL that has not answered yet has none, and is asked for again and again.
///
/// Any thread may ask. The state's lock is held for an assignment only.
final class KeySetSource: Sendable, Service {
    private struct State {
        var keys = KeySet()
        /// What the keys were made of; nil before the first load.
        var bytes: [UInt8]?
        var underWay: Task<Void, Never>?
        var nextDemand = ContinuousClock.now
        /// Why the last load failed; nil: it did not.
        var trouble: KeySetError?
    }

    let options: KeySetOptions
    private let client: HTTPClient
    private let logger: Logger
    private let loads: Loads
    private let state: Mutex<State>
    private let changes = Atomic(0)

    /// A file is read here for the first time: one that is wrong is the caller's business. A URL is asked by ``run()``.
    init(
        _ options: KeySetOptions,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        metricsFactory: any MetricsFactory
    ) async throws(InvalidSetting) {
        self.options = options
        self.logger = logger
        loads = Loads(factory: metricsFactory)
        client = Self.client(options, eventLoopGroup)
        guard case .file = options.location else {
            state = Mutex(State())
            return
        }
        do {
            let bytes = try await options.location.fetch(with: client, within: options.timeout)
            let keys = try KeySet(json: bytes, takesSecrets: true)
            state = Mutex(State(keys: keys, bytes: bytes))
            loads.succeeded.increment()
            note(keys)
        } catch {
            try? await client.shutdown()
            throw InvalidSetting(name: options.setting, reason: "no key set: \(error)")
        }
    }

    private static func client(_ options: KeySetOptions, _ group: any EventLoopGroup) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(options.timeout), read: TimeAmount(options.timeout))
        )
        // We try again ourselves, and want to know why it failed.
        configuration.connectionPool.retryConnectionEstablishment = false
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.keepToStrongCiphers()
        if let file = options.authorityFile { tls.trustRoots = .file(file) }
        configuration.tlsConfiguration = tls
        return HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    /// Whether it has ever been loaded.
    var isLoaded: Bool { state.withLock { $0.bytes != nil } }

    /// Why the last load failed; nil: it did not, or there was none.
    var trouble: KeySetError? { state.withLock { $0.trouble } }

    var keys: KeySet { state.withLock { $0.keys } }

    /// Goes up after each change of the keys: what was verified with others is to be verified again.
    var generation: Int { changes.load(ordering: .acquiring) }

    /// Keeps the set up to date until graceful shutdown.
    func run() async throws {
        try? await cancelWhenGracefulShutdown { [self] in
            var pause = options.firstRetryInterval
            if !isLoaded { await load() }
            while !isLoaded {
                // Not all instances at the same time.
                try await Task.sleep(for: pause * Double.random(in: 0.5...1))
                pause = min(pause * 2, options.retryInterval)
                await load()
            }
            while !Task.isCancelled {
                let isFailing = trouble != nil
                let interval = options.location.interval(age: options.age)
                try await Task.sleep(for: isFailing ? min(interval, options.retryInterval) : interval)
                await load()
            }
        }
        await close()
    }

    /// No load can follow.
    func close() async {
        try? await client.shutdown()
    }

    /// For a token whose `kid` is not in the set. Returns once a load has ended that may have brought it; at once when
    /// another unknown `kid` has caused one a short while ago.
    func loadForUnknownKey() async {
        let load: Task<Void, Never>? = state.withLock { state in
            if let underWay = state.underWay { return underWay }
            guard state.nextDemand <= .now else { return nil }
            state.nextDemand = .now + options.demandInterval
            return start(&state)
        }
        await load?.value
    }

    /// However many ask for it, one load is under way; each of them waits for its end, and none can cancel it.
    func load() async {
        await state.withLock { $0.underWay ?? start(&$0) }.value
    }

    /// Whoever finds none under way, under the same lock.
    private func start(_ state: inout State) -> Task<Void, Never> {
        let load = Task {
            await refresh()
            self.state.withLock { $0.underWay = nil }
        }
        state.underWay = load
        return load
    }

    private func refresh() async {
        do throws(KeySetError) {
            let bytes = try await options.location.fetch(with: client, within: options.timeout)
            let isKnown = state.withLock { $0.bytes == bytes && $0.trouble == nil }
            guard !isKnown else { return }
            let keys = try KeySet(json: bytes, takesSecrets: options.location.takesSecrets)
            state.withLock { ($0.keys, $0.bytes, $0.trouble) = (keys, bytes, nil) }
            changes.wrappingAdd(1, ordering: .releasing)
            loads.succeeded.increment()
            note(keys)
        } catch {
            loads.failed.increment()
            // A file is read each second: the log has the first failure of a row.
            let isFirst = state.withLock { state in
                defer { state.trouble = error }
                return state.trouble == nil
            }
            guard isFirst else { return }
            logger.warning(
                isLoaded ? "key set not loaded, its last keys are kept" : "key set not loaded yet, it is tried again",
                metadata: ["setting": "\(options.setting)", "reason": "\(error)"]
            )
        }
    }

    private func note(_ keys: KeySet) {
        logger.info(
            "key set loaded",
            metadata: [
                "setting": "\(options.setting)", "keys": "\(keys.count)",
                "ignored": "\(keys.ignored.joined(separator: "; "))",
            ]
        )
    }
}

/// Loads of key sets, by outcome.
private struct Loads: Sendable {
    let succeeded, failed: Counter

    init(factory: any MetricsFactory) {
        succeeded = Counter(label: "jwks_loads", dimensions: [("outcome", "succeeded")], factory: factory)
        failed = Counter(label: "jwks_loads", dimensions: [("outcome", "failed")], factory: factory)
    }
}
