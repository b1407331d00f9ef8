import Board
import NIOCore
import RedisClient
import Seasons
import Text

// Operators' acts in the seasons of the board's windows. They reach those that run; an ended one stays as it is, but for an erasure.
extension ScoreStore {
    /// Sends an operation that reaches the running seasons, too: those that Redis holds, however much of that the caller knows.
    func operateInSeasons(
        _ name: String,
        _ user: UserID,
        by act: OperatorAct,
        _ own: [String] = [],
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [RESPValue] {
        var seasons = board.seasons?.running?.seasons ?? []
        for _ in 0..<Self.maximumTries {
            let reply = try await operate(
                calls.operation(name, user: user, by: act, own, in: seasons),
                on: eventLoop
            )
            guard reply[0].text == "season_is" else { return reply }
            seasons = RunningSeasons.stored(reply.last?.text ?? "")
        }
        throw .unavailable("the seasons of the board are others each time")
    }

    /// Those of which something has been counted, and nothing of later ones; they may have ended.
    func storedSeasons(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [WindowSeason] {
        RunningSeasons.stored(try await read(RedisCommand("GET", keys.seasons), on: eventLoop).text ?? "")
    }

    /// Takes the user out of every season that is kept. May be repeated.
    func eraseFromSeasons(_ user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        // A board without windows is not searched.
        let marks = try await read(RedisCommand("EXISTS", keys.seasons, keys.ended), on: eventLoop)
        guard marks.count.map({ $0 > 0 }) ?? true else { return }
        let prefix = keys.name("s:")
        try await forEachKey(beginningWith: prefix, longestRest: SeasonKeys.longestRest, on: eventLoop) {
            (names) throws(ScoreStoreError) in
            for season in Set(names.compactMap { keys.season(ofKey: $0) }) {
                var call = RedisCommand("FCALL", "leaderboard_erase_in_season", "4", keys.board)
                for word in [season.scores, season.at, season.withheld, user.rawValue] { call.append(word) }
                _ = try await writeRepeatably(call, on: eventLoop)
            }
        }
    }
}

extension SeasonKeys {
    /// Bytes behind `s:`, at most.
    static let longestRest = WindowName.maximumLength + 1 + Season.maximumIDLength + ":withheld".utf8.count
}

extension BoardKeys {
    /// The season that a key's name tells; nil: it is no key of one.
    func season(ofKey name: String) -> SeasonKeys? {
        let parts = name.dropFirst(self.name("s:").count).parts(at: ":")
        guard parts.count == 3, let window = WindowName(parts[0]), Season.isID(parts[1]) else { return nil }
        return season(window: window, id: String(parts[1]))
    }
}
