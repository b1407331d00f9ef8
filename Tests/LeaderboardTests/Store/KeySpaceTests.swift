import Board
import NIOCore
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("Boards that share a Redis")
struct KeySpaceTests {
    @Test(
        "have keys and a channel of their own, and without a prefix those that they always had",
        arguments: [
            (nil, 0, "lb:{main}:scores", "lb:{main}:events"), (nil, 3, "lb:{main}:scores", "lb:{main}:events:3"),
            ("game", 0, "game:lb:{game:main}:scores", "game:lb:{game:main}:events"),
            ("a.B-9_:", 1, "a.B-9_::lb:{a.B-9_::main}:scores", "a.B-9_::lb:{a.B-9_::main}:events:1"),
        ] as [(String?, Int, String, String)]
    )
    func names(prefix: String?, database: Int, scores: String, channel: String) throws {
        let space = try KeySpace(prefix: prefix, database: database)
        let keys = BoardKeys(board: "main", in: space)
        #expect(keys.scores == scores)
        #expect(keys.channel == channel)
        let begin = String(scores.dropLast("scores".count))
        let user = try UserID("u:1")
        for key in [
            keys.seq, keys.epoch, keys.audit, keys.ahead, keys.kept, keys.chain, keys.suspended, keys.withheld,
            keys.reverted,
            keys.foreign, keys.erasing, keys.limit(user), space.address("::1"),
            keys.idem(user, try IdempotencyKey("k")),
            BoardKeys(loadingInto: .main, in: space).scores,
        ] { #expect(key.hasPrefix(begin)) }
    }

    @Test(
        "have no prefix that means something in a hash tag, a pattern, a rule or a line",
        arguments: ["", "{", "a}", "a*", "a?", "[a", "a b", "a\n", "é", "a/b", "~", String(repeating: "a", count: 65)]
    )
    func refused(prefix: String) {
        #expect(throws: InvalidKeyPrefix.self) { try KeySpace(prefix: prefix) }
    }

    @Test("do not hear or count each other: two prefixes, and two databases")
    func apart() async throws {
        let server = try await PrivateRedisServer()
        var spaces: [KeySpace] = [.standard]
        for prefix in ["game", "game:2"] { spaces.append(try KeySpace(prefix: prefix)) }
        for (number, space) in spaces.enumerated() {
            try await withBoard(in: space, on: server) { board in
                try await board.liveALittle()
                _ = try await board.applied("user\(number)", 5, key: "k")
                let lines = try await board.backup()
                _ = try await board.restore(lines)
                #expect(try await board.verify().isSound)
                let export = try await board.store.export(UserID("user\(number)"), on: board.loop)
                #expect(export.idempotencyKeys == ["k"])
                #expect(try await board.score("user0") == (number == 0 ? 5 : nil))
            }
        }
        let names = try await server.command("KEYS", "*").split(separator: "\n")
        #expect(names.allSatisfy { name in spaces.contains { name.hasPrefix($0.begin(of: "main")) } })
        #expect(Set(spaces.map { BoardKeys(board: "main", in: $0).channel }).count == 3)
    }

    @Test("of two databases note for themselves how many entries the audit must have")
    func kept() async throws {
        let server = try await PrivateRedisServer()
        let lengths = [1: 5, 2: 10]
        func board(_ database: Int, length: Int, _ body: (TestBoard) async throws -> Void) async throws {
            var options = StoreOptions.trimmed(length)
            options.keySpace = try KeySpace(prefix: nil, database: database)
            try await withBoard(options, on: server, url: server.url + "?db=\(database)", body)
        }
        try await server.command("CONFIG", "SET", "stream-node-max-entries", "1")
        for (database, length) in lengths.sorted(by: { $0.key < $1.key }) {
            try await board(database, length: length) { board in
                for _ in 0..<20 { _ = try await board.applied("alice", 1) }
                #expect(try await board.command("GET", board.keys.kept).text?.hasPrefix("\(length) ") == true)
            }
        }
        // Now 2 is trimmed as 1 is, whose length the library knows by now: it has to note it all the same.
        try await board(1, length: 5) { board in _ = try await board.applied("alice", 1) }
        try await board(2, length: 5) { board in
            for _ in 0..<10 { _ = try await board.applied("alice", 1) }
            let report = try await board.verify()
            #expect(report.isSound, "\(report.faults)")
        }
    }
}

private func withBoard(
    in space: KeySpace,
    on server: PrivateRedisServer,
    _ body: (TestBoard) async throws -> Void
) async throws {
    var options = StoreOptions.generous
    options.keySpace = space
    try await withBoard(options, on: server, body)
}
