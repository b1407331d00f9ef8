@testable import TestSupport
import RedisClient
import Seasons

@testable import Leaderboard

/// One of many boards on a private Redis, called as its functions are.
struct DefinedBoard {
    let board: TestBoard
    let name: String
    let keys: BoardKeys
    var rules: BoardRules
    /// The definition is told with each call, as for a board that nobody stored one of; false: the key has it.
    var isGiven: Bool
    /// Of each window, its season, as a number.
    var seasons: [Int]
    private let windows: [WindowName]

    init(_ board: TestBoard, _ name: String, _ rules: BoardRules, isGiven: Bool = true) {
        self.isGiven = isGiven
        self.board = board
        self.name = name
        keys = BoardKeys(board: name)
        self.rules = rules
        windows = (0..<rules.windows).compactMap { WindowName("w\($0)") }
        seasons = windows.map { _ in 1 }
    }

    /// As `Functions/windows.lua` has it. They run until tests say otherwise.
    private var seasonsText: String {
        let each = seasons.enumerated().map { ";w\($0) \($1) 1 \(Self.end)" }
        return "\(Self.end) \(rules.version) all - 0 0\(each.joined())"
    }

    /// As if its time had come: what Redis holds of the window ended in 1970, or when one says, in microseconds.
    mutating func endSeason(_ window: Int, at moment: Int = 2) async throws {
        let stored = try await board.command("GET", keys.seasons).text ?? ""
        let ended = stored.replacing(
            ";w\(window) \(seasons[window]) 1 \(Self.end)",
            with: ";w\(window) \(seasons[window]) 1 \(moment)"
        )
        seasons[window] += 1
        guard stored != "", ended != stored else { return }
        try await board.command("SET", keys.seasons, "\(moment)" + ended.drop { $0 != " " })
    }

    /// Updates that name the season of the window before the one that runs, which ended at this moment.
    func writeLate(_ updates: [ModelUpdate], _ window: Int, endedAt moment: Int) async throws -> RESPValue {
        var past = self
        past.seasons[window] -= 1
        let (names, running) = past.words(updates)
        var words = running
        let each = past.seasons.enumerated().map { ";w\($0) \($1) 1 \($0 == window ? "\(moment)" : Self.end)" }
        words[5] = "late \(rules.version) all - 0 0\(each.joined())"
        words[6] = "\(moment)"
        words[7] = "\(moment + rules.grace * 1_000_000)"
        return try await call("leaderboard_write", names, words)
    }

    private static let end = "9000000000000000"

    func season(_ window: Int) -> SeasonKeys {
        keys.season(window: windows[window], id: "\(seasons[window])")
    }

    /// As operators have it.
    var store: ScoreStore {
        get throws {
            let definition = try BoardDefinition(stored: Array(rules.json.utf8))
            return ScoreStore(board.store.functions, try BoardID(name), definition)
        }
    }

    var given: String { isGiven ? rules.json : "" }

    func call(_ function: String, _ keys: [String], _ words: [String], isReading: Bool = false) async throws(RedisError)
        -> RESPValue
    {
        var command = RedisCommand(isReading ? "FCALL_RO" : "FCALL", function, String(keys.count))
        for word in keys + words { command.append(word) }
        return try await board.redis.send(command, on: board.loop)
    }

    /// KEYS and ARGV of `leaderboard_write`.
    func words(_ updates: [ModelUpdate], stores: Bool = false) -> (keys: [String], words: [String]) {
        var names = [
            keys.suspended, keys.withheld, keys.audit, keys.name("board"), keys.name("seasons"), keys.seq, keys.epoch,
            keys.chain, keys.scores, keys.name("at"),
        ]
        var words = ["100000", "60000", keys.channel, given, rules.version, "", "0", "0", "1", stores ? "1" : "0"]
        if rules.windows > 0 {
            for window in 0..<rules.windows {
                let season = season(window)
                names += [season.scores, season.at, season.withheld]
            }
            names.append(keys.ended)
            words.replaceSubrange(5..<9, with: [seasonsText, "1", Self.end, "\(1 + rules.windows)"])
        }
        for update in updates {
            names.append(keys.name("limit:\(update.user)"))
            if let key = update.key {
                names.append(keys.name("idem:\(update.user.replacing(":", with: "%3A")):\(key)"))
            }
            if let grant = update.grant { names.append(keys.name("grant:\(grant)")) }
            let flags = (update.isRanked ? 1 : 0) + (update.key == nil ? 0 : 2) + (update.grant == nil ? 0 : 4)
            words += [
                update.user, update.operation?.rawValue ?? "", "\(update.value)", "\(flags)", "192.0.2.1", "request-1",
            ]
            if update.grant != nil { words.append("60000") }
        }
        return (names, words)
    }

