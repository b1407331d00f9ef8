import Board
import RedisClient
@testable import TestSupport
import Testing

@testable import Leaderboard

/// Random lives of boards of every kind, step by step beside a model.
@Suite("A board of any definition", .timeLimit(.minutes(5)))
struct BoardModelTests {
    fileprivate static let users = ["a", "b", "c", "d", "e", "f", "g", "h", "user:with.a-longer_name", "Z"]

    @Test(
        "is what the model says: outcomes, pages, ranks, reverts, users who return to their places; and is rebuilt from its audit"
    )
    func model() async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        print("boards beside their model: seed \(seed)")
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            for ties in BoardRules.Ties.allCases {
                for ascends in [false, true] {
                    for clamps in [false, true] {
                        var rules = BoardRules(ties: ties, ascends: ascends, scores: -4...9, clamps: clamps)
                        rules.increaseMax = 5
                        rules.holds = Bool.random(using: &random)
                        rules.operators.shuffle(using: &random)
                        if Bool.random(using: &random) { rules.operators.removeLast() }
                        let name = "\(ties)-\(ascends)-\(clamps)"
                        try await board.command("SET", BoardKeys(board: name).name("board"), rules.json)
                        var life = BoardLife(DefinedBoard(board, name, rules, isGiven: false))
                        for step in 1...60 {
                            try await life.step(Self.users, using: &random, "seed \(seed), \(rules), step \(step)")
                        }
                        try await life.loseAndRebuild(Self.users, "seed \(seed), \(rules)")
                    }
                }
            }
        }
    }
}

/// The same with windows that end: an update counts in the running season of each.
@Suite("A board with windows", .timeLimit(.minutes(5)))
struct WindowedBoardModelTests {
    @Test(
        "is what the model says in each season, of those that are over too: updates, suspensions, erasures, reverts, and seasons that end"
    )
    func model() async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        print("boards with windows beside their model: seed \(seed)")
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            for ties in BoardRules.Ties.allCases {
                for ascends in [false, true] {
                    for clamps in [false, true] {
                        var rules = BoardRules(ties: ties, ascends: ascends, clamps: clamps)
                        if clamps { rules.scores = -4...9 }
                        rules.increaseMax = 5
                        rules.windows = Int.random(in: 1...4, using: &random)
                        rules.holds = Bool.random(using: &random)
                        rules.operators.shuffle(using: &random)
                        let name = "windows-\(ties)-\(ascends)-\(clamps)"
                        try await board.command("SET", BoardKeys(board: name).board, rules.json)
                        var life = BoardLife(DefinedBoard(board, name, rules, isGiven: false))
                        for step in 1...60 {
                            let comment = "seed \(seed), \(rules), step \(step)"
                            if Int.random(in: 0..<8, using: &random) == 0 { try await life.endSeason(using: &random) }
                            try await life.step(BoardModelTests.users, using: &random, comment)
                            try await life.compareSeasons(comment)
                        }
                        try await life.loseAndRebuild(BoardModelTests.users, "seed \(seed), \(rules)")
                    }
                }
            }
        }
    }
}

/// A board and its model, which live through the same.
private struct BoardLife {
    var board: DefinedBoard
    var model: BoardModel
    /// As the board was when a season of the window ended, in their order.
    private var ended: [(board: DefinedBoard, window: Int)] = []

    init(_ board: DefinedBoard) {
        self.board = board
        model = BoardModel(board.rules)
    }

    mutating func step(_ users: [String], using random: inout SeededGenerator, _ comment: String) async throws {
        let user = users.randomElement(using: &random) ?? "a"
        switch Int.random(in: 0..<20, using: &random) {
        case 0, 1:
            let isHidden = Bool.random(using: &random)
            let expected = model.suspend(user, isHidden: isHidden)
            #expect(try await setSuspended(true, isHidden: isHidden, user) == expected, "\(comment)")
        case 2, 3:
            // To show somebody again who is not hidden changes nothing.
            let isOther = Bool.random(using: &random) && model.isSuspendedAlone(user)
            let expected = isOther ? "unchanged" : model.reinstate(user)
            #expect(try await setSuspended(false, isHidden: isOther, user) == expected, "\(comment)")
        case 4:
            model.erase(user)
            _ = try await board.store.erase(UserID(user), by: board.board.act(), on: board.board.loop)
        case 5, 6: try await revert(user, using: &random, comment)
        case 7: try await unrevert(user, using: &random, comment)
        case 13...15 where !model.waiting.isEmpty: try await review(using: &random, comment)
        case 8...12:
            try await write([update(users, using: &random)], comment)
        default:
            let size = Int.random(in: 1...64, using: &random)
            try await write((1...size).map { _ in update(users, using: &random) }, comment)
        }
        try await compare(user, using: &random, comment)
    }

