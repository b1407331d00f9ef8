import Board
import NIOCore
import RedisClient
import Seasons
import TestSupport
import Testing
import Text

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
            let kept = try await new.frozenPage(on: board.loop)
            let page = kept.page
            #expect(page.snapshot.standings == [Standing(user: "bob", score: 7), Standing(user: "alice", score: 5)])
            #expect(page.ranks == [1, 2] && page.snapshot.total == 2 && page.snapshot.seq == 2)
            #expect(kept.part(from: 1, limit: 10)?.page.snapshot.standings.map(\.user) == ["alice"])
            #expect(kept.part(from: 2, limit: 10)?.page.snapshot.standings == [])

            let shown = try #require(try await catalogue.freeze(.main, false, by: board.act(), on: board.loop))
            #expect(shown.frozenSince == nil)
            for reader in Self.readers { try await reader.read(old, board.loop) }
            #expect(try await old.frozenPage(on: board.loop).page.snapshot.standings == [])
            #expect(try await board.audit().map(\.action) == [.update, .update, .freeze, .reveal])
            #expect(try await board.verify().isSound)
        }
    }

    @Test("is revealed place by place, by rows as they were at the first step; who is erased is covered no longer")
    func covered() async throws {
        try await withBoard { board in
            let catalogue = Catalogue(board.store.functions, maximumBoards: 10)
            for (user, points) in [("alice", 5), ("bob", 7), ("carol", 9)] { _ = try await board.applied(user, points) }
            func uncover(_ covered: Int) async throws -> Uncovering? {
                try await catalogue.uncover(.main, downTo: covered, by: board.act(), on: board.loop)
            }
            #expect(try await uncover(2) == nil)
            _ = try await catalogue.freeze(.main, true, by: board.act(), on: board.loop)
            _ = try await board.command("ZINCRBY", board.store.keys.scores, "3", "alice")
            #expect(try await uncover(9) == Uncovering(covered: 3, isDone: true))
            let store = try await catalogue.board(.main, on: board.loop)
            var kept = try await store.frozenPage(on: board.loop)
            #expect(kept.covered == 1..<4 && kept.page.snapshot.standings == [] && kept.page.snapshot.seq == 4)
            _ = try await board.command("ZINCRBY", board.store.keys.scores, "100", "bob")
            #expect(try await uncover(3) == Uncovering(covered: 3, isDone: false))
            #expect(try await uncover(2) == Uncovering(covered: 2, isDone: true))
            #expect(try await uncover(100) == Uncovering(covered: 2, isDone: false))
            kept = try await store.frozenPage(on: board.loop)
            #expect(kept.page.snapshot.standings == [Standing(user: "bob", score: 7)] && kept.page.ranks == [3])
            let part = try #require(kept.part(from: 1, limit: 10))
            #expect(part.covered == 2..<3 && part.page.ranks == [3])
            #expect(kept.part(from: 3, limit: 10)?.covered == 3..<3)
            _ = try await store.erase(.alice, by: board.act(), on: board.loop)
            kept = try await store.frozenPage(on: board.loop)
            #expect(kept.covered == 1..<2 && kept.page.snapshot.standings.map(\.user) == ["bob"])
            #expect(try await catalogue.freeze(.main, false, by: board.act(), on: board.loop) != nil)
            #expect(try await uncover(1) == nil)
        }
    }

    @Test("shows nobody who is suspended meanwhile, covered or not, and everybody again who is reinstated")
    func suspended() async throws {
        try await withBoard { board in
            let catalogue = Catalogue(board.store.functions, maximumBoards: 10)
            for (user, points) in [("alice", 5), ("bob", 7), ("carol", 9)] { _ = try await board.applied(user, points) }
            _ = try await catalogue.freeze(.main, true, by: board.act(), on: board.loop)
            let store = try await catalogue.board(.main, on: board.loop)
            func shown() async throws -> [String] {
                let kept = try await store.frozenPage(on: board.loop)
                let rows = zip(kept.page.snapshot.standings, kept.page.ranks).map { "\($0.user) \($1)" }
                return rows + ["\(kept.covered.count) of \(kept.page.snapshot.total)"]
            }
            let rows = ["carol 1", "bob 2", "alice 3", "0 of 3"]
            #expect(try await shown() == rows)
            let bob = try UserID("bob")
            _ = try await store.suspend(bob, by: board.act(), on: board.loop)
            #expect(try await shown() == ["carol 1", "alice 2", "0 of 2"])
            await #expect(throws: ScoreStoreError.self) { try await store.shownMetadata(of: bob, on: board.loop) }
            _ = try await store.reinstate(bob, by: board.act(), on: board.loop)
            #expect(try await shown() == rows)
            _ = try await store.shownMetadata(of: bob, on: board.loop)

            _ = try await catalogue.uncover(.main, downTo: 2, by: board.act(), on: board.loop)
            #expect(try await shown() == ["alice 3", "2 of 3"])
            _ = try await store.suspend(bob, by: board.act(), on: board.loop)
            #expect(try await shown() == ["alice 2", "1 of 2"])
            // Places are those of who is shown: a step uncovers as many as it says.
            func uncover(_ covered: Int) async throws -> Uncovering? {
                try await catalogue.uncover(.main, downTo: covered, by: board.act(), on: board.loop)
            }
            #expect(try await uncover(1) == Uncovering(covered: 1, isDone: false))
            #expect(try await shown() == ["alice 2", "1 of 2"])
            _ = try await store.reinstate(bob, by: board.act(), on: board.loop)
            #expect(try await shown() == ["alice 3", "2 of 3"])
            let carol = try UserID("carol")
            _ = try await store.suspend(carol, by: board.act(), on: board.loop)
            #expect(try await shown() == ["alice 2", "1 of 2"])
            #expect(try await uncover(9) == Uncovering(covered: 1, isDone: false))
            _ = try await store.suspend(bob, by: board.act(), on: board.loop)
            #expect(try await shown() == ["alice 1", "0 of 1"])
            #expect(try await store.frozenPage(on: board.loop).isUncovered)
            #expect(try await uncover(1) == Uncovering(covered: 0, isDone: false))
            for user in [bob, carol] { _ = try await store.reinstate(user, by: board.act(), on: board.loop) }
            #expect(try await uncover(1) == Uncovering(covered: 1, isDone: true))
            #expect(try await shown() == ["bob 2", "alice 3", "1 of 3"])
        }
    }

    @Test("whose rows are lost is told by who verifies and by who examines it")
    func lostRows() async throws {
        try await withBoard { board in
            let catalogue = Catalogue(board.store.functions, maximumBoards: 10)
            _ = try await board.applied("alice", 5)
            _ = try await catalogue.freeze(.main, true, by: board.act(), on: board.loop)
            let (store, examination) = (
                try await catalogue.board(.main, on: board.loop), BoardExamination(board.redis, .standard)
            )
            func isTold() async throws -> [Bool?] {
                let report = try await AuditVerification(store, on: board.loop).run()
                let condition = await examination.condition(of: .main, isWhole: true, on: board.loop)
                return [!report.isSound, report.lacksFrozenRows, condition?.lacksFrozenRows]
            }
            #expect(try await isTold() == [false, false, false])
            try await board.command("SET", store.keys.frozen, "nonsense")
            #expect(try await isTold() == [true, true, true])
            try await board.command("DEL", store.keys.frozen)
            #expect(try await isTold() == [true, true, true])
            _ = try await catalogue.freeze(.main, false, by: board.act(), on: board.loop)
            #expect(try await isTold() == [false, false, false])
        }
    }

    @Test("has a page as far as its rows are kept, and none behind them")
    func longBoard() throws {
        let rows = (1...100).map { "u\($0) \(1000 - $0) \($0)" }.joined(separator: "\n")
        let page = try #require(FrozenPicture("17 9 500\n" + rows, BoardOrder())?.page(of: nil))
        for (offset, limit, ranks) in [(0, 10, 1...10), (95, 10, 96...100), (99, 100, 100...100), (0, 1000, 1...100)] {
            let part = page.part(from: offset, limit: limit)
            #expect(part?.page.ranks == Array(ranks) && part?.page.snapshot.total == 500, "\(offset)")
        }
        for offset in [100, 101, 500, 501] { #expect(page.part(from: offset, limit: 10) == nil, "\(offset)") }
    }

    @Test("on which nobody is has nobody to cover, and its windows are kept as they were, by their seasons")
    func windows() async throws {
        try await withBoard { board in
            let catalogue = Catalogue(board.store.functions, maximumBoards: 10)
            var definition = BoardDefinition()
            let windows = #"[{"name":"all"},{"name":"h","reset":"hourly"},{"name":"d","reset":"daily"}]"#
            definition = try BoardDefinition(
                json: try #require(
                    try JSONValue(json: Array(#"{"windows":\#(windows)}"#.utf8), maximumBytes: 1000).object
                ),
                named: try DefinitionName("windowed")
            )
            let id = try BoardID("windowed")
            let outcome = try await catalogue.store(definition, as: .board(id), inPlaceOf: .nothing, on: board.loop)
            guard case .stored = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(try await catalogue.freeze(id, true, by: board.act(), on: board.loop) != nil)
            let empty = try await catalogue.uncover(id, downTo: 3, by: board.act(), on: board.loop)
            #expect(empty == Uncovering(covered: 0, isDone: false))
            let store = try await catalogue.board(id, on: board.loop)
            // A backup takes what stands there as it is.
            let text = try #require(try await board.command("GET", store.keys.frozen).text)
            #expect(FrozenRows(text)?.text == text && text.contains("\n@h "))
            for name in ["h", "d"] {
                let page = try await store.frozenPage(of: WindowName(name), on: board.loop)
                #expect(page.season == store.board.seasons?.shown(try #require(WindowName(name))), "\(name)")
                #expect(page.page.snapshot.total == 0)
            }
            #expect(try await store.frozenPage(of: WindowName("none"), on: board.loop).season == nil)
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
            let kept = try await shown.frozenPage(on: board.loop)
            let page = kept.page
            #expect(page.snapshot.standings.map(\.user) == ["bob"] && page.ranks == [2])
            #expect(kept.part(from: 0, limit: 10)?.page.ranks == [2])
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
            ("17 3 2 1\nbob 7 1\nalice -5 2", 1), ("17 3 2 9\nbob 7 1", 0), ("17 3 2 -1\nbob 7 1", nil),
            ("17 3 2 x\nbob 7 1", nil), ("17 3 2\nbob 7 1\n@daily 2026-11-28 1 2 3 1\nalice 5 1", 1),
            ("17 3 2\n@daily 2 1\n@daily 2026-11-28 1 2 3 1", 1), ("17 3 2\n@daily 2026-11-28 2 1 3 1", nil),
            ("17 3 2\n@daily 2026-11-28 1 2 3 -1", nil), ("17 3 2\n@daily 20:26 1 2 3 1", nil),
        ] as [(String, Int?)]
    )
    func rows(text: String, count: Int?) {
        #expect(FrozenPicture(text, BoardOrder())?.page(of: nil)?.page.ranks.count == count)
    }
}

extension UserID {
    fileprivate static let alice: UserID = {
        guard let user = try? UserID("alice") else { preconditionFailure("a user id") }
        return user
    }()
}
