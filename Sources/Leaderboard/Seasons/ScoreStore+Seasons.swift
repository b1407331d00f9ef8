import NIOCore
import RedisClient
import Seasons

/// Why a board takes no update, whichever it is.
enum ClosedBoard: Equatable {
    /// In microseconds since 1970.
    case notBegun(from: Int)
    case ended
}

// Updates of a board whose windows end. Which seasons run is for Redis' clock to say: who was wrong asks again.
extension ScoreStore {
    static let maximumTries = 3

    /// The outcome of an update in the seasons that run, or in those that it names, if they still take it.
    @inline(never)
    func apply(
        _ call: UpdateCall,
        in seasons: BoardSeasons,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> UpdateOutcome {
        for _ in 0..<Self.maximumTries {
            guard let head = seasons.head, let running = head.seasons else { break }
            var (call, chosen, isLate) = (call, head, false)
            if let season = call.update.season {
                if let late = seasons.lateHead(season) {
                    (chosen, isLate) = (late, true)
                } else if !running.has(season) {
                    call = call.replay
                }
            }
            let reply = try await send(call, by: chosen, on: eventLoop)
            guard let answer = SeasonsAnswer(reply) else {
                return try outcome(reply, by: call.hand).of(call.update.season, running, board)
            }
            seasons.learn(answer)
            if !isLate, let closed = seasons.closed(at: answer.now) {
                if let season = call.update.season, seasons.lateHead(season) != nil { continue }
                return try await outcome(of: call, closed, seasons, on: eventLoop)
            }
        }
        throw .unavailable("the seasons of the board are others each time")
    }

    private func outcome(
        of call: UpdateCall,
        _ closed: ClosedBoard,
        _ seasons: BoardSeasons,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> UpdateOutcome {
        switch closed {
        case .notBegun(let from): return .seasonNotBegun(from: from)
        case .ended:
            // Nothing else tells the end: no update will.
            if seasons.takesEnd(), (try? await roll(on: eventLoop)) == nil { seasons.giveEndBack() }
            guard call.idempotencyKey != nil, let past = seasons.pastHead() else { return .seasonEnded }
            let reply = try await send(call.replay, by: past, on: eventLoop)
            return SeasonsAnswer(reply) == nil ? try outcome(reply, by: call.hand) : .seasonEnded
        }
    }
}

extension UpdateOutcome {
    /// Of an update that names a season: whether one that does not run has ended, or is to come.
    fileprivate func of(_ named: NamedSeason?, _ running: RunningSeasons, _ board: StoredBoard) -> UpdateOutcome {
        guard case .seasonEnded = self, let named else { return self }
        let isToCome = board.definition.windows.seasonal.contains { rule in
            guard named.window == nil || named.window == rule.name, rule.reset.names(named.id),
                let season = running.season(of: rule.name)
            else { return false }
            return rule.reset.isBefore(season.id, named.id)
        }
        return isToCome ? .seasonToCome : self
    }
}
