import RedisClient
import Seasons
@testable import TestSupport
import Testing

@testable import Leaderboard

/// Hundreds of ends of seasons, on a Redis whose clock judges.
@Suite("Seasons that end", .timeLimit(.minutes(2)))
struct SeasonEndTests {
    /// What each window came to, by season: user → score and the seq that reached it.
    private typealias Scores = [String: (score: Int, reached: Int)]

    @Test(
        "hold each update that Redis took in their time, and no other, whatever the callers' clocks and definitions say",
        arguments: BoardRules.Ties.allCases
    )
    func ends(ties: BoardRules.Ties) async throws {
        let seed = UInt64.random(in: .min ... .max)
        let rules = BoardRules(ties: ties, operators: [.incr, .best, .set])
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let keys = BoardKeys(board: "ends")
            try await board.command("SET", keys.board, SeasonCaller.definition(rules, version: "1"))
            let written = try await withThrowingTaskGroup(of: [SeasonCaller.Written].self) { group in
                for (index, ahead) in [300_000, -300_000].enumerated() {
                    let caller = SeasonCaller(board, keys, on: board.loops[index], ahead: ahead)
                    group.addTask { try await Self.play(caller, seed: seed &+ UInt64(index)) }
                }
                try await Self.pass(seasons: 4, board)
                try await board.command("SET", keys.board, SeasonCaller.definition(rules, version: "2"))
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try await compare(written, rules, board, keys, "seed \(seed)")
        }
    }

    /// Until Redis' clock has gone on by so many of the short ones.
    private static func pass(seasons: Int, _ board: TestBoard) async throws {
        let first = try await board.microseconds()
        while try await board.microseconds() < first + seasons * SeasonCaller.lengths[0] {}
    }

    /// For ten short seasons of Redis' time.
    private static func play(_ caller: SeasonCaller, seed: UInt64) async throws -> [SeasonCaller.Written] {
        var (caller, random, written) = (caller, SeededGenerator(seed: seed), [SeasonCaller.Written]())
        let end = try await caller.board.microseconds() + 10 * SeasonCaller.lengths[0]
        repeat {
            let updates = (0..<[1, 1, 3, 8][Int.random(in: 0..<4, using: &random)]).map { _ in
                ModelUpdate(
                    user: "u\(Int.random(in: 0..<9, using: &random))",
                    operation: [.incr, .incr, .best, .set].randomElement(using: &random),
                    value: Int.random(in: 1...9, using: &random),
                    isRanked: Bool.random(using: &random),
                    key: Int.random(in: 0..<6, using: &random) == 0 ? "k\(Int.random(in: 0..<90, using: &random))" : nil
                )
            }
            written += try await caller.write(updates)
        } while try await caller.board.microseconds() < end
        #expect(caller.asksAgain > 0, "its clock was wrong")
        return written
    }

    private func compare(
        _ written: [SeasonCaller.Written],
        _ rules: BoardRules,
        _ board: TestBoard,
        _ keys: BoardKeys,
        _ comment: String
    ) async throws {
        var all: [String: Scores] = [:]
        let counted = written.filter { ["applied", "applied_same"].contains($0.outcome[0]) }
        for one in counted.sorted(by: { Int($0.outcome[2]) ?? 0 < Int($1.outcome[2]) ?? 0 }) {
            let milliseconds = try #require(Int(one.outcome[3]))
            var told: [String] = []
            for season in one.seasons {
                #expect(
                    season.season.from / 1000 <= milliseconds && milliseconds * 1000 < season.season.until,
                    "\(comment): \(one) counted in \(season)"
                )
                let score = Self.count(one, in: &all[season.name, default: [:]], rules)
                told.append("\(season.name) \(score)")
            }
            #expect("\(Self.count(one, in: &all["all", default: [:]], rules))" == one.outcome[1], "\(comment): \(one)")
            if one.outcome.count > 6 { #expect(one.outcome[6] == told.joined(separator: ";"), "\(comment): \(one)") }
        }
        #expect(counted.count > 50 && all.count > 10, "\(comment): \(counted.count) in \(all.count)")
        let ended = try await endedSeasons(board, keys)
        #expect(Set(ended).count == ended.count, "\(comment): each once")
        let stored = RunningSeasons.stored(try await board.command("GET", keys.seasons).text ?? "").map(\.name)
        #expect(Set(stored).union(ended) == Set(all.keys).subtracting(["all"]), "\(comment): each that had a change")
        for (name, scores) in all {
            try await compare(name, scores, rules, board, keys, comment)
        }
    }

    private static func count(_ one: SeasonCaller.Written, in scores: inout Scores, _ rules: BoardRules) -> Int {
        let old = scores[one.update.user]?.score
        let operation = one.update.operation ?? rules.operators[0]
        let score = rules.result(operation, of: old, by: one.update.value) ?? .min
        if score != old { scores[one.update.user] = (score, Int(one.outcome[2]) ?? 0) }
        return score
    }

    private func endedSeasons(_ board: TestBoard, _ keys: BoardKeys) async throws -> [String] {
        let entries = try await board.command("XRANGE", keys.ended, "-", "+").array ?? []
        return entries.compactMap { WindowSeason(entry: $0)?.name }
    }

    private func compare(
        _ name: String,
        _ scores: Scores,
        _ rules: BoardRules,
        _ board: TestBoard,
        _ keys: BoardKeys,
        _ comment: String
    ) async throws {
        let prefix = name == "all" ? keys.name("") : keys.name("s:\(name.replacing(" ", with: ":")):")
        let head = ["FCALL_RO", "leaderboard_page", "5", keys.board, keys.seq, keys.epoch]
        var command = RedisCommand(head[0])
        for word in head.dropFirst() + [prefix + "scores", prefix + "at", "", "0", "100"] { command.append(word) }
        let fields = Array(try await board.redis.send(command, on: board.loop).array?.dropFirst(3) ?? [])
        let rows = stride(from: 0, to: fields.count, by: 3).map {
            "\(fields[$0].text ?? "?") \(fields[$0 + 1].integer ?? .min)"
        }
        let expected = scores.sorted { one, other in
            guard one.value.score == other.value.score else { return one.value.score > other.value.score }
            return switch rules.ties {
            case .first: one.value.reached < other.value.reached
            case .last: one.value.reached > other.value.reached
            case .id, .shared, .dense: one.key > other.key
            }
        }
        #expect(rows == expected.map { "\($0.key) \($0.value.score)" }, "\(comment): \(name)")
        guard name != "all" else { return }
        // It goes by itself, and all that belongs to it.
        for key in rules.ties == .id || rules.ties == .shared ? ["scores"] : ["scores", "at"] {
            let left = try await board.command("PTTL", prefix + key).integer
            #expect(left.map { $0 > 0 } == true, "\(comment): \(key) of \(name) stays")
        }
    }
}
