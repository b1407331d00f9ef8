import HTTPServer
import Leaderboard
import Logging
import NIOCore
import Synchronization

/// Limits the requests without a valid token, by ``ClientNetwork``: a token bucket in Redis, so it is the same on every
/// instance.
///
/// Once a network is known to be over, its requests cost Redis nothing until it may try again. Without Redis nobody is
/// limited. Any loop.
final class FailureLimit: Sendable {
    /// Networks that are known to be over. One that drops out costs a round trip more.
    private static let maximumKnown = 20_000

    private let functions: FunctionCalls
    private let limit: RateLimit
    private let logger: Logger
    /// Until when.
    private let over = Mutex(RecentEntries<ClientNetwork, NIODeadline>(maximum: maximumKnown))

    init(functions: FunctionCalls, limit: RateLimit, logger: Logger) {
        self.functions = functions
        self.limit = limit
        self.logger = logger
    }

    /// Notes a request without a valid token.
    /// - Returns: whole seconds after which the network may try again, at least 1; nil if it is not over the limit.
    func note(_ network: ClientNetwork, on eventLoop: any EventLoop) async -> Int? {
        let known = over.withLock { $0.value(for: network) }
        if let known, known > .now() { return Self.seconds(until: known) }
        guard let wait = try? await functions.noteFailure(of: network.description, limit: limit, on: eventLoop),
            wait > .zero
        else {
            return nil
        }
        let end = NIODeadline.now() + TimeAmount(wait)
        over.withLock { $0.insert(end, for: network) }
        // Once, until it is forgotten: its requests have no lines of their own any more.
        if known == nil {
            logger.warning("address limited: too many requests without a valid token", metadata: ["ip": "\(network)"])
        }
        return Self.seconds(until: end)
    }

    /// Rounded up.
    private static func seconds(until end: NIODeadline) -> Int {
        max(1, Int(((end - .now()).nanoseconds + 999_999_999) / 1_000_000_000))
    }
}
