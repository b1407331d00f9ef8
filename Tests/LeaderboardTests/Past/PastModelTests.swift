import Board
import RedisClient
@testable import TestSupport
import Testing

@testable import Leaderboard

/// Random lives of boards beside a model that remembers each step.
@Suite("A board as it was", .timeLimit(.minutes(5)))
struct PastModelTests {
    @Test("is what it was after each step, whatever happened since: of all ties, with a whole audit and a trimmed one")
    func model() async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        print("boards of the past beside their model: seed \(seed)")
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            for ties in BoardRules.Ties.allCases {
                for ascends in [false, true] {
                    var rules = BoardRules(ties: ties, ascends: ascends, scores: -4...9)
                    rules.increaseMax = 5
                    let name = "past-\(ties)-\(ascends)"
                    try await board.command("SET", BoardKeys(board: name).board, rules.json)
                    var life = RememberedLife(DefinedBoard(board, name, rules, isGiven: false))
                    for _ in 1...150 { try await life.step(using: &random) }
                    let comment = "seed \(seed), \(rules)"
                    for _ in 1...30 { try await life.askWhole(using: &random, comment) }
                    try await life.trim(using: &random)
                    for _ in 1...20 { try await life.askTrimmed(using: &random, comment) }
                }
            }
        }
    }
}

/// A board, its model, and what the model was after each step.
private struct RememberedLife {
    private let board: DefinedBoard
    private var model: BoardModel
    private var moments: [Moment] = []
    private var step = 0
    /// Who was erased at which step, and as what the audit has them.
    private var erasures: [(step: Int, user: String, pseudonym: String)] = []

    private struct Moment {
        /// Milliseconds since 1970.
        let time: Int
        let step: Int
        let rows: [String: BoardModel.Row]
    }

    private static let users = ["a", "b", "c", "d", "e", "f", "g", "h", "user:with.a-longer_name", "Z"]

    init(_ board: DefinedBoard) {
        self.board = board
        model = BoardModel(board.rules)
    }

    mutating func step(using random: inout SeededGenerator) async throws {
        // What happens in a moment is in it, also in one that comes twice, for the machine's clock may be set back.
        let begin = try await board.board.microseconds() / 1000
        moments.removeAll { $0.time >= begin }
        step += 1
        try await act(on: Self.users.randomElement(using: &random) ?? "a", using: &random)
        let end = try await board.board.microseconds() / 1000
        moments.append(Moment(time: end, step: step, rows: model.rows))
    }

    private mutating func act(on user: String, using random: inout SeededGenerator) async throws {
        let (store, id, act, loop) = (try board.store, try UserID(user), try board.board.act(), board.board.loop)
        switch Int.random(in: 0..<20, using: &random) {
        case 0:
            let isHidden = Bool.random(using: &random)
            _ = model.suspend(user, isHidden: isHidden)
            _ =
                isHidden
                ? try await store.hide(id, by: act, on: loop) : try await store.suspend(id, by: act, on: loop)
        case 1, 2:
            _ = model.reinstate(user)
            _ = try await store.reinstate(id, by: act, on: loop)
        case 3:
            model.erase(user)
            let erased = try await store.erase(id, by: act, on: loop)
            erasures.append((step, user, erased.pseudonym))
        case 4, 5:
            guard let seq = model.history[user]?.randomElement(using: &random)?.seq, seq > 0 else { return }
            _ = model.revert(user) { $0.seq == seq }
            _ = try await store.revert(.update(seq: seq), by: act, on: loop)
        case 6:
            guard let seq = model.history[user]?.last(where: \.isReverted)?.seq else { return }
            _ = model.unrevert(user) { $0.seq == seq }
            _ = try await store.unrevert(.updates(.update(seq: seq)), by: act, on: loop)
        default:
            let updates = (1...Int.random(in: 1...6, using: &random)).map { _ in
                ModelUpdate(
                    user: Self.users.randomElement(using: &random) ?? "a",
                    operation: BoardRules.Operator.allCases.randomElement(using: &random),
                    value: Int.random(in: 0...5, using: &random)
                )
            }
            for update in updates { _ = model.write(update) }
            _ = try await board.write(updates)
        }
    }

    /// As the audit names them now.
    private func expected(_ moment: Moment) -> [BoardModel.Standing] {
        let names = moment.rows.map { user, row in
            (erasures.first { $0.user == user && $0.step > moment.step }?.pseudonym ?? user, row)
        }
        return model.standings(of: Dictionary(names) { row, _ in row })
    }

    private func standings(at moment: Int) async throws(PastError) -> PastStandings {
        let store: ScoreStore
        do { store = try board.store } catch { throw .store(.unavailable("\(error)")) }
        return try await store.standings(at: moment, offset: 0, limit: 100, within: .none, on: board.board.loop)
    }

    func askWhole(using random: inout SeededGenerator, _ comment: String) async throws {
        guard let moment = moments.randomElement(using: &random) else { return }
        let past = try await standings(at: moment.time)
        let expected = expected(moment)
        #expect(past.isExact, "\(comment), step \(moment.step)")
        #expect(past.told == expected, "\(comment), step \(moment.step)")
        #expect(past.total == expected.count, "\(comment), step \(moment.step)")
        let page = try await board.store.standings(
            at: moment.time,
            offset: 2,
            limit: 3,
            within: .none,
            on: board.board.loop
        )
        #expect(page.told == Array(expected.dropFirst(2).prefix(3)), "\(comment), step \(moment.step)")
    }

    mutating func trim(using random: inout SeededGenerator) async throws {
        let length = try await board.board.command("XLEN", board.keys.audit).count ?? 0
        let kept = Int.random(in: length / 4...length / 2, using: &random)
        try await board.board.command("XTRIM", board.keys.audit, "MAXLEN", "\(kept)")
    }

    func askTrimmed(using random: inout SeededGenerator, _ comment: String) async throws {
        guard let moment = moments.randomElement(using: &random) else { return }
        let expected = expected(moment)
        let past: PastStandings
        do throws(PastError) { past = try await standings(at: moment.time) } catch {
            guard case .unreachable(.trimmed, let earliest?) = error else { throw error }
            #expect(earliest > moment.time, "\(comment), step \(moment.step)")
            _ = try await standings(at: Int(earliest))
            return
        }
        if past.isExact { #expect(past.told == expected, "\(comment), step \(moment.step)") }
        // Whoever is left out had 0, and the others have what they had.
        let scores = Dictionary(uniqueKeysWithValues: expected.map { ($0.user, $0.score) })
        #expect(past.told.allSatisfy { scores[$0.user] == $0.score }, "\(comment), step \(moment.step)")
        let missing = Set(scores.keys).subtracting(past.told.map(\.user))
        #expect(missing.allSatisfy { scores[$0] == 0 }, "\(comment), step \(moment.step)")
        #expect(missing.count <= past.unknownUsers, "\(comment), step \(moment.step)")
    }
}

extension PastStandings {
    fileprivate var told: [BoardModel.Standing] {
        rows.map { BoardModel.Standing(user: $0.standing.user, score: $0.standing.score, rank: $0.rank) }
    }
}
