import Board
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("A user on hold", .timeLimit(.minutes(2)))
struct HeldByHandTests {
    private static let byHand = #"{"rule":"by_hand","action":"hold"}"#
    private static let jump = #"{"rule":"largest_jump","against":"own","points":100,"times":1,"action":"hold"}"#

    @Test(
        "has all that is reported of them held, by whoever and in whatever group, with who said it and why, until it is taken off",
        arguments: [
            byHand, byHand + "," + jump,
            byHand + #",{"rule":"points_limit","points":1000,"interval":"1h","action":"flag","by":"all"}"#,
        ]
    )
    func life(_ rules: String) async throws {
        try await withBoard { board in
            let ruled = try await RuledBoard(board, rules)
            let (store, loop, act) = (ruled.store, board.loop, try board.act())
            let ada = try UserID("ada")
            #expect(try await ruled.update("ada", 5) == "applied 5")
            #expect(try await store.onHold(ada, on: loop) == nil)
            #expect(try await store.setOnHold(ada, false, by: act, on: loop) == .unchanged)
            #expect(try await store.setOnHold(ada, true, by: act, on: loop) == .done)
            #expect(try await store.setOnHold(ada, true, by: act, on: loop) == .unchanged)
            let hand = try #require(try await store.onHold(ada, on: loop))
            #expect(hand.actor == act.actor.rawValue && hand.reason == act.reason.text)

            #expect(try await ruled.update("ada", 1) == "held by_hand held")
            #expect(try await ruled.update("bob", 1) == "applied 1")
            #expect(
                try await ruled.updates([("bob", 1), ("ada", 2), ("cid", 1), ("ada", 3)])
                    == ["applied 2", "held by_hand held", "applied 1", "held by_hand held"]
            )
            let hands: [OtherHand] = [
                .service(try UserID("server"), RateLimit(updates: 1000, interval: .seconds(1))),
                .stream(try UserID("stream"), RateLimit(updates: 1000, interval: .seconds(1))),
            ]
            for other in hands { #expect(try await ruled.update("ada", 4, by: other) == "held by_hand held") }
            #expect(try await ruled.update("ada", 7, by: .operator(act.actor, act.reason)) == "applied 12")
            let waiting = try await store.held(HeldFilter(rule: .byHand), limit: 10, on: loop).entries
            #expect(waiting.map(\.value) == [1, 2, 3, 4, 4])
            #expect(waiting.allSatisfy { $0.hand == act.actor.rawValue && $0.handReason == act.reason.text })
            #expect(try await store.holding(of: ada, on: loop).score == 12)

            #expect(try await store.setOnHold(ada, false, by: act, on: loop) == .done)
            #expect(try await ruled.update("ada", 1) == "applied 13")
            let reviewed = try await store.review(waiting[0], .release, by: act, on: loop)
            #expect(reviewed == .released(.init(score: 14, points: 1)))
            let audit = try await store.audit(AuditFilter(user: "ada"), before: nil, limit: 20, on: loop).entries
            #expect(
                audit.map(\.action).reversed()
                    == [.update, .hold, .held, .held, .held, .held, .held, .update, .unhold, .update, .update]
            )
            let report = try await ruled.verify()
            #expect(report.isSound, "\(report)")
        }
    }

    @Test("needs the board's rule for it, and stays so when they are erased, but for why")
    func rule() async throws {
        try await withBoard { board in
            var ruled = try await RuledBoard(board, Self.jump)
            let (loop, act, ada) = (board.loop, try board.act(), try UserID("ada"))
            #expect(try await ruled.store.setOnHold(ada, true, by: act, on: loop) == .noRule)
            ruled = try await RuledBoard(board, Self.byHand, isFresh: false)
            #expect(try await ruled.store.setOnHold(ada, true, by: act, on: loop) == .done)
            #expect(try await ruled.update("ada", 1) == "held by_hand held")
            // Without the rule nothing is held; with it again, it is.
            ruled = try await RuledBoard(board, Self.jump, isFresh: false)
            #expect(try await ruled.update("ada", 1) == "applied 1")
            ruled = try await RuledBoard(board, Self.byHand, isFresh: false)
            #expect(try await ruled.update("ada", 1) == "held by_hand held")
            _ = try await ruled.store.erase(ada, by: act, on: loop)
            #expect(try await ruled.store.held(limit: 1, on: loop).waiting == 0)
            let hand = try #require(try await ruled.store.onHold(ada, on: loop))
            #expect(hand.actor == act.actor.rawValue && !hand.reason.contains(act.reason.text))
            #expect(try await ruled.update("ada", 1) == "held by_hand held")
            _ = try await ruled.store.erase(ada, by: act, on: loop)
            #expect(try await ruled.store.onHold(ada, on: loop) == hand)
            #expect(try await ruled.store.setOnHold(ada, false, by: act, on: loop) == .done)
            #expect(try await ruled.update("ada", 1) == "applied 1")
            #expect(try await ruled.verify().isSound)
        }
    }

    @Test(
        "is held by a rule that takes nothing but its action",
        arguments: [
            #"{"rule":"by_hand","action":"flag"}"#, #"{"rule":"by_hand","action":"hold","by":"all"}"#,
            #"{"rule":"by_hand","action":"hold","dry_run":true}"#, #"{"rule":"by_hand"}"#,
            #"{"rule":"by_hand","action":"hold","points":1}"#,
        ]
    )
    func definition(_ rule: String) {
        #expect(throws: InvalidDefinition.self) {
            try BoardDefinition(stored: Array(#"{"rules":[\#(rule)],"version":"1"}"#.utf8))
        }
    }
}
