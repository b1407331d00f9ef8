@testable import TestSupport
import Board
import Foundation
import NIOCore
import RedisClient
import Testing

@testable import Leaderboard

@Suite("Segments and totals", .timeLimit(.minutes(3)))
struct SegmentActsTests {
    private static let user = "ada"

    /// All that changes a score, or who is on the board.
    enum Act: String, CaseIterable {
        case increase, decrease, set, betterBest, failingBest, move, leave, suspension, reinstatement, revert,
            revertOfAll
        case erasure, rebuild, adoption, foreignScore, restore
    }

    @Test(
        "follow whatever changes a score, in the same call",
        arguments: Act.allCases,
        [BoardOrder.Ties.id, .dense, .first]
    )
    func acts(_ act: Act, ties: BoardOrder.Ties) async throws {
        try await withBoard { board in
            var target = try await SegmentedBoard(board, ties)
            for (user, value) in [("ada", 5), ("bob", 5), ("cyd", 7), ("dan", -3)] {
                _ = try await target.write(user, .set, value, ["country:de", "team:d"])
            }
            _ = try await target.write("eve", .set, 5, ["team:DE"])
            try await target.expectExact("before")
            try await perform(act, on: &target)
            try await target.expectExact("\(act)")
            // Whatever it did, the next update goes on from there.
            _ = try await target.write("ada", .incr, 1, ["country:de.x"])
            _ = try await target.write("bob", .decr, 4)
            try await target.expectExact("\(act), and updates")
        }
    }

    private func perform(_ act: Act, on target: inout SegmentedBoard) async throws {
        let (user, loop, store) = try (UserID(Self.user), target.board.loop, target.store)
        let operatorAct = try target.board.act()
        switch act {
        case .increase: _ = try await target.write(Self.user, .incr, 2)
        case .decrease: _ = try await target.write(Self.user, .decr, 9)
        case .set: _ = try await target.write(Self.user, .set, 7)
        case .betterBest: _ = try await target.write(Self.user, .best, 8)
        case .failingBest:
            let outcome = try await target.write(Self.user, .best, 1, ["team:1"])
            guard case .applied(let applied) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
            #expect(applied.score == 5 && applied.isChange)
        case .move: _ = try await target.write(Self.user, .incr, 0, ["country:de-x", "team:DE"])
        case .leave: _ = try await target.write(Self.user, .incr, 1, ["team:"])
        case .suspension: _ = try await store.suspend(user, by: operatorAct, on: loop)
        case .reinstatement:
            _ = try await store.suspend(user, by: operatorAct, on: loop)
            _ = try await store.reinstate(user, by: operatorAct, on: loop)
        case .revert:
            _ = try await target.write(Self.user, .set, 9)
            let selection = RevertSelection.update(seq: 6)
            #expect(try await store.revert(selection, by: operatorAct, on: loop)?.score == 5)
        case .revertOfAll:
            let selection = RevertSelection.updates(of: user, since: nil, until: nil)
            #expect(try await store.revert(selection, by: operatorAct, on: loop)?.score == nil)
        case .erasure:
            _ = try await store.erase(user, by: operatorAct, on: loop)
            target.segments[Self.user] = nil
            let keys = store.keys.segments(of: store.board.definition.segments.kinds[0])
            #expect(try await target.board.command("HGET", keys.users, Self.user) == .null)
        case .rebuild:
            // The score is lost, and comes back from the audit.
            let held = try await target.board.command("ZRANGE", store.keys.scores, "0", "-1").array ?? []
            let member = try #require(held.compactMap(\.text).first { $0.hasSuffix(Self.user) })
            try await target.board.command("ZREM", store.keys.scores, member)
            let report = try await AuditVerification(store, on: loop).run()
            #expect(try await store.rebuild(report, by: operatorAct, on: loop) == 1)
        case .adoption where store.board.definition.ties == .id:
            try await target.board.command("ZADD", store.keys.withheld, "5", Self.user)
            let report = try await AuditVerification(store, on: loop).run()
            try await store.adopt(Adoption(report), by: operatorAct, on: loop)
        case .foreignScore where store.board.definition.ties == .id:
            // It counts in the segments from the user's next change on.
            try await target.board.command("ZINCRBY", store.keys.scores, "3", Self.user)
            _ = try await target.write(Self.user, .incr, 1)
        case .adoption, .foreignScore: break
        case .restore:
            var lines: [String] = []
            _ = try await store.backup(on: loop) { bytes, beginsAnew in
                if beginsAnew { lines = [] }
                lines += String(buffer: bytes).split(separator: "\n").map(String.init)
            }
            #expect(lines.contains(#"{"type":"segments","user":"eve","segments":["team:DE"]}"#))
            let before = target.segments
            _ = try await target.write("fay", .set, 100, ["country:de", "team:d"])
            _ = try await target.write(Self.user, .set, 100, ["country:d", "team:1"])
            _ = try await store.restore(backupLines(lines), by: operatorAct, on: loop)
            target.segments = before
        }
    }

