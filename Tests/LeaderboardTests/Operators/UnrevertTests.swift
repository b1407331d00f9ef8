@testable import TestSupport
import Board
import Testing

@testable import Leaderboard

@Suite("An undo of a revert", .timeLimit(.minutes(2)))
struct UnrevertTests {
    @Test("is the score of before, once, as a preview says, and the audit adds up", arguments: RevertOfRulesTests.cases)
    func givesBack(_ one: RevertOfRulesTests.Case) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let target = DefinedBoard(board, "b", one.rules, isGiven: false)
            try await board.command("SET", target.keys.board, one.rules.json)
            let (store, act, alice) = (try target.store, try board.act(), try UserID("alice"))
            for (operation, value) in one.updates {
                _ = try await target.write([ModelUpdate(user: "alice", operation: operation, value: value)])
            }
            let before = try await store.holding(of: alice, on: board.loop).score
            for seq in one.reverted { _ = try await store.revert(.update(seq: seq), by: act, on: board.loop) }
            let all = UnrevertSelection.updates(.updates(of: alice, since: nil, until: nil))
            let preview = try await store.unrevertPreview(all, on: board.loop)
            let returned = try await store.unrevert(all, by: act, on: board.loop)
            #expect(returned == preview && returned?.updates == one.reverted.count)
            #expect(try await store.holding(of: alice, on: board.loop).score == before)
            #expect(try await store.unrevert(all, by: act, on: board.loop) == Reverted(user: alice, score: before))
            let report = try await AuditVerification(store, on: board.loop).run()
            #expect(report.isSound, "\(report.faults) \(report.differences)")
        }
    }

    @Test("of a revert is none of a later one that took the same")
    func later() async throws {
        try await withBoard { board in
            let (store, act, loop) = (board.store, try board.act(), board.loop)
            _ = try await board.applied("alice", 5)
            func revert() async throws -> Int {
                _ = try await store.revert(.update(seq: 1), by: act, on: loop)
                return try #require(try await board.audit().last?.seq)
            }
            let first = try await revert()
            #expect(try await store.unrevert(.reverts([first]), by: act, on: loop)?.updates == 1)
            let second = try await revert()
            #expect(try await store.unrevert(.reverts([first]), by: act, on: loop)?.updates == 0)
            #expect(try await store.unrevert(.reverts([first, second]), by: act, on: loop)?.updates == 1)
        }
    }

    /// What is done, by whom; and the order that comes of it.
    struct Ties: Sendable, CustomTestStringConvertible {
        let what: String
        let steps: [Step]
        let order: String

        enum Step: Sendable {
            case add(String, Int)
            case revert(seq: Int)
            case unrevert(seq: Int)
            case suspend(String)
            case reinstate(String)
        }

        var testDescription: String { what }

        static let all = [
            Ties(
                what: "the place of before, ahead of who came since",
                steps: [.add("ada", 10), .add("bob", 10), .revert(seq: 1), .unrevert(seq: 1)],
                order: "ada bob"
            ),
            Ties(
                what: "and of who came while the score was free, and has no stamp",
                steps: [.add("ada", 10), .revert(seq: 1), .add("bob", 10), .add("cid", 10), .unrevert(seq: 1)],
                order: "ada bob cid"
            ),
            Ties(
                what: "behind who was there before",
                steps: [.add("bob", 10), .add("ada", 10), .revert(seq: 2), .add("cid", 10), .unrevert(seq: 2)],
                order: "bob ada cid"
            ),
            Ties(
                what: "and behind who had no stamp then, when all have left since but one who came back",
                steps: [
                    .add("ada", 10), .revert(seq: 1), .add("bob", 10), .suspend("bob"), .unrevert(seq: 1),
                    .reinstate("bob"),
                ],
                order: "ada bob"
            ),
            Ties(
                what: "of what was added since",
                steps: [
                    .add("ada", 4), .add("ada", 1), .revert(seq: 1), .add("bob", 10), .add("ada", 5), .unrevert(seq: 1),
                ],
                order: "bob ada"
            ),
            Ties(
                what: "of who is suspended meanwhile",
                steps: [
                    .add("ada", 10), .add("bob", 10), .revert(seq: 1), .suspend("ada"), .unrevert(seq: 1),
                    .reinstate("ada"),
                ],
                order: "ada bob"
            ),
        ]
    }

    @Test("is the place of before among equals", arguments: Ties.all, [BoardRules.Ties.first, .last])
    func ties(_ one: Ties, ties: BoardRules.Ties) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            for ascends in [false, true] {
                let rules = BoardRules(ties: ties, ascends: ascends)
                let target = DefinedBoard(board, "b\(ascends)", rules, isGiven: false)
                try await board.command("SET", target.keys.board, rules.json)
                let (store, act, loop) = (try target.store, try board.act(), board.loop)
                for step in one.steps {
                    switch step {
                    case .add(let user, let value):
                        _ = try await target.write([ModelUpdate(user: user, operation: .incr, value: value)])
                    case .revert(let seq): _ = try await store.revert(.update(seq: seq), by: act, on: loop)
                    case .unrevert(let seq):
                        let returned = try await store.unrevert(.updates(.update(seq: seq)), by: act, on: loop)
                        #expect(returned?.updates == 1 && returned?.score == 10)
                    case .suspend(let user): _ = try await store.suspend(UserID(user), by: act, on: loop)
                    case .reinstate(let user): _ = try await store.reinstate(UserID(user), by: act, on: loop)
                    }
                }
                let page = try await target.rows("page", "0", "10").filter { $0.score == 10 }.map(\.user)
                let order = one.order.split(separator: " ").map(String.init)
                #expect(page == (ties == .first ? order : order.reversed()), "ascends: \(ascends)")
                let report = try await AuditVerification(store, on: loop).run()
                #expect(report.isSound, "\(report.faults) \(report.differences)")
            }
        }
    }

    @Test("of whole reverts, or of what there is none; its entry names them, and marks go, also in a backup")
    func reverts() async throws {
        try await withBoard { board in
            for _ in 1...4 { _ = try await board.applied("alice", 5) }
            _ = try await board.applied("bob", 1)
            let (store, act, loop, alice) = (board.store, try board.act(), board.loop, try UserID("alice"))
            _ = try await board.revert(.update(seq: 2))
            _ = try await board.revert(.updates(of: alice, since: nil, until: nil))
            let revert = try #require(try await board.audit().last?.seq)
            for none in [
                UnrevertSelection.reverts([2]), .reverts([99]), .reverts([revert, 5]), .updates(.update(seq: 99)),
            ] {
                #expect(try await store.unrevert(none, by: act, on: loop) == nil)
                #expect(try await store.unrevertPreview(none, on: loop) == nil)
            }
            let returned = try await store.unrevert(.reverts([revert]), by: act, on: loop)
            #expect(returned == Reverted(user: alice, updates: 3, points: 15, score: 15))
            let audit = try await board.audit()
            let entry = try #require(audit.last)
            #expect(entry.isUnrevert && entry.returns == [1, 3, 4] && entry.reverts.isEmpty && entry.malformed.isEmpty)
            #expect(try await store.reverted(among: audit, on: loop) == [audit[1].id])
            let file = try await board.backup()
            try await withBoard { other in
                _ = try await other.restore(file)
                let audit = try await other.audit()
                #expect(try await other.store.reverted(among: audit, on: other.loop) == [audit[1].id])
                #expect(try await other.verify().isSound)
            }
            // Taken back once more, and it counts once more.
            #expect(try await board.revert(.update(seq: 1))?.score == 10)
            let one = UnrevertSelection.updates(.update(seq: 1))
            #expect(try await store.unrevert(one, by: act, on: loop)?.score == 15)
        }
    }

    @Test("brings back what was taken, where another service had taken some of it before")
    func foreign() async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 10)
            _ = try await board.applied("alice", 40)
            try await board.command("ZINCRBY", board.keys.scores, "-30", "alice")
            #expect(
                try await board.revert(.update(seq: 2))
                    == Reverted(user: try UserID("alice"), updates: 1, points: 10, score: 10)
            )
            let one = UnrevertSelection.updates(.update(seq: 2))
            let preview = try await board.store.unrevertPreview(one, on: board.loop)
            let returned = try await board.store.unrevert(one, by: board.act(), on: board.loop)
            #expect(returned == preview && returned?.points == 10 && returned?.score == 20)
        }
    }

    @Test("is whole of more updates than one step has")
    func many() async throws {
        try await withBoard { board in
            for _ in 1...1100 { _ = try await board.applied("alice", 1) }
            let all = RevertSelection.updates(of: try UserID("alice"), since: nil, until: nil)
            #expect(try await board.revert(all)?.score == 0)
            let returned = try await board.store.unrevert(.updates(all), by: board.act(), on: board.loop)
            #expect(returned == Reverted(user: try UserID("alice"), updates: 1100, points: 1100, score: 1100))
            #expect(try await board.audit().filter(\.isUnrevert).count == 3)
        }
    }
}