    private func setSuspended(_ isSuspended: Bool, isHidden: Bool, _ user: String) async throws -> String {
        let (store, user, act, loop) = (try board.store, try UserID(user), try board.board.act(), board.board.loop)
        let isDone =
            switch (isSuspended, isHidden) {
            case (true, true): try await store.hide(user, by: act, on: loop)
            case (true, false): try await store.suspend(user, by: act, on: loop)
            case (false, true): try await store.unhide(user, by: act, on: loop)
            case (false, false): try await store.reinstate(user, by: act, on: loop)
            }
        return isDone.hasChanged ? "done" : "unchanged"
    }

    /// Of a window.
    mutating func endSeason(using random: inout SeededGenerator) async throws {
        let window = Int.random(in: 0..<board.rules.windows, using: &random)
        ended.append((board, window))
        try await board.endSeason(window, at: board.board.microseconds())
        model.endSeason(window)
    }

    func compareSeasons(_ comment: String) async throws {
        let held = model.running.map { (board, $0) } + ended
        for ((board, window), season) in zip(held, model.seasons) {
            let (page, expected) = (try await board.page(ofSeasonIn: window), model.standings(of: season.rows))
            guard page == expected else {
                Issue.record("\(comment): season \(board.seasons[window]) of \(window) is \(page), not \(expected)")
                throw NotTheModel()
            }
            for user in model.hidden {
                let own = model.ownStandings(of: user, in: season)
                try await compareOwn(user, board.hiddenPlace(of: user, 3, inSeasonOf: window), own, 3, comment)
            }
        }
    }

    /// What a hidden user sees of themself.
    private func compareOwn(
        _ user: String,
        _ found: [Int],
        _ all: [BoardModel.Standing],
        _ limit: Int,
        _ comment: String
    ) throws {
        let expected = all.firstIndex { $0.user == user }.map { place in
            let row = all[place]
            let worse = all.count { board.rules.isBetter(row.score, than: $0.score) }
            let equal = all.count { $0.score == row.score }
            let around = window(of: all, at: place, limit).flatMap { [$0.score, $0.rank, $0.user == user ? 1 : 0] }
            return [all.count, row.score, row.rank, worse, equal] + around
        }
        guard found != expected ?? [] else { return }
        Issue.record("\(comment): \(user) is hidden and sees \(found), not \(expected ?? []) of \(all)")
        throw NotTheModel()
    }

    private mutating func revert(
        _ user: String,
        using random: inout SeededGenerator,
        _ comment: String
    ) async throws {
        let (seq, isOne) = (model.history[user]?.randomElement(using: &random)?.seq ?? 0, Bool.random(using: &random))
        guard seq > 0 else { return }
        let id = try UserID(user)
        let meant: RevertSelection = isOne ? .update(seq: seq) : .updates(of: id, since: nil, until: nil)
        let before = model.score(of: user)
        let count = model.revert(user) { !isOne || $0.seq == seq }
        let after = model.score(of: user)
        let (store, loop) = (try board.store, board.board.loop)
        let preview = try await store.revertPreview(meant, on: loop)
        let reverted = try await store.revert(meant, by: board.board.act(), on: loop)
        var expected = Reverted(
            user: id,
            updates: count,
            points: count > 0 ? (before ?? 0) - (after ?? 0) : 0,
            score: after
        )
        // Which seasons it names is held elsewhere; what is in them, after each step.
        expected.finalSeasons = preview?.finalSeasons ?? []
        #expect(reverted == expected, "\(comment): \(user), \(meant)")
        #expect(preview == expected, "\(comment): \(user), \(meant), before it was done")
        let again = try await store.revert(meant, by: board.board.act(), on: loop)
        #expect(again == Reverted(user: id, score: after), "\(comment): once more")
    }

