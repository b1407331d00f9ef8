import Leaderboard
import Logging
import NIOCore
import Synchronization

/// Limits the requests without a valid token, by client address: a token bucket in Redis, so it is the same on every
/// instance. An IPv6 client has at least a /64 to itself, so that is what is counted.
///
/// Once an address is known to be over, its requests cost Redis nothing until it may try again. Without Redis nobody is
/// limited. Any loop.
final class FailureLimit: Sendable {
    /// Addresses that are known to be over. One that drops out costs a round trip more.
    private static let maximumKnown = 20_000

    private let store: ScoreStore
    private let limit: RateLimit
    private let logger: Logger
    /// Until when.
    private let over = Mutex(RecentEntries<String, NIODeadline>(maximum: maximumKnown))

    init(store: ScoreStore, limit: RateLimit, logger: Logger) {
        self.store = store
        self.limit = limit
        self.logger = logger
    }

    /// Notes a request without a valid token.
    /// - Parameter address: as ``TrustedProxies`` tells it.
    /// - Returns: whole seconds after which the address may try again, at least 1; nil if it is not over the limit.
    func note(_ address: String, on eventLoop: any EventLoop) async -> Int? {
        let address = Self.counted(address)
        let known = over.withLock { $0.value(for: address) }
        if let known, known > .now() { return Self.seconds(until: known) }
        guard let wait = try? await store.noteFailure(of: address, limit: limit, on: eventLoop), wait > .zero else {
            return nil
        }
        let end = NIODeadline.now() + TimeAmount(wait)
        over.withLock { $0.insert(end, for: address) }
        // Once, until it is forgotten: its requests have no lines of their own any more.
        if known == nil {
            logger.warning("address limited: too many requests without a valid token", metadata: ["ip": "\(address)"])
        }
        return Self.seconds(until: end)
    }

    /// What shares a bucket: an IPv4 address, or the /64 of an IPv6 one.
    private static func counted(_ address: String) -> String {
        guard let parsed = IPAddress(address), !parsed.isIPv4 else { return address }
        return IPNetwork(parsed, prefixLength: 64).description
    }

    /// Rounded up.
    private static func seconds(until end: NIODeadline) -> Int {
        max(1, Int(((end - .now()).nanoseconds + 999_999_999) / 1_000_000_000))
    }
}
