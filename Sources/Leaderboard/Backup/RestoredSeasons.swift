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

/// Where seasons go that were loaded beside a board: what `leaderboard_restore_board` takes of them.
struct SeasonPlaces {
    let keys: [String]
    /// What the board has of them, as far as is known, and what `seasons` is to have.
    let held: String
    let text: String
    /// Of each season that takes updates, when it goes.
    let expiries: [String]
    /// So many of what was loaded are there.
    let there: String
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

    /// Those that take updates go to their places with the board. The others, of which there may be thousands, are listed beside the board:
    /// behind it they take their places by themselves (``placeSeasons(on:)``).
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
        let begun = RunningSeasons.stored(held)
        let taking = try await takingUpdates(begun + RunningSeasons.stored(seasons.text), loading, on: eventLoop)
        var (names, words) = ([keys.seasons, keys.ended, loading.ended, keys.placing, loading.placing], [String]())
        var (there, left) = ([loading.ended, loading.placing], [String]())
        // What the board has and the backup has not goes.
        let gone = try await keptSeasons(on: eventLoop).union(begun.map { keys.season(of: $0) }).subtracting(
            expiries.keys
        )
        for season in gone where !taking.contains(season) { left.append("\(season.window) \(season.id) x") }
        for season in taking {
            let loaded = loading.season(window: season.window, id: season.id)
            names += loaded.all + season.all
            there += loaded.all
            words.append(expiries[season] ?? "")
        }
        for (season, expires) in expiries where !taking.contains(season) {
            left.append("\(season.window) \(season.id) \(expires.isEmpty ? "-" : expires)")
        }
        try await list(left, at: loading.placing, on: eventLoop)
        let text =
            seasons.text.isEmpty
            ? "" : RunningSeasons.text(seasons.text, of: definition?.version ?? "", by: board.definition.version)
        return SeasonPlaces(
            keys: names,
            held: "\(held)\n\(last == .zero ? "" : last.description)",
            text: text,
            expiries: words,
            there: try await count(of: there, on: eventLoop)
        )
    }

    /// Of seasons that hold, and of those that ended, here and in the backup.
    private func takingUpdates(
        _ holding: [WindowSeason],
        _ loading: BoardKeys,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Set<SeasonKeys> {
        let grace = board.definition.windows.graceSeconds * 1_000_000
        var taking = Set(holding.map { keys.season(of: $0) })
        guard grace > 0 else { return taking }
        let now = try await time(on: eventLoop)
        for stream in [keys.ended, loading.ended] {
            let ended = (try? await self.ended(of: stream, on: eventLoop)) ?? []
            taking.formUnion(ended.filter { $0.season.until > now - grace }.map { keys.season(of: $0) })
        }
        return taking
    }

    private func list(
        _ seasons: [String],
        at key: String,
        on eventLoop: any EventLoop
    ) async throws(ScoreStoreError) {
        _ = try await writeRepeatably(RedisCommand("UNLINK", key), on: eventLoop)
        for start in stride(from: 0, to: seasons.count, by: 500) {
            var call = RedisCommand("ZADD", key)
            for season in seasons[start..<min(start + 500, seasons.count)] {
                call.append("0")
                call.append(season)
            }
            _ = try await writeRepeatably(call, on: eventLoop)
        }
        if !seasons.isEmpty {
            _ = try await writeRepeatably(RedisCommand("PEXPIRE", key, "600000"), on: eventLoop)
        }
    }
}
