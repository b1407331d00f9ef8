import Board
import NIOCore
import RedisClient
import Seasons

/// The seasons that go into a backup.
struct SeasonsToBackUp {
    /// Those that take updates.
    var live: LiveSeasons
    /// Those in which nothing changes any more, but by an erasure.
    let past: [SeasonKeys]
    /// The board's key `seasons`; nil: it is not there, or is another writer's.
    let text: String?
    /// Whose erasure goes on, or was interrupted: they may be in one that has ended, and not in another.
    let erasing: Set<String>
}

extension ScoreStore {
    /// Users whose seasons are read at once.
    private static let holdingsAtOnce = 100

    /// Nil: of a board without windows, of which nothing is kept either.
    func seasonsToBackUp(on eventLoop: any EventLoop) async throws -> SeasonsToBackUp? {
        let kept = try await keptSeasons(on: eventLoop)
        let text = try await read(RedisCommand("GET", keys.seasons), on: eventLoop).text ?? ""
        let held = RunningSeasons.stored(text)
        let ended = try await ended(on: eventLoop)
        guard board.seasons != nil || !kept.isEmpty || !held.isEmpty || !ended.isEmpty else { return nil }
        let grace = board.definition.windows.graceSeconds * 1_000_000
        // One that ends meanwhile is followed all the same.
        let moment = try await time(on: eventLoop) - grace
        var seen: Set<SeasonKeys> = []
        let live = (held + ended).filter { season in
            season.season.until >= moment && seen.insert(keys.season(of: season)).inserted
        }
        let erasing = try await erasing(on: eventLoop)
        return SeasonsToBackUp(
            live: try await read(LiveSeasons(live, running: held, by: board.definition), on: eventLoop),
            past: kept.subtracting(seen).sorted { ($0.window.rawValue, $0.id) < ($1.window.rawValue, $1.id) },
            text: held.isEmpty ? nil : text,
            erasing: erasing
        )
    }

    /// The pieces, and then, of each user who changed meanwhile, what they have at one moment of the audit.
    private func read(_ seasons: LiveSeasons, on eventLoop: any EventLoop) async throws -> LiveSeasons {
        var live = seasons
        live.begin(at: try await lastAuditID(on: eventLoop))
        for (place, season) in live.seasons.enumerated() {
            live.read(try await places(of: keys.season(of: season), on: eventLoop), of: place)
        }
        live.end(at: try await lastAuditID(on: eventLoop))
        var changed: Set<UserID> = []
        try await forEachEntry(of: keys.audit, after: live.readFrom, upto: live.readUpto, on: eventLoop) { entry in
            if entry.isOfUser, let user = entry.userID { changed.insert(user) }
        }
        for (place, season) in live.seasons.enumerated() {
            let keys = keys.season(of: season)
            var rest = Array(changed)[...]
            while !rest.isEmpty {
                let users = Array(rest.prefix(Self.holdingsAtOnce))
                rest = rest.dropFirst(users.count)
                let holdings = await users.mapAllAtOnce { user -> Result<Holding, ScoreStoreError> in
                    do throws(ScoreStoreError) {
                        return .success(try await holding(of: user, in: keys, on: eventLoop))
                    } catch { return .failure(error) }
                }
                for (user, holding) in zip(users, holdings) {
                    live.read(try holding.get(), of: user.rawValue, in: place)
                }
            }
        }
        return live
    }

    /// Of those that have ended, one at a time is in memory.
    /// - Returns: how many there are.
    func writeSeasons(
        _ seasons: SeasonsToBackUp,
        on eventLoop: any EventLoop,
        _ write: (BackupLine) throws -> Void
    ) async throws -> Int {
        var count = 0
        if let text = seasons.text { try write(.seasons(text)) }
        try await forEachEntry(of: keys.ended, upto: nil, on: eventLoop) { try write(.ended($0)) }
        for (season, state) in zip(seasons.live.seasons, seasons.live.states) {
            count += try await writeSeason(keys.season(of: season), state, on: eventLoop, write)
        }
        for season in seasons.past {
            var state = try await places(of: season, on: eventLoop)
            for user in seasons.erasing {
                state.scores[user] = nil
                state.withheld[user] = nil
            }
            count += try await writeSeason(season, state, on: eventLoop, write)
        }
        return count
    }

    /// - Returns: 0 where nobody is in it, else 1.
    private func writeSeason(
        _ season: SeasonKeys,
        _ state: BoardState,
        on eventLoop: any EventLoop,
        _ write: (BackupLine) throws -> Void
    ) async throws -> Int {
        guard !state.scores.isEmpty || !state.withheld.isEmpty else { return 0 }
        let expires = try await expiry(of: season, on: eventLoop)
        try write(.season(BackupSeason(window: season.window, id: season.id, expires: expires)))
        for line in state.linesInSeason() { try write(line) }
        return 1
    }

    /// When a season goes by itself, in milliseconds since 1970; nil: it stays, or is gone.
    private func expiry(of season: SeasonKeys, on eventLoop: any EventLoop) async throws(ScoreStoreError) -> Int? {
        var latest: Int?
        for key in [season.scores, season.withheld] {
            let time = try await read(RedisCommand("PEXPIRETIME", key), on: eventLoop).count
            if let time, time <= ScoreRange.limit { latest = max(time, latest ?? 0) }
        }
        return latest
    }
}

extension BoardKeys {
    func season(of season: WindowSeason) -> SeasonKeys { self.season(window: season.window, id: season.season.id) }
}