    private mutating func unrevert(
        _ user: String,
        using random: inout SeededGenerator,
        _ comment: String
    ) async throws {
        let taken = (model.history[user] ?? []).filter(\.isReverted)
        guard let one = taken.randomElement(using: &random) else { return }
        let id = try UserID(user)
        let (meant, seqs): (UnrevertSelection, Set<Int>) =
            switch Int.random(in: 0..<3, using: &random) {
            case 0: (.updates(.update(seq: one.seq)), [one.seq])
            case 1: (.updates(.updates(of: id, since: nil, until: nil)), Set(taken.map(\.seq)))
            default: (.reverts([one.revertedBy]), Set(taken.filter { $0.revertedBy == one.revertedBy }.map(\.seq)))
            }
        let before = model.score(of: user)
        let count = model.unrevert(user) { seqs.contains($0.seq) }
        let after = model.score(of: user)
        let (store, loop) = (try board.store, board.board.loop)
        let preview = try await store.unrevertPreview(meant, on: loop)
        let returned = try await store.unrevert(meant, by: board.board.act(), on: loop)
        var expected = Reverted(user: id, updates: count, points: (after ?? 0) - (before ?? 0), score: after)
        expected.finalSeasons = preview?.finalSeasons ?? []
        #expect(returned == expected, "\(comment): \(user), \(meant)")
        #expect(preview == expected, "\(comment): \(user), \(meant), before it was done")
        let again = try await store.unrevert(meant, by: board.board.act(), on: loop)
        #expect(again == Reverted(user: id, score: after), "\(comment): once more")
    }

    private mutating func review(using random: inout SeededGenerator, _ comment: String) async throws {
        let (store, loop, act) = (try board.store, board.board.loop, try board.board.act())
        let held = try await store.held(limit: 1000, on: loop).entries
        #expect(held.map(\.user.rawValue) == model.waiting.map(\.user), "\(comment): who waits")
        guard held.count == model.waiting.count, let place = held.indices.randomElement(using: &random) else {
            throw NotTheModel()
        }
        guard Int.random(in: 0..<4, using: &random) > 0 else {
            model.reject(place)
            #expect(try await store.review(held[place], .reject, by: act, on: loop) == .rejected, "\(comment)")
            return
        }
        let user = held[place].user.rawValue
        let before = model.score(of: user)
        let expected = model.release(place)
        let preview = try await store.releasePreview(held[place], on: loop)
        let reviewed = try await store.review(held[place], .release, by: act, on: loop)
        let what = "\(comment): \(held[place]) is released to \(model.score(of: user) ?? 0)"
        switch reviewed {
        case .released(let released):
            let after = model.score(of: user) ?? 0
            #expect(expected == "done" && released.score == after, "\(what)")
            #expect(released.points == after - (before ?? 0), "\(what)")
            #expect(preview == reviewed, "\(what), before it was done")
            #expect(try await store.review(held[place], .release, by: act, on: loop) == .gone, "\(what), once more")
        case .suspended: #expect(expected == "suspended" && preview == reviewed, "\(what)")
        // (A preview asks for the board alone.)
        case .scoreLimit: #expect(expected == "score_limit", "\(what)")
        case .rejected, .counted, .gone: Issue.record("\(what): \(reviewed)")
        }
    }

    /// The audit tells the board, and makes it anew, whatever is lost of it: users have their scores and places.
    mutating func loseAndRebuild(_ users: [String], _ comment: String) async throws {
        let (store, loop, keys) = (try board.store, board.board.loop, board.keys)
        for lost in [[], [keys.scores], [keys.at], [keys.scores, keys.withheld, keys.at], [keys.suspended]] {
            for key in lost { try await board.board.command("DEL", key) }
            let report = try await AuditVerification(store, on: loop).run()
            if lost.isEmpty { #expect(report.isSound, "\(comment): \(report)") }
            _ = try await store.repair(report, with: nil, by: board.board.act(), on: loop)
            let after = try await AuditVerification(store, on: loop).run()
            #expect(after.isSound, "\(comment), \(lost) lost: \(after)")
            let page = try await board.rows("page", "0", "100")
            #expect(page == model.standings, "\(comment), \(lost) lost: the board is \(page), not \(model.standings)")
        }
        #expect(
            try await store.hiddenUsers(of: store.keys, on: loop) == model.hidden.subtracting(model.erasedHidden),
            "\(comment)"
        )
        for user in users where model.reinstate(user) == "done" { _ = try await board.operate("reinstate", on: user) }
        #expect(try await board.rows("page", "0", "100") == model.standings, "\(comment): all are back")
    }

