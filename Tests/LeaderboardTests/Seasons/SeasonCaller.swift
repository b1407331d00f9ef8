import Foundation
import NIOCore
import RedisClient
import Seasons
@testable import TestSupport

@testable import Leaderboard

/// A caller of `leaderboard_write` on a board with two windows whose seasons last milliseconds, with a clock of its own, and the
/// version of the definition that it knows. It does what the service does: whom Redis tells that others hold, asks again.
struct SeasonCaller {
    /// Microseconds of a season of each window.
    static let lengths = [20_000, 90_000]
    static let windows = [WindowName("fast"), WindowName("slow")].compactMap { $0 }

    let board: TestBoard
    let keys: BoardKeys
    let loop: any EventLoop
    /// By how many microseconds its clock is ahead of the machine's.
    var ahead: Int
    var version = "1"
    private(set) var asksAgain = 0

    init(_ board: TestBoard, _ keys: BoardKeys, on loop: any EventLoop, ahead: Int) {
        self.board = board
        self.keys = keys
        self.loop = loop
        self.ahead = ahead
    }

    struct Written: Sendable {
        let update: ModelUpdate
        let outcome: [String]
        let seasons: [WindowSeason]
    }

    static func definition(_ rules: BoardRules, version: String) -> String {
        var rules = rules
        rules.version = version
        let windows = windows.map { #"{"name":"\#($0)","reset":"hourly"}"# }.joined(separator: ",")
        return #"{"windows":[{"name":"all"},"# + windows + #"],"keep_days":1,"# + rules.json.dropFirst()
    }

    private static var machineTime: Int { Int(Date().timeIntervalSince1970 * 1_000_000) }

    static func seasons(at time: Int) -> [WindowSeason] {
        zip(windows, lengths).map { window, length in
            let from = time / length * length
            return WindowSeason(window: window, season: Season(id: "\(from)", from: from, until: from + length))
        }
    }

    mutating func write(_ updates: [ModelUpdate]) async throws -> [Written] {
        for _ in 0..<8 {
            let seasons = Self.seasons(at: Self.machineTime + ahead)
            let reply = try await board.redis.send(call(updates, in: seasons), on: loop).array ?? []
            if let answer = SeasonsAnswer(.array(reply)) {
                ahead = answer.now - Self.machineTime
                asksAgain += 1
            } else if reply.first?.text == "board_changed", let held = reply.last?.text {
                version = held
                asksAgain += 1
            } else {
                return zip(updates, reply).map { update, outcome in
                    let words = (outcome.array ?? []).map { $0.text ?? $0.integer.map(String.init) ?? "?" }
                    return Written(update: update, outcome: words, seasons: seasons)
                }
            }
        }
        throw NoSeasonHolds()
    }

    private func call(_ updates: [ModelUpdate], in seasons: [WindowSeason]) -> RedisCommand {
        var names = [
            keys.suspended, keys.withheld, keys.audit, keys.board, keys.seasons, keys.seq, keys.epoch, keys.chain,
            keys.scores, keys.at,
        ]
        for season in seasons {
            let own = keys.season(window: season.window, id: season.season.id)
            names += [own.scores, own.at, own.withheld]
        }
        names.append(keys.ended)
        let running = RunningSeasons(seasons, version: version)
        var words = [
            "1000000", "600000", keys.channel, "", version, running?.text ?? "", "\(running?.from ?? 0)",
            "\(running?.until ?? 0)", "\(1 + seasons.count)", "0",
        ]
        for update in updates {
            names.append(keys.name("limit:\(update.user)"))
            if let key = update.key { names.append(keys.name("idem:\(update.user):\(key)")) }
            words += [
                update.user, update.operation?.rawValue ?? "", "\(update.value)",
                "\((update.isRanked ? 1 : 0) + (update.key == nil ? 0 : 2))", "192.0.2.1", "request-1",
            ]
        }
        var command = RedisCommand("FCALL", "leaderboard_write", "\(names.count)")
        for word in names + words { command.append(word) }
        return command
    }
}

struct NoSeasonHolds: Error {}
