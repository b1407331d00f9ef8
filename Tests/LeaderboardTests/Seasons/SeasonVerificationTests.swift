import Board
import RedisClient
import Seasons
@testable import TestSupport
import Testing

@testable import Leaderboard

@Suite("Seasons held against the audit", .timeLimit(.minutes(2)))
struct SeasonVerificationTests {
    private func withWindows(
        _ rules: BoardRules,
        _ body: (inout DefinedBoard) async throws -> Void
    ) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            try await board.command("SET", BoardKeys(board: "acts").board, rules.json)
            var target = DefinedBoard(board, "acts", rules, isGiven: false)
            try await body(&target)
        }
    }

    private static func endSeason(_ window: Int, of target: inout DefinedBoard) async throws {
        try await target.endSeason(window, at: target.board.microseconds())
    }

    private static func verify(_ target: DefinedBoard) async throws -> AuditReport {
        try await AuditVerification(target.store, on: target.board.loop).run()
    }

    private static func told(_ report: AuditReport) -> [String] {
        report.seasons.flatMap { season in
            season.differences.map { difference in
                let (has, says) = (difference.held.map(String.init) ?? "-", difference.told.map(String.init) ?? "-")
                return "\(season.name) \(difference.user) \(has) \(says)\(difference.isMisplaced ? " misplaced" : "")"
            }
        }
    }

    @Test(
        "are what it adds up to, whatever operators do, and whenever seasons end",
        arguments: BoardRules.Ties.allCases
    )
    func sound(ties: BoardRules.Ties) async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let rules = BoardRules(ties: ties, operators: [.incr, .best, .set], windows: 2, grace: 3600)
        try await withWindows(rules) { target in
            let (store, loop, act) = (try target.store, target.board.loop, try target.board.act())
            var (seqs, ends) = ([Int](), [0, 0])
            for _ in 0..<120 {
                let name = "u\(Int.random(in: 0..<6, using: &random))"
                let user = try UserID(name)
                let window = Int.random(in: 0..<2, using: &random)
                switch Int.random(in: 0..<15, using: &random) {
                case 0: _ = try await store.suspend(user, by: act, on: loop)
                case 1, 2: _ = try await store.reinstate(user, by: act, on: loop)
                case 3:
                    if let seq = seqs.randomElement(using: &random) {
                        _ = try await store.revert(.update(seq: seq), by: act, on: loop)
                    }
                case 14:
                    let all = UnrevertSelection.updates(.updates(of: user, since: nil, until: nil))
                    _ = try await store.unrevert(all, by: act, on: loop)
                case 4: _ = try await store.erase(user, by: act, on: loop)
                case 5:
                    ends[window] = try await target.board.microseconds()
                    try await target.endSeason(window, at: ends[window])
                case 6 where ends[window] > 0:
                    _ = try await target.writeLate([ModelUpdate(user: name, value: 3)], window, endedAt: ends[window])
                default:
                    let operation = rules.operators.randomElement(using: &random)
                    let value = Int.random(in: 0...5, using: &random)
                    let reply = try await target.write([ModelUpdate(user: name, operation: operation, value: value)])
                    if let seq = reply.array?.first?.array.flatMap({ $0.count > 2 ? $0[2].integer : nil }) {
                        seqs.append(seq)
                    }
                }
            }
            let report = try await Self.verify(target)
            #expect(Self.told(report) == [], "seed \(seed)")
            #expect(report.seasons.allSatisfy(\.isReached) && report.seasons.count > 1, "seed \(seed)")
        }
    }

    @Test(
        "are put right where Redis lost them, or somebody else wrote them, running ones and those that have ended",
        arguments: [BoardRules.Ties.id, .dense, .first, .last]
    )
    func wrong(ties: BoardRules.Ties) async throws {
        try await withWindows(BoardRules(ties: ties, windows: 2)) { target in
            for user in ["a", "b", "c", "d"] { _ = try await target.write([ModelUpdate(user: user, value: 5)]) }
            _ = try await target.store.suspend(UserID("d"), by: target.board.act(), on: target.board.loop)
            let first = target
            try await Self.endSeason(0, of: &target)
            _ = try await target.write([ModelUpdate(user: "a", value: 1)])
            let places = { (season: DefinedBoard, window: Int) in
                try await season.page(ofSeasonIn: window).map { "\($0.user) \($0.score) \($0.rank)" }
            }
            let (ended, running) = (try await places(first, 0), try await places(target, 1))
            #expect(try await Self.verify(target).isSound)

            // One is lost; in the other, one user is somebody's, and one has another score.
            let season = first.season(0)
            for key in [season.scores, season.at, season.withheld] { try await target.board.command("DEL", key) }
            let member = try await target.board.command("ZRANGE", target.season(1).scores, "0", "0").array?.first?.text
            try await target.board.command("ZADD", target.season(1).scores, "99", try #require(member))
            let report = try await Self.verify(target)
            #expect(report.seasonDifferences == 5, "\(Self.told(report))")
            #expect(!report.isSound && !report.onlyScoresDiffer && report.differences.isEmpty)

            let done = try await target.store.repair(
                report,
                with: nil,
                by: target.board.act(),
                on: target.board.loop
            )
            #expect(done.users == 5)
            let after = try await Self.verify(target)
            #expect(after.isSound, "\(Self.told(after))")
            #expect(try await places(first, 0) == ended)
            #expect(try await places(target, 1) == running)
            #expect(try await target.board.command("PTTL", season.scores).integer ?? 0 > 0)
        }
    }

    @Test(
        "are in the order in which users came, or it is told and put right",
        arguments: [BoardRules.Ties.first, .last]
    )
    func order(ties: BoardRules.Ties) async throws {
        try await withWindows(BoardRules(ties: ties, windows: 1)) { target in
            for user in ["a", "b", "c"] { _ = try await target.write([ModelUpdate(user: user, value: 5)]) }
            let before = try await target.page(ofSeasonIn: 0).map(\.user)
            let (keys, store) = (target.season(0), try target.store)
            // As if c had come with b.
            let stamps = try await target.board.command("HGET", keys.at, "b").text ?? ""
            #expect(stamps.count == 14)
            try await target.board.command("ZADD", keys.scores, "5", "\(stamps)c")
            let old = try await target.board.command("HGET", keys.at, "c").text ?? ""
            try await target.board.command("ZREM", keys.scores, "\(old)c")
            try await target.board.command("HSET", keys.at, "c", stamps)
            let report = try await Self.verify(target)
            #expect(report.seasons.first?.differences.allSatisfy(\.isMisplaced) == true, "\(Self.told(report))")
            #expect(!report.isSound)
            _ = try await store.repair(report, with: nil, by: target.board.act(), on: target.board.loop)
            #expect(try await Self.verify(target).isSound)
            #expect(try await target.page(ofSeasonIn: 0).map(\.user) == before)
        }
    }

    @Test(
        "that began before their window was added are filled from it, and then a revert reaches what came before, too",
        arguments: [BoardRules.Ties.id, .first]
    )
    func fill(ties: BoardRules.Ties) async throws {
        try await withWindows(BoardRules(ties: ties, windows: 0)) { target in
            let act = try target.board.act()
            for user in ["a", "b", "c"] { _ = try await target.write([ModelUpdate(user: user, value: 5)]) }
            let early = try await target.write([ModelUpdate(user: "b", value: 2)])
            let seq = try #require(early.array?.first?.array?[2].integer)
            var rules = BoardRules(ties: ties, windows: 1)
            rules.version = "2"
            try await target.board.command("SET", target.keys.board, rules.json)
            target = DefinedBoard(target.board, "acts", rules, isGiven: false)
            let (store, loop, window) = (try target.store, target.board.loop, try #require(WindowName("w0")))
            await #expect(throws: NoSeasonToFill.self) { try await store.seasonToFill(window, on: loop) }
            _ = try await target.write([ModelUpdate(user: "c", value: 1)])
            #expect(try await target.page(ofSeasonIn: 0).map(\.score) == [1])
            #expect(try await Self.verify(target).isSound, "what came before the window counts in none")

            let report = try await store.seasonToFill(window, on: loop)
            #expect(report.isReached && report.differences.count == 3)
            #expect(try await store.fillSeason(window, by: act, on: loop) == 3)
            let board = try await target.rows("page", "0", "100")
            #expect(try await target.page(ofSeasonIn: 0) == board)
            let after = try await Self.verify(target)
            #expect(after.isSound, "\(Self.told(after))")
            #expect(try await store.seasonToFill(window, on: loop).differences == [])

            _ = try await target.write([ModelUpdate(user: "a", value: 4)])
            _ = try await store.revert(.update(seq: seq), by: act, on: loop)
            #expect(try await target.page(ofSeasonIn: 0) == target.rows("page", "0", "100"))
            let last = try await Self.verify(target)
            #expect(last.isSound, "\(Self.told(last))")
        }
    }

    @Test(
        "have nobody in them but users, or it is told and put right, whether the audit reaches back to their beginning or not",
        arguments: [BoardRules.Ties.id, .first],
        [false, true]
    )
    func strays(ties: BoardRules.Ties, isTrimmed: Bool) async throws {
        try await withWindows(BoardRules(ties: ties, windows: 1)) { target in
            for user in ["a", "b"] { _ = try await target.write([ModelUpdate(user: user, value: 5)]) }
            let (ended, before) = (target, try await target.page(ofSeasonIn: 0))
            try await Self.endSeason(0, of: &target)
            _ = try await target.write([ModelUpdate(user: "a", value: 1)])
            if isTrimmed { try await target.board.command("XTRIM", target.keys.audit, "MAXLEN", "2") }
            // Who has a stamp does not stand there without it.
            let name = ties == .first ? "b" : "no user"
            try await target.board.command("ZADD", ended.season(0).scores, "9", name)
            let report = try await Self.verify(target)
            #expect(report.seasons.first { $0.name == "w0 1" }?.strays == [name: 9])
            #expect(!report.isSound && report.seasonStrays == 1)
            _ = try await target.store.repair(report, with: nil, by: target.board.act(), on: target.board.loop)
            #expect(try await Self.verify(target).seasonStrays == 0)
            #expect(try await ended.page(ofSeasonIn: 0).map(\.user).sorted() == before.map(\.user).sorted())
            #expect(try await target.board.command("ZSCORE", target.keys.foreign, name).text == "9")
        }
    }

    @Test("are not told to be wrong where their window was taken away while they ran", arguments: [0, 1])
    func windowTakenAway(left: Int) async throws {
        try await withWindows(BoardRules(ties: .id, windows: 2)) { target in
            _ = try await target.write([ModelUpdate(user: "a", value: 5)])
            try await Self.endSeason(1, of: &target)
            _ = try await target.write([ModelUpdate(user: "a", value: 1)])
            var rules = BoardRules(ties: .id, windows: left)
            rules.version = "2"
            try await target.board.command("SET", target.keys.board, rules.json)
            target = DefinedBoard(target.board, "acts", rules, isGiven: false)
            for _ in 0..<2 {
                _ = try await target.write([ModelUpdate(user: "a", value: 3)])
                let report = try await Self.verify(target)
                #expect(report.isSound, "\(Self.told(report))")
            }
            // What is kept of it is still reached.
            let (a, act) = (try UserID("a"), try target.board.act())
            #expect(try await target.store.suspend(a, by: act, on: target.board.loop).hasChanged)
            #expect(try await target.board.command("ZCARD", target.keys.name("s:w1:1:scores")).integer == 0)
            #expect(try await target.store.reinstate(a, by: act, on: target.board.loop).hasChanged)
            #expect(try await target.board.command("ZSCORE", target.keys.name("s:w1:1:scores"), "a").text == "5")
            #expect(try await Self.verify(target).isSound)
        }
    }

    @Test("are not told to be wrong where the audit does not reach back to their beginning")
    func unreached() async throws {
        try await withWindows(BoardRules(ties: .id, windows: 1)) { target in
            for user in ["a", "b", "c"] { _ = try await target.write([ModelUpdate(user: user, value: 5)]) }
            try await target.board.command("XTRIM", target.keys.audit, "MAXLEN", "2")
            let report = try await Self.verify(target)
            #expect(report.seasons.map(\.isReached) == [false])
            #expect(report.seasonDifferences == 0)
        }
    }

    @Test("keep what they have where an operator went on over lost entries")
    func lost() async throws {
        try await withWindows(BoardRules(ties: .id, windows: 1)) { target in
            for user in ["a", "b", "c"] { _ = try await target.write([ModelUpdate(user: user, value: 5)]) }
            let entries = try await target.board.command("XRANGE", target.keys.audit, "-", "+").array ?? []
            let id = try #require(entries.dropFirst(2).first?.array?.first?.text)
            try await target.board.command("XDEL", target.keys.audit, id)
            #expect(try await Self.verify(target).seasonDifferences == 1)
            _ = try await target.store.accept(by: target.board.act(), on: target.board.loop)
            let report = try await Self.verify(target)
            #expect(report.isSound && report.seasons.map(\.isReached) == [false], "\(Self.told(report))")
            #expect(try await target.page(ofSeasonIn: 0).map(\.score) == [5, 5, 5])
        }
    }
}
