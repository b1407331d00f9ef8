import Board
import NIOCore
import RedisClient
import Seasons
import Text

// Operators' acts in the seasons of the board's windows: those that take updates, which run or are in their grace, and the final ones.
extension ScoreStore {
    /// Sends an operation that reaches seasons, too: those that take updates, which Redis tells, however much of that the caller knows.
    /// - Parameter past: seasons that are reached as well if they are over, as the last of its own words; nil: of one that takes none.
    func operateInSeasons(
        _ name: String,
        _ user: UserID,
        by act: OperatorAct,
        _ own: [String] = [],
        past: [WindowSeason]? = nil,
        behind more: [String] = [],
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [RESPValue] {
        var seasons = board.seasons?.running?.seasons ?? []
        for _ in 0..<Self.maximumTries {
            let beside = past?.filter { !seasons.names($0) }
            let words = own + (beside.map { [$0.map(\.text).joined(separator: ";")] } ?? []) + more
            let reply = try await operate(
                calls.operation(name, user: user, by: act, words, in: seasons + (beside ?? [])),
                on: eventLoop
            )
            guard reply[0].text == "season_is" else { return reply }
            seasons = RunningSeasons.reached(reply)
        }
        throw .unavailable("the seasons of the board are others each time")
    }

    /// Those of which something has been counted, and nothing of later ones; they may have ended.
    func storedSeasons(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [WindowSeason] {
        RunningSeasons.stored(try await read(RedisCommand("GET", keys.seasons), on: eventLoop).text ?? "")
    }

    /// False: the board never had windows that end.
    func hasHadSeasons(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Bool {
        let marks = try await read(RedisCommand("EXISTS", keys.seasons, keys.ended, keys.placing), on: eventLoop)
        return marks.count.map { $0 > 0 } ?? true
    }

    /// Those of which something is kept. Looks through all keys of Redis, a page at a time; not those of a board without windows.
    func keptSeasons(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Set<SeasonKeys> {
        guard try await hasHadSeasons(on: eventLoop) else { return [] }
        try await placeSeasons(on: eventLoop)
        var kept: Set<SeasonKeys> = []
        try await forEachKey(beginningWith: keys.name("s:"), longestRest: SeasonKeys.longestRest, on: eventLoop) {
            (names) throws(ScoreStoreError) in
            kept.formUnion(names.compactMap { keys.season(ofKey: $0) })
        }
        return kept
    }

    /// Takes the user out of the final ones among these seasons. May be repeated.
    /// - Parameters:
    ///   - kept: of before the user was taken off the board. One that has begun since is not among them, so all in it counts.
    ///   - reached: as `leaderboard_erase` told those that it emptied. They took updates then, so what is in them came later, and
    ///     counts, whether they have ended since or not.
    func erase(
        _ user: UserID,
        from kept: Set<SeasonKeys>,
        butFor reached: String,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) {
        let reached = Set(reached.parts(at: ";").compactMap { keys.season(named: $0) })
        for season in kept.subtracting(reached) {
            var call = RedisCommand("FCALL", "leaderboard_erase_in_season", "4", keys.board)
            for word in [season.scores, season.at, season.withheld, user.rawValue] { call.append(word) }
            _ = try await writeRepeatably(call, on: eventLoop)
        }
    }
}

extension [WindowSeason] {
    /// Whether one of them is kept where this one is.
    func names(_ season: WindowSeason) -> Bool {
        contains { $0.window == season.window && $0.season.id == season.season.id }
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
        return parts.count == 3 ? season(window: parts[0], id: parts[1]) : nil
    }

    /// The one that `weekly 2026-W48` says.
    fileprivate func season(named name: Substring) -> SeasonKeys? {
        let words = name.parts(at: " ")
        return words.count == 2 ? season(window: words[0], id: words[1]) : nil
    }

    private func season(window: Substring, id: Substring) -> SeasonKeys? {
        guard let window = WindowName(window), Season.isID(id) else { return nil }
        return season(window: window, id: String(id))
    }
}
