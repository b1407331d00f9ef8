package import NIOCore
import RedisClient
package import Seasons

/// A season of a board, as a list has it.
package struct ListedSeason: Sendable, Equatable {
    package let window: WindowName
    package let season: Season
    /// Nothing can change in it any more, but by an operator.
    package let isFinal: Bool
    /// How many are in it. Of one that was kept long enough, 0.
    package let users: Int
    /// The board has the window no more: it cannot be read until that is back.
    package let isRemoved: Bool
}

/// Where a season stands in a list: which ends last is first, and of those that end together the windows' names decide.
package struct SeasonListPlace: Sendable, Comparable {
    /// Microseconds since 1970.
    let until: Int
    let window: WindowName

    package init(until: Int, window: WindowName) {
        self.until = until
        self.window = window
    }

    init(_ season: WindowSeason) {
        self.init(until: season.season.until, window: season.window)
    }

    package static func < (left: SeasonListPlace, right: SeasonListPlace) -> Bool {
        (left.until, right.window.rawValue) > (right.until, left.window.rawValue)
    }
}

extension ScoreStore {
    /// So many entries of the stream are looked at.
    private static let maximumEntries = 2_000

    /// The seasons of which something was or is counted, the latest first, and those that run.
    /// - Parameters:
    ///   - window: of which; nil: of all.
    ///   - until: only those that end before it, in microseconds since 1970; nil: all.
    ///   - place: only those behind it; nil: from the first.
    package func seasons(
        of window: WindowName?,
        before until: Int?,
        after place: SeasonListPlace? = nil,
        limit: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [ListedSeason] {
        guard let book = board.seasons else { return [] }
        if let window, !board.definition.windows.seasonal.contains(where: { $0.name == window }) {
            throw .unknownWindow
        }
        try await placeSeasons(on: eventLoop)
        if let only = book.tournament { await tellEnd(of: only.season, book, on: eventLoop) }
        let (now, running, stored) = try await seasonsNow(book, on: eventLoop)
        // What Redis began and has not ended, because nobody played since, has ended all the same.
        var known = running + stored.filter { !$0.runs(at: now) } + (try await ended(on: eventLoop))
        if let tournament = book.tournament, tournament.season.from <= now { known.append(tournament) }
        var (seen, wanted): (Set<WindowSeason>, [WindowSeason]) = ([], [])
        for season in known where seen.insert(season).inserted {
            guard window == nil || season.window == window, until.map({ season.season.until < $0 }) ?? true else {
                continue
            }
            wanted.append(season)
        }
        wanted.sort { SeasonListPlace($0) < SeasonListPlace($1) }
        if let place { wanted.removeAll { SeasonListPlace($0) <= place } }
        return try await listed(Array(wanted.prefix(limit)), now, on: eventLoop)
    }

    /// Redis' clock, the seasons that run by it, and those that it holds.
    package func seasonsNow(
        _ book: BoardSeasons,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> (now: Int, running: [WindowSeason], stored: [WindowSeason]) {
        let text = try await read(RedisCommand("GET", keys.seasons), on: eventLoop).text ?? ""
        let now = try await time(on: eventLoop)
        book.learn(SeasonsAnswer(now: now, stored: text))
        return (now, book.running?.seasons ?? [], RunningSeasons.stored(text))
    }

    func ended(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [WindowSeason] {
        try await ended(of: keys.ended, on: eventLoop)
    }

    /// - Parameter stream: the board's, or one that is being loaded.
    func ended(
        of stream: String,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [WindowSeason] {
        let command = RedisCommand("XREVRANGE", stream, "+", "-", "COUNT", String(Self.maximumEntries))
        guard let entries = try await read(command, on: eventLoop).array else { throw .unavailable("unexpected reply") }
        // What is no season is another writer's.
        return entries.compactMap { WindowSeason(entry: $0) }
    }

    private func listed(
        _ seasons: [WindowSeason],
        _ now: Int,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> [ListedSeason] {
        let grace = board.definition.windows.graceSeconds * 1_000_000
        let counts = await seasons.mapAllAtOnce { season -> Result<RESPValue, ScoreStoreError> in
            let key = keys.season(window: season.window, id: season.season.id).scores
            do throws(ScoreStoreError) {
                return .success(try await read(RedisCommand("ZCARD", key), on: eventLoop))
            } catch { return .failure(error) }
        }
        var listed: [ListedSeason] = []
        for (season, count) in zip(seasons, counts) {
            listed.append(
                ListedSeason(
                    window: season.window,
                    season: season.season,
                    isFinal: now >= season.season.until + grace,
                    users: try count.get().count ?? 0,
                    isRemoved: !board.definition.windows.seasonal.contains { $0.name == season.window }
                )
            )
        }
        return listed
    }

    /// Redis' clock, in microseconds since 1970.
    package func time(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Int {
        let parts = try await read(RedisCommand("TIME"), on: eventLoop).array ?? []
        guard parts.count == 2, let seconds = parts[0].count, let rest = parts[1].count,
            seconds < 9_000_000_000, rest < 1_000_000
        else { throw .unavailable("unexpected reply") }
        return seconds * 1_000_000 + rest
    }
}

extension WindowSeason {
    /// An entry of the stream of ended seasons: `window`, `season`, `from`, `until`. Nil: it is another one.
    init?(entry: RESPValue) {
        guard let parts = entry.array, parts.count == 2, let fields = parts[1].array, fields.count.isMultiple(of: 2)
        else {
            return nil
        }
        var values: [String: String] = [:]
        for index in stride(from: 0, to: fields.count, by: 2) {
            guard let name = fields[index].text, let value = fields[index + 1].text else { return nil }
            values[name] = value
        }
        let words = ["window", "season", "from", "until"].compactMap { values[$0] }
        guard words.count == 4, words.allSatisfy({ !$0.contains(" ") }) else { return nil }
        self.init(text: words.joined(separator: " ")[...])
    }
}
