import Board
import NIOCore
import RedisClient
import Seasons
import Text

// A restore puts the board and the seasons that take updates in their places in one call, and those that are over, of which there may be
// thousands, behind it, some at a time. Whoever reads one of those meanwhile does the rest first, also where who restored was killed.
extension ScoreStore {
    /// So many in one call: a few milliseconds of Redis.
    private static let placedAtOnce = 50
    /// What was loaded waits so long for its place.
    private static let longestWait = "604800000"

    /// Seasons that a restore has loaded, and that are not in their places, take them. One read, where there are none.
    func placeSeasons(on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        while true {
            let range = RedisCommand("ZRANGE", keys.placing, "0", String(Self.placedAtOnce - 1))
            let next = try await read(range, on: eventLoop).array?.compactMap(\.text) ?? []
            guard !next.isEmpty else { return }
            let loading = BoardKeys(loadingInto: board.id, in: functions.options.keySpace)
            var (names, words) = ([keys.placing, keys.board], [String]())
            for text in next {
                let parts = text.parts(at: " ")
                guard parts.count == 3, let window = WindowName(parts[0]), Season.isID(parts[1]) else {
                    throw .unavailable("the key placing has what is no season: delete it, and restore again")
                }
                let id = String(parts[1])
                names += loading.season(window: window, id: id).all + keys.season(window: window, id: id).all
                words.append(text)
            }
            var call = RedisCommand("FCALL", "leaderboard_place_seasons", String(names.count))
            for word in names + words { call.append(word) }
            // Whoever else is at it has placed them: then others are the first.
            _ = try await writeRepeatably(call, on: eventLoop)
        }
    }

    /// They stay where they are loaded until they are in their places, whoever does it, and when.
    func keep(_ loaded: [SeasonKeys], on eventLoop: any EventLoop) async throws(ScoreStoreError) {
        for names in LoadingLease.parts(of: loaded.flatMap(\.all)) {
            let replies = await names.mapAllAtOnce { name -> Result<RESPValue, ScoreStoreError> in
                do throws(ScoreStoreError) {
                    let call = RedisCommand("PEXPIRE", name, Self.longestWait)
                    return .success(try await writeRepeatably(call, on: eventLoop))
                } catch { return .failure(error) }
            }
            for reply in replies { _ = try reply.get() }
        }
    }
}
