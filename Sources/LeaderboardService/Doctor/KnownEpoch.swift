import Leaderboard
import NIOCore
import RedisClient

/// Of `main`, as the configuration's own Redis has it: by it a service that shows other standings is told from this one.
enum KnownEpoch: Sendable, Equatable {
    /// Redis did not tell.
    case unknown
    /// No service has begun there.
    case none
    case epoch(String)

    static func ask(_ redis: RedisConnections, _ keys: BoardKeys, on eventLoop: any EventLoop) async -> KnownEpoch {
        guard
            let reply = try? await redis.send(RedisCommand("GET", keys.epoch), expecting: { _ in true }, on: eventLoop)
        else { return .unknown }
        switch reply {
        case .null: return .none
        case .string: return reply.text.map { .epoch($0) } ?? .unknown
        default: return .unknown
        }
    }

    /// Whether a service whose cursor of `main` begins with this epoch is of this Redis. Nil: it is not known.
    func isOf(_ shown: String?) -> Bool? {
        switch (self, shown) {
        case (.unknown, _), (_, nil): nil
        case (.none, _?): false
        case (.epoch(let own), let shown?): own == shown
        }
    }
}
