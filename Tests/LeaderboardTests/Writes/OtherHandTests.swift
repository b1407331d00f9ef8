import Board
import Leaderboard
import Testing

@Suite("An update that is not its user's own")
struct OtherHandTests {
    private static let origin = UpdateOrigin(ip: "192.0.2.9", requestID: "request-9")

    private static func service(_ name: String = "server", _ updates: Int = 1000) throws -> OtherHand {
        .service(try UserID(name), RateLimit(updates: updates, interval: .seconds(3600 * updates)))
    }

    private static func apply(
        _ board: TestBoard,
        _ user: String,
        _ operation: BoardDefinition.Operator,
        _ value: Int,
        key: String? = nil,
        by hand: OtherHand
    ) async throws -> UpdateOutcome {
        try await board.store.apply(
            BoardUpdate(user: try UserID(user), operation, value),
            origin: origin,
            idempotencyKey: try key.map { try IdempotencyKey($0) },
            by: hand,
            withRank: false,
            on: board.loop
        )
    }

    @Test(
        "by a service takes its tokens, not the user's, and is in the audit with both names, in one chain with the others"
    )
    func service() async throws {
        try await withBoard(.tight(2)) { board in
            let hand = try Self.service("server", 3)
            for user in ["ada", "bob", "ada"] {
                guard case .applied(let applied) = try await Self.apply(board, user, .incr, 5, by: hand) else {
                    Issue.record("refused")
                    return
                }
                #expect(applied.rateLimit.limit == 3)
            }
            guard case .rateLimited(let state) = try await Self.apply(board, "ada", .incr, 5, by: hand) else {
                Issue.record("not limited")
                return
            }
            #expect(state.limit == 3 && state.remaining == 0)
            // Another service has a bucket of its own, and so has the user.
            guard case .applied = try await Self.apply(board, "ada", .incr, 5, by: Self.service("other", 1)) else {
                Issue.record("limited")
                return
            }
            #expect(try await board.applied("ada", 5).rateLimit.remaining == 1)
            let entries = try await board.audit()
            #expect(entries.map { $0["actor"] } == ["server", "server", "server", "other", nil])
            #expect(entries.map(\.user) == ["ada", "bob", "ada", "ada", "ada"])
            #expect(entries.allSatisfy { $0.action == .update && $0.malformed.isEmpty })
            let report = try await board.verify()
            #expect(report.isSound)
        }
    }

    @Test("has keys of its own: neither two services nor a service and the user meet, and a retry counts once")
    func keys() async throws {
        try await withBoard { board in
            for _ in 1...2 {
                for hand in [try Self.service("a"), try Self.service("b"), try Self.service("ada")] {
                    _ = try await Self.apply(board, "ada", .incr, 1, key: "k", by: hand)
                    _ = try await Self.apply(board, "bob", .incr, 1, key: "k", by: hand)
                }
                _ = try await board.apply("ada", 1, key: "k")
            }
            #expect(try await board.score("ada") == 4)
            #expect(try await board.score("bob") == 3)
            #expect(
                try await Self.apply(board, "ada", .incr, 2, key: "k", by: Self.service("a")) == .idempotencyKeyReused
            )
            let export = try await board.store.export(UserID("ada"), on: board.loop)
            #expect(export.idempotencyKeys == ["a k", "ada k", "b k", "k"])
            _ = try await board.store.erase(UserID("ada"), by: board.act(), on: board.loop)
            #expect(try await board.store.export(UserID("ada"), on: board.loop).idempotencyKeys == [])
        }
    }

    @Test("by an operator is held by the bounds of a score alone, and says who and why")
    func adjusts() async throws {
        var options = StoreOptions.tight(1)
        options.definition.maximumIncrease = 10
        options.definition.scores = 0...1000
        try await withBoard(options) { board in
            let hand = OtherHand.operator(try UserID("ops"), try AuditReason("lost to the outage"))
            _ = try await board.applied("ada", 5)
            for (operation, value, score) in [
                (BoardDefinition.Operator.incr, 500, 505), (.decr, 105, 400), (.set, 7, 7),
            ] {
                guard case .applied(let applied) = try await Self.apply(board, "ada", operation, value, by: hand) else {
                    Issue.record("refused \(operation)")
                    return
                }
                #expect(applied.score == score)
                let preview = Adjustment(operation, value)?.score(after: nil, by: board.store.board.definition)
                #expect(preview == (operation == .decr ? nil : value))
            }
            guard case .scoreLimit = try await Self.apply(board, "ada", .incr, 994, by: hand) else {
                Issue.record("the bound did not hold")
                return
            }
            let last = try #require(try await board.audit().last)
            #expect((last["actor"], last["reason"], last.score) == ("ops", "lost to the outage", 7))
            #expect(last.isAdjustment)
            #expect(try await board.verify().isSound)
            _ = try await board.store.suspend(UserID("ada"), by: board.act(), on: board.loop)
            #expect(try await Self.apply(board, "ada", .incr, 1, by: hand) == .suspended)
        }
    }

    @Test("of which there are many goes in groups: each has its outcome, in order, and the bucket counts each")
    func batch() async throws {
        try await withBoard { board in
            let updates = try (0..<200).map { number in
                ReportedUpdate(
                    BoardUpdate(user: try UserID("u\(number % 50)"), .incr, number),
                    number < 150 ? try IdempotencyKey("k\(number)") : nil
                )
            }
            func send() async throws -> [Int] {
                var (rest, counts): (ArraySlice, [Int]) = (updates[...], [])
                while !rest.isEmpty {
                    let outcomes = await board.store.report(
                        rest,
                        by: try Self.service(),
                        origin: Self.origin,
                        withRank: false,
                        on: board.loop
                    )
                    for outcome in outcomes {
                        guard case .applied(let applied) = try outcome.get() else {
                            throw UnexpectedOutcome(outcome: try outcome.get())
                        }
                        #expect(applied.rank == nil)
                    }
                    counts.append(outcomes.count)
                    rest = rest.dropFirst(outcomes.count)
                }
                return counts
            }
            #expect(try await send() == [64, 64, 22, 50])
            #expect(try await board.score("u3") == 3 + 53 + 103 + 153)
            #expect(try await send() == [64, 64, 22, 50])
            // Those with a key counted once.
            #expect(try await board.score("u3") == 3 + 53 + 103 + 153 + 153)
            let audit = try await board.audit()
            #expect(audit.compactMap(\.seq) == Array(1...250))
            #expect(try await board.verify().isSound)
            guard case .applied(let last) = try await Self.apply(board, "ada", .incr, 1, by: Self.service()) else {
                return
            }
            #expect(last.rateLimit.remaining == 1000 - 251)
        }
    }
}
