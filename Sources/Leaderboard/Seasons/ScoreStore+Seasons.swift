import NIOCore
import RedisClient

// Updates of a board whose windows end. Which seasons run is for Redis' clock to say: who was wrong asks again.
extension ScoreStore {
    static let maximumTries = 3

    /// The reply of the function for seasons that run, or for those that the update names, if they still take it.
    @inline(never)
    func send(
        _ call: UpdateCall,
        in seasons: BoardSeasons,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> RESPValue {
        for _ in 0..<Self.maximumTries {
            guard let head = seasons.head, let running = head.seasons else { break }
            var (call, chosen) = (call, head)
            if let season = call.update.season, !running.has(season) {
                if let late = seasons.lateHead(season) { chosen = late } else { call.isReplayOnly = true }
            }
            let reply = try await send(call, by: chosen, on: eventLoop)
            guard let answer = SeasonsAnswer(reply) else { return reply }
            seasons.learn(answer)
        }
        throw .unavailable("the seasons of the board are others each time")
    }
}
