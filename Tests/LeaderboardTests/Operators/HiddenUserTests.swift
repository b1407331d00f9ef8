import Board
import TestSupport
import Testing

@testable import Leaderboard

@Suite("A hidden user of a board")
struct HiddenUserTests {
    @Test("stays hidden and goes on scoring after a restore, a rebuild, a change of ties and an erasure")
    func keeping() async throws {
        try await withBoard { one in
            let board = LivingBoard(one, try BoardID("kept"))
            try await board.define(.test(.first))
            for user in ["ada", "bob", "cat"] { try await board.update(user, .set, 5) }
            let bob = try UserID("bob")
            _ = try await board.store().hide(bob, by: one.act(), on: one.loop)
            try await board.setSuspended(true, "cat")
            try await board.update("bob", .incr, 2)
            let lines = try await board.backup()
            #expect(lines.contains { $0.contains(#"{"type":"suspended","user":"bob","hidden":true}"#) })
            #expect(lines.contains { $0.contains(#"{"type":"suspended","user":"cat"}"#) })
            try await board.update("bob", .incr, 10)
            try await board.restore(lines)
            try await check(board, one, 7)
            // Over a board on which he is not.
            _ = try await board.store().unhide(bob, by: one.act(), on: one.loop)
            try await board.restore(lines)
            try await check(board, one, 7)
            let rows = try await board.store().exportRows(of: nil, withMetadata: false, on: one.loop).rows
            #expect(rows.map(\.user) == ["ada"])

            // The set is damaged: the audit tells who is hidden, and who is suspended.
            for lost in [["hidden bob"], ["bob", "hidden bob"]] {
                for member in lost { try await one.command("SREM", board.store().keys.suspended, member) }
                let report = try await AuditVerification(board.store(), on: one.loop).run()
                #expect(report.differences.map(\.user) == [bob] && report.differences[0].hasWrongSuspension, "\(lost)")
                _ = try await board.store().repair(report, with: nil, by: one.act(), on: one.loop)
                try await check(board, one, 7)
            }
            try await board.change(to: .last)
            try await check(board, one, 7)
            _ = try await board.store().unhide(bob, by: one.act(), on: one.loop)
            #expect(try await board.rows() == ["bob 7 1", "ada 5 2"])
            _ = try await board.store().hide(bob, by: one.act(), on: one.loop)
            _ = try await board.store().erase(bob, by: one.act(), on: one.loop)
            try await check(board, one, nil)
            try await board.update("bob", .incr, 1)
            try await check(board, one, 1)
        }
    }

    /// Bob is hidden with this score, cat is suspended, and others see ada alone.
    private func check(_ board: LivingBoard, _ one: TestBoard, _ score: Int?) async throws {
        let (store, bob) = (try await board.store(), try UserID("bob"))
        let holding = try await store.holding(of: bob, on: one.loop)
        #expect(holding.isSuspended && holding.isHidden && holding.withheld == score && holding.score == nil)
        #expect(try await store.hiddenUsers(of: store.keys, on: one.loop) == ["bob"])
        #expect(try await board.rows() == ["ada 5 1"])
        #expect(try await store.hiddenPlace(of: bob, on: one.loop)??.place.standing.score == score)
        #expect(try await board.update("cat", .incr, 1) == .suspended)
        let report = try await AuditVerification(store, on: one.loop).run()
        #expect(report.isSound, "\(report)")
    }
}
