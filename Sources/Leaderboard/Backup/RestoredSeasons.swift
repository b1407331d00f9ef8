import Board
import NIOCore
import RedisClient
import Seasons

/// The seasons of a backup that is restored.
struct RestoredSeasons {
    /// As the backup has it; empty: there was none.
    var text = ""
    /// In the backup's order.
    var seasons: [BackupSeason] = []
}

/// Where seasons go that were loaded beside a board: what `leaderboard_restore` takes of them.
struct SeasonPlaces {
    let keys: [String]
    let words: [String]
}

extension ScoreStore {
    /// What Redis has of the seasons that were loaded, in the order in which the backup has it.
    func readBack(
        _ seasons: RestoredSeasons,
        _ loading: BoardKeys,
        withArrival: Bool,
        on eventLoop: any EventLoop,
        _ each: (BackupLine) -> Void
    ) async throws {
        if !seasons.text.isEmpty { each(.seasons(seasons.text)) }
        try await forEachEntry(of: loading.ended, upto: nil, on: eventLoop) { each(.ended($0)) }
        for season in seasons.seasons {
            each(.season(season))
            let state = try await places(of: loading.season(window: season.window, id: season.id), on: eventLoop)
            for line in state.linesInSeason(withArrival: withArrival) { each(line) }
        }
    }

    /// - Parameter definition: the backup's.
    func places(
        for seasons: RestoredSeasons,
        beside loading: BoardKeys,
        of definition: BoardDefinition?,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> SeasonPlaces {
        // What another writer put there is replaced, whatever it is; and who could not read them is told so by the function.
        let held = (try? await read(RedisCommand("GET", keys.seasons), on: eventLoop))?.text ?? ""
        let last = (try? await lastAuditID(of: keys.ended, on: eventLoop)) ?? .zero
        var expiries: [SeasonKeys: String] = [:]
        for season in seasons.seasons {
            expiries[keys.season(window: season.window, id: season.id)] = season.expires.map(String.init) ?? ""
        }
        // What the board has and the backup has not goes.
        let begun = RunningSeasons.stored(held).map { keys.season(of: $0) }
        for season in try await keptSeasons(on: eventLoop).union(begun) where expiries[season] == nil {
            expiries[season] = ""
        }
        var (names, words, there) = ([keys.seasons, keys.ended, loading.ended], [String](), [loading.ended])
        for (season, expires) in expiries {
            let loaded = loading.season(window: season.window, id: season.id)
            names += loaded.all + season.all
            there += loaded.all
            words.append(expires)
        }
        let text =
            seasons.text.isEmpty
            ? "" : RunningSeasons.text(seasons.text, of: definition?.version ?? "", by: board.definition.version)
        return SeasonPlaces(
            keys: names,
            words: [
                "\(held)\n\(last == .zero ? "" : last.description)", text, try await count(of: there, on: eventLoop),
            ] + words
        )
    }
}
