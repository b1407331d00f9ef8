@testable import TestSupport
import Board
import Testing

@testable import Leaderboard

@Suite("A revert by a board's rules")
struct RevertOfRulesTests {
    /// What a user did, which of it is taken back (by place, from 1), and what is left; nil: the user leaves the board.
    struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        var rules = BoardRules()
        let updates: [(BoardRules.Operator, Int)]
        let reverted: [Int]
        let left: Int?

        var testDescription: String { what }
    }

    static let cases = [
        Case(what: "of the best run", updates: [(.best, 70), (.best, 90)], reverted: [2], left: 70),
        Case(what: "of a run that is not the best", updates: [(.best, 70), (.best, 90)], reverted: [1], left: 90),
        Case(
            what: "of the fastest run, where the least is best",
            rules: BoardRules(ascends: true),
            updates: [(.best, 90), (.best, 70)],
            reverted: [2],
            left: 90
        ),
        Case(what: "of all runs", updates: [(.best, 70), (.best, 90)], reverted: [1, 2], left: nil),
        Case(what: "of the last value set", updates: [(.set, 70), (.set, 20)], reverted: [2], left: 70),
        Case(what: "of an earlier value", updates: [(.set, 70), (.set, 20)], reverted: [1], left: 20),
        Case(what: "of the only value", updates: [(.set, 0)], reverted: [1], left: nil),
        Case(what: "of a decrease", updates: [(.incr, 70), (.decr, 30)], reverted: [2], left: 70),
        Case(
            what: "of all that was added, where nothing is taken away",
            rules: BoardRules(operators: [.incr]),
            updates: [(.incr, 70), (.incr, 30)],
            reverted: [1, 2],
            left: 0
        ),
        Case(
            what: "of all that was added, where nobody is below 0",
            rules: BoardRules(scores: 0...100),
            updates: [(.incr, 70), (.decr, 30)],
            reverted: [1, 2],
            left: 0
        ),
        Case(
            what: "of all that was added, where others may be below 0",
            updates: [(.incr, 70), (.incr, 30)],
            reverted: [1, 2],
            left: nil
        ),
        Case(
            what: "of an entry with 0, where the least is best",
            rules: BoardRules(ascends: true),
            updates: [(.incr, 0), (.incr, 3)],
            reverted: [2, 1],
            left: nil
        ),
        Case(
            what: "of all but an entry with 0, where the least is best",
            rules: BoardRules(ascends: true),
            updates: [(.incr, 0), (.incr, 3)],
            reverted: [2],
            left: 0
        ),
        Case(
            what: "of what left no room for more, which is not in the audit",
            rules: BoardRules(scores: 0...100, clamps: true),
            updates: [(.incr, 100), (.incr, 50)],
            reverted: [1],
            left: 0
        ),
        Case(
            what: "of a loss that left the next one nothing to take",
            rules: BoardRules(scores: 0...100, clamps: true),
            updates: [(.incr, 30), (.decr, 30), (.decr, 10)],
            reverted: [2],
            left: 30
        ),
        Case(
            what: "of all strokes, where the least is best",
            rules: BoardRules(ascends: true),
            updates: [(.incr, 4), (.incr, 3)],
            reverted: [1, 2],
            left: nil
        ),
        Case(
            what: "of what a bound held",
            rules: BoardRules(scores: 0...100, clamps: true),
            updates: [(.incr, 80), (.incr, 80)],
            reverted: [1],
            left: 80
        ),
        Case(
            what: "of what was spent since",
            rules: BoardRules(scores: 0...100),
            updates: [(.incr, 80), (.decr, 50), (.incr, 5)],
            reverted: [1],
            left: 5
        ),
        Case(
            what: "of one end of the range to the other",
            updates: [(.set, -ScoreRange.limit), (.set, ScoreRange.limit)],
            reverted: [2],
            left: -ScoreRange.limit
        ),
    ]

    @Test(
        "leaves what the other updates make, once, as a preview says, and the audit adds up",
        arguments: RevertOfRulesTests.cases
    )
    func leaves(_ one: Case) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let target = DefinedBoard(board, "b", one.rules, isGiven: false)
            try await board.command("SET", target.keys.board, one.rules.json)
            let (store, act) = (try target.store, try board.act())
            for (operation, value) in one.updates {
                _ = try await target.write([ModelUpdate(user: "alice", operation: operation, value: value)])
            }
            for seq in one.reverted {
                let preview = try await store.revertPreview(.update(seq: seq), on: board.loop)
                #expect(try await store.revert(.update(seq: seq), by: act, on: board.loop) == preview)
                #expect(preview?.updates == 1, "update \(seq)")
            }
            let again = try await store.revert(.update(seq: one.reverted[0]), by: act, on: board.loop)
            #expect(again == Reverted(user: try UserID("alice"), score: one.left))
            #expect(try await store.holding(of: UserID("alice"), on: board.loop).score == one.left)
            let report = try await AuditVerification(store, on: board.loop).run()
            #expect(report.isSound, "\(report.faults) \(report.differences)")
        }
    }
}