    @Test(
        "are what the board's users come to, whatever happens in whichever order",
        arguments: BoardOrder.Ties.allCases,
        [false, true]
    )
    func model(ties: BoardOrder.Ties, ascends: Bool) async throws {
        try await withBoard { board in
            var target = try await SegmentedBoard(board, ties, ascends: ascends)
            var random = SeededGenerator(seed: ascends ? 7 : 8)
            let users = (0..<6).map { "user\($0)" }
            for step in 0..<150 {
                let user = try #require(users.randomElement(using: &random))
                let act = try target.board.act()
                switch Int.random(in: 0..<10, using: &random) {
                case 0: _ = try await target.store.suspend(UserID(user), by: act, on: board.loop)
                case 1, 2: _ = try await target.store.reinstate(UserID(user), by: act, on: board.loop)
                case 3:
                    let selection = RevertSelection.update(seq: Int.random(in: 1...(step + 1), using: &random))
                    _ = try await target.store.revert(selection, by: act, on: board.loop)
                default:
                    var named: [String]?
                    if Bool.random(using: &random) {
                        let value = try #require((SegmentedBoard.values + [""]).randomElement(using: &random))
                        named = [Bool.random(using: &random) ? "country:\(value)" : "team:\(value)"]
                    }
                    let operation = try #require(BoardDefinition.Operator.allCases.randomElement(using: &random))
                    _ = try await target.write(user, operation, Int.random(in: 0...3, using: &random), named)
                }
                if step.isMultiple(of: 10) { try await target.expectExact("step \(step)") }
            }
            try await target.expectExact("the end")
        }
    }

    @Test("are exact where a total is beyond what a score may be, and when it comes back")
    func greatTotals() async throws {
        try await withBoard { board in
            var target = try await SegmentedBoard(board, .id)
            let (limit, kind) = (ScoreRange.limit, try #require(SegmentKind("team")))
            for user in ["a", "b", "c"] { _ = try await target.write(user, .set, limit, ["team:red"]) }
            func total() async throws -> Int? {
                try await target.store.totals(of: kind, .page(offset: 0), limit: 1, on: board.loop)?.rows.first?.total
            }
            #expect(try await total() == limit)
            _ = try await target.write("b", .set, 2)
            _ = try await target.write("c", .set, -limit)
            #expect(try await total() == 2)
            _ = try await target.write("a", .set, -limit)
            #expect(try await total() == -limit)
            _ = try await target.write("c", .set, limit - 1)
            #expect(try await total() == 1)
        }
    }

    @Test("of a kind that is taken away go, and begin empty when it comes again; those that stay, stay")
    func kinds() async throws {
        try await withBoard { board in
            var target = try await SegmentedBoard(board, .first)
            _ = try await target.write("ada", .set, 5, ["country:de", "team:d"])
            let catalogue = Catalogue(board.store.functions, maximumBoards: 10)
            let (name, old) = (DefinitionName.board(target.store.board.id), target.store.board.definition)
            var without = old
            without.segments.kinds.removeLast()
            without.segments.totals = []
            let gone = target.store.keys.segments(of: try #require(SegmentKind("team")))
            let first = try await catalogue.store(without, as: name, inPlaceOf: .stored(old), on: board.loop)
            guard case .stored(let stored) = first else { return _ = Issue.record("not stored: \(first)") }
            for key in gone.all { #expect(try await board.command("EXISTS", key).integer == 0) }
            var summed = stored
            summed.segments.totals = Set(stored.segments.kinds)
            #expect(
                try await catalogue.store(summed, as: name, inPlaceOf: .stored(stored), on: board.loop)
                    == .fixed(member: "totals")
            )
            let second = try await catalogue.store(old, as: name, inPlaceOf: .stored(stored), on: board.loop)
            guard case .stored(let again) = second else { return _ = Issue.record("not stored again: \(second)") }
            let store = ScoreStore(board.store.functions, target.store.board.id, again)
            let kind = try #require(SegmentKind("team"))
            #expect(try await store.totals(of: kind, .page(offset: 0), limit: 9, on: board.loop)?.rows == [])
            let view = BoardView.segment(try #require(Segment("country:de")))
            #expect(try await store.rows(.page(offset: 0), limit: 9, in: view, on: board.loop)?.ranks == [1])
            #expect(try await AuditVerification(store, on: board.loop).run().hasSoundSegments, "as it is to be")
            // Who still goes by the old definition is told so before anything is written.
            await #expect(throws: ScoreStoreError.self) {
                _ = try await ScoreStore(board.store.functions, store.board.id, stored)
                    .suspend(UserID("ada"), by: board.act(), on: board.loop)
            }
            let held = try await catalogue.held(.board(store.board.id), on: board.loop)
            await #expect(throws: SegmentsFixTies.self) {
                _ = try await catalogue.tiesPreview(of: store.board.id, held, to: .last, on: board.loop)
            }
            await #expect(throws: SegmentsFixTies.self) {
                _ = try await catalogue.changeTies(of: store.board.id, to: .last, by: board.act(), on: board.loop)
            }
        }
    }

    /// Files in which the board's scores are not moved, or not those of the board, and why.
    private static let exempt = [
        "moves.lua": "how to move", "windows.lua": "seasons", "change_ties.lua": "refused",
        "update.lua": "as another service", "grant.lua": "as another service",
        "loading.lua": "how keys are put in place",
        "freeze.lua": "what is shown", "rebuild_season.lua": "seasons", "set_aside.lua": "members that are no users",
        "aside.lua": "scores that are kept: write.lua tells segments",
    ]

    @Test("are thought of in each file of functions that moves users on the board")
    func writers() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/Leaderboard/Functions").standardizedFileURL
        let movers = [
            "take_away(", "put_back(", "move(", "write_moves(", "place_at(", "move_withheld(", "'ZINCRBY'",
            "put_in_place(",
        ]
        var found: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                .filter { !$0.drop { $0 == " " }.hasPrefix("--") }.joined(separator: "\n")
                .replacing("table.remove(", with: "")
            guard movers.contains(where: lines.contains), Self.exempt[file.lastPathComponent] == nil else { continue }
            found.insert(file.lastPathComponent)
            #expect(lines.contains("segments."), "\(file.lastPathComponent) moves users, and no segment follows")
        }
        let known = ["write", "suspend", "revert", "erase", "adopt", "rebuild", "restore"].map { "\($0).lua" }
        #expect(found.isSuperset(of: known))
    }
}
