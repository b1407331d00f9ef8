import Board
import Leaderboard
import RedisClient
import TestSupport
import Testing

@Suite("The boards of a process")
struct ManyBoardsTests {
    @Test("have each their own keys, and the rules of their definitions, over the same functions")
    func own() async throws {
        try await withBoard { board in
            var rules = BoardDefinition()
            rules.rateLimit = RateLimit(updates: 2, interval: .seconds(7200))
            let second = try board.with(ScoreStore(board.store.functions, BoardID("level-7"), rules, from: .template))
            for _ in 0..<3 { _ = try await board.applied("alice", 1) }
            for expected in [1, 0] {
                #expect(try await second.applied("alice", 1).rateLimit.remaining == expected)
            }
            guard case .rateLimited(let limit) = try await second.apply("alice", 1) else {
                Issue.record("its own bucket is empty")
                return
            }
            #expect(limit.limit == 2)
            #expect(try await board.applied("alice", 1).score == 4)
            #expect(try await board.command("ZSCORE", "lb:{level-7}:scores", "alice").text == "2")
        }
    }

    @Test("find their functions again where their slot is, when its primary has lost them")
    func libraryOfOtherPrimaries() async throws {
        let cluster = try await RedisCluster()
        let main = BoardKeys(board: "main")
        let home = try #require(try await cluster.owner(of: ClusterSlot.of(main.scores)))
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"]
        try await withBoard(on: home, url: cluster.url) { board in
            _ = try await board.applied("alice", 1)
            var away = 0
            for name in names {
                let keys = BoardKeys(board: name)
                let owner = try #require(try await cluster.owner(of: ClusterSlot.of(keys.scores)))
                if owner.port != home.port { away += 1 }
                try await owner.command("FUNCTION", "FLUSH")
                let other = try board.with(
                    ScoreStore(board.store.functions, BoardID(name), board.store.board.definition, from: .template)
                )
                #expect(try await other.applied("alice", 1).score == 1)
                #expect(try await owner.command("ZSCORE", keys.scores, "alice") == "1")
            }
            #expect(away > 0)
        }
    }
}

extension TestBoard {
    fileprivate func with(_ store: ScoreStore) -> TestBoard {
        TestBoard(server: server, redis: redis, store: store, loops: loops)
    }
}