    private func update(_ users: [String], using random: inout SeededGenerator) -> ModelUpdate {
        var update = ModelUpdate(
            user: users.randomElement(using: &random) ?? "a",
            operation: BoardRules.Operator.allCases.randomElement(using: &random),
            value: Int.random(in: -2...6, using: &random)
        )
        if Int.random(in: 0..<5, using: &random) == 0 { update.operation = nil }
        update.isRanked = Int.random(in: 0..<4, using: &random) == 0
        if Int.random(in: 0..<6, using: &random) == 0 { update.key = "k\(Int.random(in: 0..<6, using: &random))" }
        if board.rules.holds { update.isHeld = Int.random(in: 0..<8, using: &random) == 0 }
        if Int.random(in: 0..<12, using: &random) == 0 { update.grant = "g\(Int.random(in: 0..<40, using: &random))" }
        return update
    }

    private mutating func write(_ updates: [ModelUpdate], _ comment: String) async throws {
        let expected = updates.map { model.write($0) }
        let outcomes = try await board.outcomes(updates)
        guard outcomes != expected else { return }
        let place = zip(outcomes, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
        Issue.record(
            "\(comment): \(updates[place]) is \(outcomes[place]), not \(expected[place]) (\(place) of \(updates.count))"
        )
        throw NotTheModel()
    }

    private func compare(_ user: String, using random: inout SeededGenerator, _ comment: String) async throws {
        let all = model.standings
        let page = try await board.rows("page", "0", "100")
        guard page == all else {
            Issue.record("\(comment): the board is \(page), not \(all)")
            throw NotTheModel()
        }
        let offset = Int.random(in: 0...9, using: &random)
        #expect(try await board.rows("page", "\(offset)", "3") == Array(all.dropFirst(offset).prefix(3)), "\(comment)")

        for user in Self.others + [user] {
            let limit = Int.random(in: 0...5, using: &random)
            let own = try await board.hiddenPlace(of: user, limit)
            try compareOwn(user, own, model.ownStandings(of: user), limit, comment)
        }

        let place = all.firstIndex { $0.user == user }
        let around = place.map { window(of: all, at: $0, 5) } ?? []
        #expect(try await board.rows("around", user, "5") == around, "\(comment): around \(user)")
        let told = try await board.read("users", user, "nobody")
        #expect(told.count == 7 && told[5].text == "" && told[6].text == "", "\(comment)")
        #expect(
            told[3].integer == place.map { all[$0].score } && told[4].integer == place.map { all[$0].rank },
            "\(comment)"
        )

        let alone = try await board.read("place", user).dropFirst(3).map(\.integer)
        let expected = place.map { place in
            let row = all[place]
            let worse = all.count { board.rules.isBetter(row.score, than: $0.score) }
            return [row.score, row.rank, worse, all.count { $0.score == row.score }]
        }
        #expect(alone == expected ?? [], "\(comment): the place of \(user)")

        let score = Int.random(in: -5...10, using: &random)
        let better = all.filter { board.rules.isBetter($0.score, than: score) }
        #expect(
            try await board.rows("around_score", "\(score)", "4") == window(of: all, at: better.count, 4),
            "\(comment)"
        )
        let equal = all.count { $0.score == score }
        let percentile = try await board.read("percentile", "\(score)").dropFirst(3).map(\.integer)
        #expect(percentile == [all.count - better.count - equal, equal], "\(comment)")
        let count = try await board.read("count", "\(score)", "\(score + 3)").last?.integer
        #expect(count == all.count { (score...score + 3).contains($0.score) }, "\(comment)")
    }

    /// Some users who are looked at after each step.
    private static let others = ["a", "b", "nobody"]

    private func window(of all: [BoardModel.Standing], at place: Int, _ limit: Int) -> [BoardModel.Standing] {
        let first = max(0, min(place - limit / 2, all.count - limit))
        return Array(all.dropFirst(first).prefix(limit))
    }
}

private struct NotTheModel: Error {}
