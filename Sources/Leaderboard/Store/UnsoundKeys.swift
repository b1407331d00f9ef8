package import NIOCore
package import RedisClient

/// The keys of a board that hold something else than what belongs there (`Functions/soundness.lua`).
package struct UnsoundKeys: Sendable, Equatable {
    /// With one of these, no update is taken.
    package let stopUpdates: [String]
    /// With one of these, operations are refused, or members that are no user ids stay on the board.
    package let stopOperations: [String]

    /// Nil where it is no answer of the function's.
    init?(_ reply: RESPValue, of keys: BoardKeys) {
        guard let names = reply.array?.compactMap(\.text) else { return nil }
        let vital = [keys.scores, keys.audit, keys.suspended, keys.seq, keys.epoch, keys.chain]
        stopUpdates = names.filter(vital.contains)
        stopOperations = names.filter { !vital.contains($0) }
    }

    /// For who is no ``ScoreStore``. Nil where the functions are not loaded, or this user may not call them.
    package static func ask(_ redis: RedisConnections, _ keys: BoardKeys, on eventLoop: any EventLoop) async
        -> UnsoundKeys?
    {
        let reply = try? await redis.send(StoreCalls.soundness(of: keys), on: eventLoop)
        return reply.flatMap { UnsoundKeys($0, of: keys) }
    }
}
