package import NIOCore
package import RedisClient

/// One step of the walk through the board that takes off what is no user id.
package struct SetAside: Sendable, Equatable {
    /// Where the next step goes on; ``start`` again behind the last one.
    package let cursor: String
    /// How many were moved.
    package let moved: Int

    package static let start = "0"

    package init(cursor: String, moved: Int) {
        self.cursor = cursor
        self.moved = moved
    }
}

extension ScoreStore {
    /// The seasons that hold. Empty as well where nobody tells.
    package func runningSeasonKeys(on eventLoop: any EventLoop) async -> [SeasonKeys] {
        (try? await storedSeasons(on: eventLoop).map { keys.season(of: $0) }) ?? []
    }

    /// The same as below, of a season of a window; nil: of the board.
    package func setAside(
        of season: SeasonKeys?,
        from cursor: String,
        lookingAt count: Int,
        on eventLoop: any EventLoop
    ) async throws(RedisError) -> SetAside {
        guard let season else { return try await setAside(from: cursor, lookingAt: count, on: eventLoop) }
        return try await setAside(by: calls.setAside(of: season, from: cursor, count: count), on: eventLoop)
    }

    /// Moves members that are no user ids to ``BoardKeys/foreign``: of the first places, and of the part of the board that
    /// `cursor` stands for. Nobody was shown them, so there is nothing to tell viewers. A refusal is for the caller to see, and
    /// no trouble to metrics and log: a replica refuses it, for one.
    /// - Parameters:
    ///   - key: by default the board's scores.
    ///   - count: members that are looked at of either, about; 1 to 1000, which takes Redis some milliseconds.
    package func setAside(
        of key: String? = nil,
        from cursor: String,
        lookingAt count: Int,
        on eventLoop: any EventLoop
    ) async throws(RedisError) -> SetAside {
        try await setAside(by: calls.setAside(of: key ?? keys.scores, from: cursor, count: count), on: eventLoop)
    }

    private func setAside(by call: RedisCommand, on eventLoop: any EventLoop) async throws(RedisError) -> SetAside {
        let reply = try await functions.redis.send(call, expecting: { _ in true }, on: eventLoop)
        guard let fields = reply.array, fields.count == 2, let cursor = fields[0].text, let moved = fields[1].count
        else {
            return SetAside(cursor: SetAside.start, moved: 0)
        }
        return SetAside(cursor: cursor, moved: moved)
    }
}