    func write(_ updates: [ModelUpdate], stores: Bool = false) async throws -> RESPValue {
        let (names, words) = words(updates, stores: stores)
        guard rules.holds else { return try await call("leaderboard_write", names, words) }
        // Somebody has that address, and leaves it never.
        try await board.command("ZADD", keys.name("from:held"), "1e15", "owner")
        let own = updates.flatMap { [keys.name("pace:\($0.user)"), keys.name("from:\($0.isHeld ? "held" : $0.user)")] }
        return try await call(
            "leaderboard_write_by_rules",
            names + [keys.met, keys.held, keys.holding] + own,
            words + ["\(updates.count) held"]
        )
    }

    /// The outcomes in the words of the model.
    func outcomes(_ updates: [ModelUpdate]) async throws -> [String] {
        let reply = try await write(updates)
        return (reply.array ?? []).map { outcome in
            let fields = outcome.array?.map { $0.text ?? $0.integer.map(String.init) ?? "?" } ?? ["\(outcome)"]
            return fields.count >= 6 ? "\(fields[0]) \(fields[1]) \(fields[2]) \(fields[5])" : fields.first ?? "none"
        }
    }

    /// An operation as in `operation.lua`.
    func operate(_ name: String, on user: String, _ more: [String] = []) async throws -> RESPValue {
        let names = [
            keys.scores, keys.audit, keys.suspended, keys.seq, keys.epoch, keys.chain, keys.withheld, keys.reverted,
            keys.name("limit:\(user)"), keys.name("board"), keys.name("at"),
        ]
        return try await call(
            "leaderboard_\(name)",
            names,
            [user, keys.channel, "100000", "ops", "a test", "192.0.2.7", "request-2"] + more
        )
    }

    func read(_ name: String, _ words: String...) async throws -> [RESPValue] {
        let names = [keys.name("board"), keys.seq, keys.epoch, keys.scores, keys.name("at")]
        return try await call("leaderboard_\(name)", names, [given] + words, isReading: true).array ?? []
    }

    /// The rows behind the head.
    func rows(_ name: String, _ words: String...) async throws -> [BoardModel.Standing] {
        try await rows(name, words, of: (keys.scores, keys.at))
    }

    /// Where a hidden user would stand: total, score, rank, how many are worse, how many equal, then score and rank of each row, and 1 if
    /// it is the user's. Nothing of who is not hidden.
    func hiddenPlace(of user: String, _ limit: Int, inSeasonOf window: Int? = nil) async throws -> [Int] {
        let own = window.map { self.season($0) }
        let names = [
            keys.name("board"), keys.seq, keys.epoch, own?.scores ?? keys.scores, own?.at ?? keys.name("at"),
            keys.suspended, own?.withheld ?? keys.withheld,
        ]
        let words = [given, user, "\(limit)"]
        let fields = try await call("leaderboard_own_place", names, words, isReading: true).array ?? []
        guard fields.count > 3 else { return [] }
        var found = fields[2...6].compactMap(\.integer)
        for index in stride(from: 7, to: fields.count - 2, by: 3) {
            found += [fields[index + 1].integer ?? .min, fields[index + 2].integer ?? .min]
            found.append(fields[index].text == user ? 1 : 0)
        }
        return found
    }

    func page(ofSeasonIn window: Int) async throws -> [BoardModel.Standing] {
        let season = season(window)
        return try await rows("page", ["0", "100"], of: (season.scores, season.at))
    }

    private func rows(_ name: String, _ words: [String], of sets: (scores: String, at: String)) async throws
        -> [BoardModel.Standing]
    {
        let names = [keys.name("board"), keys.seq, keys.epoch, sets.scores, sets.at]
        let fields = try await call("leaderboard_\(name)", names, [given] + words, isReading: true).array ?? []
        return stride(from: 3, to: fields.count - 2, by: 3).map { index in
            BoardModel.Standing(
                user: fields[index].text ?? "?",
                score: fields[index + 1].integer ?? .min,
                rank: fields[index + 2].integer ?? .min
            )
        }
    }
}
