import Board
import NIOCore
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("A frozen board", .timeLimit(.minutes(2)))
struct FreezeTests {
    private struct Reader: CustomTestStringConvertible {
        let testDescription: String
        let read: @Sendable (ScoreStore, any EventLoop) async throws(ScoreStoreError) -> Void
    }

    /// Every read of a board that the service has.
    private static let readers = [
        Reader(testDescription: "a page") { store, loop throws(ScoreStoreError) in
            _ = try await store.rows(.page(offset: 0), limit: 10, on: loop)
        },
        Reader(testDescription: "nothing of a page") { store, loop throws(ScoreStoreError) in
            _ = try await store.rows(.page(offset: 0), limit: 0, on: loop)
        },
        Reader(testDescription: "around a user") { store, loop throws(ScoreStoreError) in
            _ = try await store.rows(.around(.alice), limit: 10, on: loop)
        },
        Reader(testDescription: "around a score") { store, loop throws(ScoreStoreError) in
            _ = try await store.rows(.aroundScore(5), limit: 10, on: loop)
        },
        Reader(testDescription: "users") { store, loop throws(ScoreStoreError) in
            _ = try await store.standings(of: [.alice], on: loop)
        },
        Reader(testDescription: "a user's place") { store, loop throws(ScoreStoreError) in
            _ = try await store.place(of: .alice, on: loop)
        },
        Reader(testDescription: "a score's place") { store, loop throws(ScoreStoreError) in
            _ = try await store.place(of: 5, on: loop)
        },
        Reader(testDescription: "percentiles") { store, loop throws(ScoreStoreError) in
            _ = try await store.scores(at: [500_000], on: loop)
        },
        Reader(testDescription: "a count") { store, loop throws(ScoreStoreError) in
            _ = try await store.count(from: nil, to: nil, on: loop)
        },
    ]

    @Test("is shown to no reader but who may see it, by definitions that are old, too; and again when it is revealed")
    func readers() async throws {
        try await withBoard { board in
            let catalogue = Catalogue(board.store.functions, maximumBoards: 10)
            for (user, points) in [("alice", 5), ("bob", 7)] { _ = try await board.applied(user, points) }
            let old = board.store
            let frozen = try #require(try await catalogue.freeze(.main, true, by: board.act(), on: board.loop))
            let since = try #require(frozen.frozenSince)
            #expect(try await catalogue.freeze(.main, true, by: board.act(), on: board.loop) == nil)
            let new = try await catalogue.board(.main, on: board.loop)
            #expect(new.board.definition == frozen)
            for reader in Self.readers {
                for store in [old, new] {
                    await #expect(throws: ScoreStoreError.frozen(since: since), "\(reader.testDescription)") {
                        try await reader.read(store, board.loop)
                    }
                    try await reader.read(store.seeingFrozen(), board.loop)
                }
            }
            let page = try await new.frozenPage(on: board.loop)
            #expect(page.snapshot.standings == [Standing(user: "bob", score: 7), Standing(user: "alice", score: 5)])
            #expect(page.ranks == [1, 2] && page.snapshot.total == 2 && page.snapshot.seq == 2)
            #expect(page.part(from: 1, limit: 10)?.snapshot.standings.map(\.user) == ["alice"])
            #expect(page.part(from: 2, limit: 10)?.snapshot.standings == [])

            let shown = try #require(try await catalogue.freeze(.main, false, by: board.act(), on: board.loop))
            #expect(shown.frozenSince == nil)
            for reader in Self.readers { try await reader.read(old, board.loop) }
            #expect(try await old.frozenPage(on: board.loop).snapshot.standings == [])
            #expect(try await board.audit().map(\.action) == [.update, .update, .freeze, .reveal])
            #expect(try await board.verify().isSound)
        }
    }

    @Test("stays frozen whatever else of its definition is changed, and its definition cannot be taken away")
    func definitions() async throws {
        try await withBoard { board in
            let catalogue = Catalogue(board.store.functions, maximumBoards: 10)
            _ = try await board.applied("alice", 5)
            let frozen = try #require(try await catalogue.freeze(.main, true, by: board.act(), on: board.loop))
            var other = frozen
            other.title = "Another"
            other.frozenSince = nil
            let held = try await catalogue.held(.board(.main), on: board.loop)
            let outcome = try await catalogue.store(other, as: .board(.main), inPlaceOf: held, on: board.loop)
            guard case .stored(let stored) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(stored.title == "Another" && stored.frozenSince == frozen.frozenSince)
            let taken = try await catalogue.returnToEnvironment(from: .stored(stored), on: board.loop)
            #expect(taken == .fixed(member: "frozen"))
        }
    }

    @Test("may have segments, and forgets who is erased")
    func segmented() async throws {
        try await withBoard { board in
            var segmented = try await SegmentedBoard(board, .first)
            for user in ["alice", "bob"] { _ = try await segmented.write(user, .incr, 5, ["country:de"]) }
            let catalogue = Catalogue(board.store.functions, maximumBoards: 10)
            let id = segmented.store.board.id
            let frozen = try await catalogue.freeze(id, true, by: board.act(), on: board.loop)
            let since = try #require(frozen?.frozenSince)
            await #expect(throws: ScoreStoreError.frozen(since: since)) {
                _ = try await segmented.store.rows(.page(offset: 0), limit: 10, on: board.loop)
            }
            let shown = try await catalogue.board(id, on: board.loop)
            _ = try await shown.erase(.alice, by: board.act(), on: board.loop)
            let page = try await shown.frozenPage(on: board.loop)
            #expect(page.snapshot.standings.map(\.user) == ["bob"] && page.ranks == [2])
            #expect(page.part(from: 0, limit: 10)?.ranks == [2])
            #expect(try await catalogue.freeze(id, false, by: board.act(), on: board.loop) != nil)
            #expect(try await segmented.store.rows(.page(offset: 0), limit: 10, on: board.loop)?.ranks == [1])
        }
    }

    @Test(
        "has rows that are read, or are none",
        arguments: [
            ("17 3 2\nbob 7 1\nalice -5 2", 2), ("17 0 0", 0), ("", nil), ("17 3", nil), ("17 -1 2", nil),
            ("17 9007199254740992 2", nil), ("17 3 2\nbob 7", nil), ("17 3 2\nbob 7 0", nil), ("17 3 2\nbob x 1", nil),
            ("17 3 2\n", nil), ("17 3 2\nb b 7 1", nil), ("17 3 2\nbob 9223372036854775808 1", nil),
        ] as [(String, Int?)]
    )
    func rows(text: String, count: Int?) {
        #expect(RankedPage(frozen: text, order: BoardOrder())?.ranks.count == count)
    }
}

extension UserID {
    fileprivate static let alice: UserID = {
        guard let user = try? UserID("alice") else { preconditionFailure("a user id") }
        return user
    }()
}
