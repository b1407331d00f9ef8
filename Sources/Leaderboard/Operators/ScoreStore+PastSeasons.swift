import Board
import NIOCore
import RedisClient
import Seasons

/// What is kept of a user in one season.
struct SeasonOfUser: Sendable {
    let season: WindowSeason
    let isShown: Bool
    let isWithheld: Bool
}

// Seasons that are over and kept: operators' acts reach those in which the user is.
extension ScoreStore {
    /// Final seasons that one call takes (`Functions/operation.lua`).
    static let pastAtOnce = 50
    private static let askedAtOnce = 100

    /// The seasons that were counted in and are kept, ended or not. Of a board that never had windows it asks Redis once.
    func everyKeptSeason(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [WindowSeason] {
        guard try await hasHadSeasons(on: eventLoop) else { return [] }
        try await placeSeasons(on: eventLoop)
        let known = try await storedSeasons(on: eventLoop) + seasonsAway(on: eventLoop) + everyEnded(on: eventLoop)
        let keep = board.definition.windows.keepDays * 86_400_000_000
        let kept = try await time(on: eventLoop) - keep
        var seen: Set<SeasonKeys> = []
        return known.filter { $0.season.until > kept && seen.insert(keys.season(of: $0)).inserted }
    }

    /// Of the seasons that were counted in and are kept, ended or not, those that hold something of the user.
    func keptSeasons(of user: UserID, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [SeasonOfUser] {
        let seasons = try await everyKeptSeason(on: eventLoop)
        var found: [SeasonOfUser] = []
        for start in stride(from: 0, to: seasons.count, by: Self.askedAtOnce) {
            let some = Array(seasons[start..<min(start + Self.askedAtOnce, seasons.count)])
            let reply = try await read(calls.seasons(some, of: user), on: eventLoop)
            guard let held = reply.array, held.count == some.count else { throw .unavailable("unexpected reply") }
            for (season, holds) in zip(some, held) {
                guard let holds = holds.count else { throw .unavailable("unexpected reply") }
                guard holds > 0 else { continue }
                found.append(SeasonOfUser(season: season, isShown: holds & 1 != 0, isWithheld: holds & 2 != 0))
            }
        }
        return found
    }

    /// With the names of those of these seasons in which nothing changes any more, but by an operator.
    func preview(
        _ result: Reverted,
        of seasons: [WindowSeason],
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Reverted {
        var result = result
        let end = try await time(on: eventLoop) - board.definition.windows.graceSeconds * 1_000_000
        result.add(finalSeasons: seasons.filter { $0.season.until <= end }.map(\.name).joined(separator: ";"))
        return result
    }

    /// Those that ran when their windows were taken away (`Functions/define.lua`): they are there again with these.
    private func seasonsAway(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [WindowSeason] {
        let fields = try await read(RedisCommand("HGETALL", keys.windows), on: eventLoop).array ?? []
        return stride(from: 0, to: fields.count - 1, by: 2).compactMap { index in
            guard let name = fields[index].text, name.hasPrefix("s:"), let season = fields[index + 1].text else {
                return nil
            }
            return WindowSeason(text: "\(name.dropFirst(2)) \(season)")
        }
    }

    /// All that the stream has, a page at a time; the latest first.
    private func everyEnded(on eventLoop: any EventLoop) async throws(ScoreStoreError) -> [WindowSeason] {
        var (seasons, last) = ([WindowSeason](), "+")
        while true {
            let command = RedisCommand("XREVRANGE", keys.ended, last, "-", "COUNT", "1000")
            let page = try await read(command, on: eventLoop).array ?? []
            seasons += page.compactMap { WindowSeason(entry: $0) }
            guard page.count == 1000, let id = page.last?.array?.first?.text else { return seasons }
            last = "(" + id
        }
    }
}

extension StoreCalls {
    fileprivate func seasons(_ seasons: [WindowSeason], of user: UserID) -> RedisCommand {
        var call = RedisCommand("FCALL_RO", "leaderboard_seasons_of", "\(1 + 3 * seasons.count)", keys.board)
        for season in seasons { for key in keys.season(of: season).all { call.append(key) } }
        call.append(user.rawValue)
        return call
    }
}
