package import NIOCore
package import RedisClient

/// Whether Redis would take an update now, asked without writing or loading anything.
package enum WriteProbe {
    /// Throws what an update would meet.
    package static func ask(_ redis: RedisConnections, _ keys: BoardKeys, on eventLoop: any EventLoop)
        async throws(RedisError)
    {
        do {
            let function = RedisCommand("FCALL", "leaderboard_writable", "1", keys.scores)
            _ = try await redis.send(function, expecting: { _ in true }, on: eventLoop)
        } catch .refused(let refusal) where refusal.isFunctionMissing {
            // A write that does nothing, as there is no such key.
            let command = RedisCommand("SET", keys.name("doctor"), "", "XX")
            _ = try await redis.send(command, expecting: { _ in true }, on: eventLoop)
        }
    }
}
