import Board
import Leaderboard
import NIOCore
import RedisClient
import TestSupport
import Testing

@Suite("The catalogue", .serialized)
struct CatalogueTests {
    @Test("finds main as the environment says, until somebody stores a definition for it")
    func main() async throws {
        try await withCatalogue { catalogue, board in
            let first = try await catalogue.board(.main, on: board.loop)
            #expect(first.board.source == .environment)
            #expect(first.board.definition == board.store.board.definition)
            let held = try await catalogue.held(.board(.main), on: board.loop)
            #expect(held == .environment(first.board.definition))
            var definition = first.board.definition
            definition.title = "Main"
            let outcome = try await catalogue.store(definition, as: .board(.main), inPlaceOf: held, on: board.loop)
            definition.version = "1"
            #expect(outcome == .stored(definition))
            let second = try await catalogue.board(.main, on: board.loop)
            #expect(second.board.source == .board && second.board.definition == definition)
            // Who goes by what the environment says is too late.
            #expect(
                try await catalogue.store(definition, as: .board(.main), inPlaceOf: held, on: board.loop)
                    == .otherVersion("1")
            )
        }
    }

    @Test("makes one board of two makers, and one change of two who changed the same")
    func races() async throws {
        try await withCatalogue { catalogue, board in
            for round in 0..<20 {
                let name = try DefinitionName("race-\(round)")
                let made = try await Self.both { number in
                    var definition = BoardDefinition()
                    definition.title = "\(number)"
                    return try await catalogue.store(definition, as: name, inPlaceOf: .nothing, on: board.loops[number])
                }
                #expect(made.count { if case .stored = $0 { true } else { false } } == 1)
                #expect(made.contains(.otherVersion("1")))
                let held = try await catalogue.held(name, on: board.loop)
                let changed = try await Self.both { number in
                    var definition = try #require(held.definition)
                    definition.maximumIncrease = number + 1
                    return try await catalogue.store(definition, as: name, inPlaceOf: held, on: board.loops[number])
                }
                #expect(changed.count { if case .stored = $0 { true } else { false } } == 1)
                #expect(changed.contains(.otherVersion("2")))
            }
        }
    }

    @Test("covers a name by the longest template that fits, and the board of its own goes before")
    func templates() async throws {
        try await withCatalogue { catalogue, board in
            for (name, increase) in [("level-*", 1), ("level-1*", 2), ("level-12", 3)] {
                var definition = BoardDefinition()
                definition.maximumIncrease = increase
                _ = try await catalogue.store(definition, as: DefinitionName(name), inPlaceOf: .nothing, on: board.loop)
            }
            for (name, increase) in [("level-", 1), ("level-2", 1), ("level-1", 2), ("level-13", 2), ("level-12", 3)] {
                let found = try await catalogue.board(BoardID(name), on: board.loop).board
                #expect(found.definition.maximumIncrease == increase, "\(name)")
                #expect(found.source == (name == "level-12" ? .board : .template), "\(name)")
            }
            for name in ["level", "leve", "a"] {
                await #expect(throws: BoardLookupError.notFound) {
                    try await catalogue.board(BoardID(name), on: board.loop)
                }
            }
        }
    }

    private static func make(
        _ name: String,
        by user: String = "ada",
        from address: String = "192.0.2.1",
        _ catalogue: Catalogue,
        on eventLoop: any EventLoop
    ) async throws {
        let store = try await catalogue.board(BoardID(name), on: eventLoop)
        let maker = BoardMaker(user: try UserID(user), address: address)
        guard let unmade = UnmadeBoard(store) else { return }
        try await catalogue.makeRoom(for: unmade, by: maker, on: eventLoop)
    }

    @Test("takes one token of a maker for one board, however many write it first, at once")
    func makers() async throws {
        try await withCatalogue { catalogue, board in
            let level = try DefinitionName("level-*")
            _ = try await catalogue.store(BoardDefinition(), as: level, inPlaceOf: .nothing, on: board.loop)
            for name in ["level-1", "level-2"] {
                try await withThrowingTaskGroup { group in
                    for number in 0..<150 {
                        group.addTask { try await Self.make(name, catalogue, on: board.loops[number % 2]) }
                    }
                    try await group.waitForAll()
                }
            }
            for number in 3..<101 { try await Self.make("level-\(number)", catalogue, on: board.loop) }
            for (user, address) in [("ada", "192.0.2.2"), ("bob", "192.0.2.1")] {
                let error = await #expect(throws: BoardLookupError.self) {
                    try await Self.make("level-x", by: user, from: address, catalogue, on: board.loop)
                }
                guard case .tooManyNewBoards(let seconds) = error else {
                    Issue.record("\(user) made one")
                    continue
                }
                #expect((1...36).contains(seconds))
            }
            // Who was refused has spent nothing: neither bob nor the other address.
            try await Self.make("level-x", by: "bob", from: "192.0.2.2", catalogue, on: board.loop)
            try await Self.make("level-1", catalogue, on: board.loop)
        }
    }

    @Test("gives no more places than there may be boards, however many are written at once")
    func limit() async throws {
        try await withCatalogue(maximumBoards: 5) { catalogue, board in
            let level = try DefinitionName("level-*")
            _ = try await catalogue.store(BoardDefinition(), as: level, inPlaceOf: .nothing, on: board.loop)
            let places = await withTaskGroup { group in
                for number in 0..<40 {
                    group.addTask {
                        (try? await Self.make("level-\(number)", catalogue, on: board.loops[number % 2])) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(places == 4)
            #expect(try await board.command("HLEN", "lb:boards").integer == 5)
            await #expect(throws: BoardLookupError.boardsLimit(5)) {
                try await Self.make("level-x", catalogue, on: board.loop)
            }
            #expect(
                try await catalogue.store(
                    BoardDefinition(),
                    as: DefinitionName("more"),
                    inPlaceOf: .nothing,
                    on: board.loop
                )
                    == .boardsLimit
            )
            // What there is may still be changed.
            let held = try await catalogue.held(level, on: board.loop)
            guard
                case .stored = try await catalogue.store(BoardDefinition(), as: level, inPlaceOf: held, on: board.loop)
            else {
                Issue.record("not changed")
                return
            }
        }
    }

    @Test("asks Redis once for a name, however many ask, and for 2,000 names once each")
    func asksOnce() async throws {
        try await withCatalogue { catalogue, board in
            try await board.command("CONFIG", "RESETSTAT")
            let found = await withTaskGroup { group in
                for number in 0..<10_000 {
                    group.addTask {
                        let id = try? BoardID("name-\(number % 2000)")
                        return (try? await catalogue.board(id ?? .main, on: board.loops[number % 2])) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(found == 0)
            let stats = try await board.command("INFO", "commandstats").text ?? ""
            let calls = stats.firstMatch(of: /cmdstat_get:calls=(\d+)/).flatMap { Int($0.1) } ?? 0
            // A slow machine takes longer than an answer is kept.
            #expect((2000...4000).contains(calls), "\(calls)")
        }
    }

    @Test("puts a board that the index lacks back into it, and takes out what is not there")
    func mends() async throws {
        try await withCatalogue { catalogue, board in
            for name in ["a", "b"] {
                _ = try await catalogue.store(
                    BoardDefinition(),
                    as: DefinitionName(name),
                    inPlaceOf: .nothing,
                    on: board.loop
                )
            }
            try await board.command("HDEL", "lb:boards", "a")
            try await board.command("HSET", "lb:boards", "ghost", "{}")
            try await board.command("HSET", "lb:boards", "no name", "{}")
            let other = Catalogue(board.store.functions, maximumBoards: 10)
            _ = try await other.board(BoardID("a"), on: board.loop)
            #expect(try await board.command("HEXISTS", "lb:boards", "a").integer == 1)
            let page = try await other.page(of: .everything, after: nil, limit: 100, on: board.loop)
            #expect(page.rows.map { "\($0.name)" } == ["a", "b", "main"])
            #expect(try await board.command("HEXISTS", "lb:boards", "ghost").integer == 0)
        }
    }

    @Test("puts what the index lost back into it for who notes what is stored, and an examination tells what it lacks")
    func lostIndex() async throws {
        try await withCatalogue { catalogue, board in
            for name in ["a", "b", "t*"] {
                let name = try DefinitionName(name)
                _ = try await catalogue.store(BoardDefinition(), as: name, inPlaceOf: .nothing, on: board.loop)
            }
            let examination = BoardExamination(board.store.functions)
            #expect(await examination.unindexed(on: board.loop)?.names == [])
            try await board.command("DEL", "lb:boards")
            #expect(await examination.unindexed(on: board.loop)?.names == ["a", "b", "t*"])
            #expect(try await examination.isIndexed(BoardID("a"), on: board.loop) == false)
            for name in ["a", "t*"] {
                let name = try DefinitionName(name)
                let definition = try #require(try await catalogue.held(name, on: board.loop).definition)
                try await catalogue.note(name, definition, on: board.loop)
            }
            #expect(await examination.unindexed(on: board.loop)?.names == ["b"])
            let page = try await catalogue.page(of: .everything, after: nil, limit: 100, on: board.loop)
            #expect(page.rows.map { "\($0.name)" } == ["a", "main", "t*"])
        }
    }

    @Test(
        "knows whose definition a key is",
        arguments: [
            ("lb:{a}:board", "a"), ("lb:{t*}:board", "t*"), ("lb:{}:board", nil), ("lb:{a}:restoring:board", nil),
            ("lb:{a b}:board", nil), ("lb:boards", nil), ("game:lb:{game:a}:board", nil), ("", nil), ("}:board", nil),
        ] as [(String, String?)]
    )
    func definitionKeys(key: String, name: String?) throws {
        #expect(KeySpace.standard.definition(ofKey: key).map { "\($0)" } == name)
        let game = try KeySpace(prefix: "game")
        #expect(game.definition(ofKey: "game:lb:{game:a}:board") == .board(try BoardID("a")))
        #expect(game.definition(ofKey: "lb:{a}:board") == nil)
    }

    @Test(
        "keeps a board whose definition is lost in the index, and made anew it has its users",
        arguments: ["scores", "audit"]
    )
    func lostDefinition(kept: String) async throws {
        try await withCatalogue { catalogue, board in
            try await board.command("HSET", "lb:boards", "b", "{}")
            if kept == "scores" {
                try await board.command("ZADD", "lb:{b}:scores", "7", "ada")
            } else {
                try await board.command("XADD", "lb:{b}:audit", "*", "user", "ada")
            }
            let id = try BoardID("b")
            let page = try await catalogue.page(of: .everything, after: nil, limit: 100, on: board.loop)
            #expect(page.rows.map { "\($0.name)" } == ["main"])
            #expect(try await board.command("HEXISTS", "lb:boards", "b").integer == 1)
            #expect(try await catalogue.isKept(id, on: board.loop))
            _ = try await catalogue.store(BoardDefinition(), as: .board(id), inPlaceOf: .nothing, on: board.loop)
            let total = try await catalogue.board(id, on: board.loop).standings(offset: 0, limit: 1, on: board.loop)
                .total
            #expect(total == (kept == "scores" ? 1 : 0))
        }
    }

    @Test("lists by name, in pages, private boards and templates for who may see them")
    func lists() async throws {
        try await withCatalogue { catalogue, board in
            for number in 0..<25 {
                var definition = BoardDefinition()
                definition.visibility = number % 5 == 0 ? .private : .public
                let name = try DefinitionName("b\(number)")
                _ = try await catalogue.store(definition, as: name, inPlaceOf: .nothing, on: board.loop)
            }
            _ = try await catalogue.store(
                BoardDefinition(),
                as: DefinitionName("t*"),
                inPlaceOf: .nothing,
                on: board.loop
            )
            for (listed, count) in [(Listed.publicBoards, 21), (.boards, 26), (.everything, 27)] {
                var (names, after): ([String], String?) = ([], nil)
                repeat {
                    let page = try await catalogue.page(of: listed, after: after, limit: 4, on: board.loop)
                    #expect(page.rows.count <= 4)
                    names += page.rows.map { "\($0.name)" }
                    after = page.next
                } while after != nil
                #expect(names.count == count && Set(names).count == count)
                #expect(names == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            }
        }
    }

    @Test("tells a rule that cannot change because somebody is there")
    func fixed() async throws {
        try await withCatalogue { catalogue, board in
            let name = try DefinitionName("b")
            _ = try await catalogue.store(BoardDefinition(), as: name, inPlaceOf: .nothing, on: board.loop)
            try await board.command("ZADD", "lb:{b}:scores", "1", "alice")
            let held = try await catalogue.held(name, on: board.loop)
            var definition = BoardDefinition()
            definition.order = .asc
            #expect(
                try await catalogue.store(definition, as: name, inPlaceOf: held, on: board.loop)
                    == .fixed(member: "order")
            )
            definition.order = .desc
            definition.ties = .first
            #expect(
                try await catalogue.store(definition, as: name, inPlaceOf: held, on: board.loop)
                    == .fixed(member: "ties")
            )
        }
    }

    @Test("deletes a board with all its keys, and no other; who was interrupted asks again")
    func deletes() async throws {
        try await withCatalogue { catalogue, board in
            for name in ["b", "bb"] {
                let definition = try await catalogue.store(
                    BoardDefinition(),
                    as: DefinitionName(name),
                    inPlaceOf: .nothing,
                    on: board.loop
                )
                guard case .stored = definition else {
                    Issue.record("not made")
                    return
                }
                let store = try await catalogue.board(BoardID(name), on: board.loop)
                let one = TestBoard(server: board.server, redis: board.redis, store: store, loops: board.loops)
                for user in ["alice", "a:b"] { _ = try await one.applied(user, 1, key: "k") }
                _ = try await store.suspend(UserID("a:b"), by: one.act(), on: board.loop)
            }
            let name = try DefinitionName("b")
            let keep = { (withData: Bool, version: String?) async throws in
                try await catalogue.delete(name, version: version, withData: withData, on: board.loop)
            }
            #expect(try await keep(false, nil) == .notEmpty)
            #expect(try await keep(true, "7") == .otherVersion("1"))
            // Interrupted behind its first step.
            try await board.command("SET", "lb:{b}:board", #"{"deleting":true}"#)
            #expect(try await catalogue.held(name, on: board.loop) == .deleting)
            #expect(try await keep(true, nil) == .deleted)
            #expect(try await board.command("KEYS", "lb:{b}:*").array == [])
            #expect(try await board.command("KEYS", "lb:{bb}:*").array?.isEmpty == false)
            #expect(try await board.command("HEXISTS", "lb:boards", "b").integer == 0)
            #expect(try await keep(true, nil) == .notFound)
            await #expect(throws: BoardLookupError.notFound) { try await catalogue.board(BoardID("b"), on: board.loop) }
        }
    }

    @Test("is asked anew for a board whose definition changed, three times at most")
    func changes() async throws {
        try await withCatalogue { catalogue, board in
            let name = try DefinitionName("b")
            _ = try await catalogue.store(BoardDefinition(), as: name, inPlaceOf: .nothing, on: board.loop)
            let other = Catalogue(board.store.functions, maximumBoards: 10)
            let id = try BoardID("b")
            _ = try await other.board(id, on: board.loop)
            let held = try await catalogue.held(name, on: board.loop)
            _ = try await catalogue.store(BoardDefinition(), as: name, inPlaceOf: held, on: board.loop)
            var tries: [String] = []
            for isAgain in other.tries(of: id) {
                let version = try await other.board(id, on: board.loop).board.definition.version
                tries.append("\(version) \(isAgain)")
            }
            #expect(tries == ["1 false", "2 true", "2 true"])
            // The last one was of no use either.
            #expect(other.known(id) == nil)
        }
    }

    @Test("keeps boards of another key prefix and their index apart")
    func prefixes() async throws {
        var options = StoreOptions.generous
        options.keySpace = try KeySpace(prefix: "game")
        try await withBoard(options) { board in
            let catalogue = Catalogue(board.store.functions, maximumBoards: 10)
            _ = try await catalogue.store(
                BoardDefinition(),
                as: DefinitionName("b"),
                inPlaceOf: .nothing,
                on: board.loop
            )
            let keys = try await board.command("KEYS", "*").array?.compactMap(\.text).sorted()
            #expect(keys == ["game:lb:boards", "game:lb:{game:b}:board"])
        }
    }

    private func withCatalogue(
        maximumBoards: Int = 10_000,
        _ body: (Catalogue, TestBoard) async throws -> Void
    ) async throws {
        try await withBoard { board in
            try await body(Catalogue(board.store.functions, maximumBoards: maximumBoards), board)
        }
    }

    private static func both<Value: Sendable>(
        _ body: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Value] {
        async let one = body(0)
        async let other = body(1)
        return [try await one, try await other]
    }
}
