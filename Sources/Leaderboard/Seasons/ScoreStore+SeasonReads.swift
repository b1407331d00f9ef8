import NIOCore
import RedisClient
import Seasons

// Reads of a window that begins anew. Of the season that runs, Redis' clock says whether it does; one that has ended is read as it is.
extension ScoreStore {
    /// - Parameter view: of a window, or it is of no season.
    func ask(
        _ name: String,
        _ words: [String],
        ofSeasonsIn view: BoardView,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> RESPValue {
        guard case .window(let window, let season) = view,
            board.definition.windows.seasonal.contains(where: { $0.name == window }), let seasons = board.seasons
        else { throw .unknownWindow }
        for _ in 0..<Self.maximumTries {
            guard let running = seasons.shown(window) else { break }
            // Of a window that has but one season, it is that at any time.
            let isAnyTime = seasons.tournament?.window == window
            if let season, isAnyTime, season != running.id { throw .unknownSeason }
            if isAnyTime { await tellEnd(of: running, seasons, on: eventLoop) }
            guard let past = isAnyTime ? running.id : season, isAnyTime || past != running.id else {
                let reply = try await read(call(name, words, of: running, window), on: eventLoop)
                guard let answer = SeasonsAnswer(reply) else { return reply }
                seasons.learn(answer)
                continue
            }
            if !isAnyTime { try await placeSeasons(on: eventLoop) }
            let own = keys.season(window: window, id: past)
            let asked = call(name, words, scores: own.scores, at: own.at, withheld: own.withheld)
            let reply = try await read(asked, on: eventLoop)
            if isAnyTime { return reply }
            if let fields = reply.array, let total = ReplyHead(fields)?.total, total == 0 {
                // Nobody is shown in it: all are suspended, or it is none, or it has just begun.
                if try await read(RedisCommand("EXISTS", own.withheld), on: eventLoop).integer == 1 { return reply }
                guard try await learn(window, running, seasons, on: eventLoop) else { throw .unknownSeason }
                continue
            }
            return reply
        }
        throw .unavailable("the seasons of the board are others each time")
    }

    /// Whether other seasons run than was known.
    private func learn(
        _ window: WindowName,
        _ running: Season,
        _ seasons: BoardSeasons,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Bool {
        let reply = try await read(call("count", ["", ""], of: running, window), on: eventLoop)
        guard let answer = SeasonsAnswer(reply) else { return false }
        seasons.learn(answer)
        return true
    }

    func call(_ name: String, _ words: [String], of season: Season, _ window: WindowName) -> RedisCommand {
        let own = keys.season(window: window, id: season.id)
        guard board.seasons?.isManual(window) == true else {
            let times = "@\(season.from),\(season.until)"
            return call(name, words, scores: own.scores, at: own.at, withheld: own.withheld, times: times)
        }
        // By what Redis holds alone.
        let times = "@0,\(season.until)"
        let running = RunningAsked(key: keys.seasons, season: WindowSeason(window: window, season: season))
        return call(
            name,
            words,
            scores: own.scores,
            at: own.at,
            withheld: own.withheld,
            times: times,
            running: running
        )
    }
}
