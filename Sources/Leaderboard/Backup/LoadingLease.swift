import Board
import NIOCore
import RedisClient
import Synchronization

/// The right to load into the keys beside a board, which one caller has at a time (`Functions/loading.lua`). Who was killed has it no more
/// after half a minute, and what was loaded goes away by itself.
final class LoadingLease: Sendable {
    private enum Word: String { case begin, hold, end }

    /// Where the board is loaded.
    let keys: BoardKeys
    /// As the functions that load are told it, which refuse whoever has it no more.
    let key: String
    let token =
        String(UInt64.random(in: .min ... .max), radix: 16) + String(UInt64.random(in: .min ... .max), radix: 16)
    /// Where seasons are loaded.
    private let seasons = Mutex<[SeasonKeys]>([])

    /// Where segments are loaded.
    private let segments: [SegmentKeys]

    fileprivate init(_ board: BoardID, _ segments: BoardSegments, in space: KeySpace) {
        keys = BoardKeys(loadingInto: board, in: space)
        key = keys.lease
        self.segments = segments.kinds.map(keys.segments)
    }

    fileprivate var begin: RedisCommand { call(.begin, loadedOfBoard) }
    /// Some keys each: there may be thousands of seasons.
    fileprivate var hold: [RedisCommand] { [call(.hold, loadedOfBoard)] + seasonsInParts.map { call(.hold, $0) } }
    /// The last one gives the lease back.
    fileprivate var end: [RedisCommand] {
        seasonsInParts.map { names in
            var unlink = RedisCommand("UNLINK")
            for name in names { unlink.append(name) }
            return unlink
        } + [call(.end, loadedOfBoard)]
    }

    private var seasonsInParts: [[String]] { Self.parts(of: seasons.withLock { $0 }.flatMap(\.all)) }

    /// As many as one call takes.
    static func parts(of names: [String]) -> [[String]] {
        stride(from: 0, to: names.count, by: 300).map { Array(names[$0..<min($0 + 300, names.count)]) }
    }

    /// What was loaded of seasons stays where it is when the lease ends: they have to take their places.
    /// - Returns: where they are.
    func letSeasonsGo() -> [SeasonKeys] {
        seasons.withLock { seasons in
            defer { seasons = [] }
            return seasons
        }
    }

    /// They go when it ends, again.
    func takeBack(_ loaded: [SeasonKeys]) {
        seasons.withLock { $0 += loaded }
    }

    /// A season is loaded, too, from now on: what is left there of before goes away.
    func begin(_ season: SeasonKeys) -> RedisCommand {
        seasons.withLock { $0.append(season) }
        return call(.begin, season.all)
    }

    private var loadedOfBoard: [String] {
        [
            keys.scores, keys.at, keys.audit, keys.ahead, keys.suspended, keys.withheld, keys.reverted, keys.ended,
            keys.meta, keys.frozen, keys.placing, keys.holding, keys.erasing,
        ]
            + segments.flatMap(\.all)
    }

    private func call(_ word: Word, _ loaded: [String]) -> RedisCommand {
        var call = RedisCommand("FCALL", "leaderboard_loading", String(1 + loaded.count), key)
        for word in loaded + [token, word.rawValue] { call.append(word) }
        return call
    }

    /// - Parameter reply: of a function that takes a lease.
    static func check(_ reply: RESPValue) throws(ScoreStoreError) {
        guard reply.array?.first?.text == "taken" else { return }
        throw .unavailable(
            "another restore, rebuild or change of ties of this board is under way, or was cut off within the last half minute: "
                + "ask again when it is over; the board is as it was"
        )
    }
}

extension ScoreStore {
    /// How many of these keys are there: as many there must be when they take their places.
    func count(of loaded: [String], on eventLoop: any EventLoop) async throws(ScoreStoreError) -> String {
        var call = RedisCommand("EXISTS")
        for key in loaded { call.append(key) }
        return String(try await read(call, on: eventLoop).count ?? 0)
    }

    /// Of the half minute for which a lease holds.
    private static let renewal = Duration.seconds(10)

    /// Nobody else loads meanwhile, and afterwards nothing is left of what `body` has loaded and not put in its place.
    /// - Throws: before anything is loaded, where another caller has the lease.
    func loading<Value>(
        on eventLoop: any EventLoop,
        _ body: (LoadingLease) async throws -> Value
    ) async throws -> Value {
        let lease = LoadingLease(board.id, board.definition.segments, in: functions.options.keySpace)
        try LoadingLease.check(try await writeRepeatably(lease.begin, on: eventLoop))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                while true {
                    try await Task.sleep(for: Self.renewal)
                    // Who has lost it is told so by what is loaded next.
                    for call in lease.hold { _ = try? await writeRepeatably(call, on: eventLoop) }
                }
            }
            let result: Result<Value, any Error>
            do { result = .success(try await body(lease)) } catch { result = .failure(error) }
            tasks.cancelAll()
            for call in lease.end { _ = try? await writeRepeatably(call, on: eventLoop) }
            return try result.get()
        }
    }
}
