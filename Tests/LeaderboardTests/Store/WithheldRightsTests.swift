import Board
import RedisClient
@testable import TestSupport
import Testing

@testable import Leaderboard

@Suite("An update for which Redis withholds a right", .timeLimit(.minutes(5)))
struct WithheldRightsTests {
    /// Commands that an update calls, alone and together.
    static let rights: [[String]] = {
        let early = ["sismember", "mget", "time", "zscore", "xadd"]
        let late = ["set", "mset", "zadd", "zrevrank", "publish", "get", "xlen"]
        let pairs = late.flatMap { one in late.filter { $0 > one }.map { [one, $0] } }
        return (early + late).map { [$0] } + pairs + [late]
    }()

    @Test(
        "counts as a whole or leaves nothing behind, whichever it is, be it the first of a server's life",
        arguments: [false, true]
    )
    func wholeOrNothing(isFirst: Bool) async throws {
        try await withDeployed { board in
            for rights in Self.rights {
                if isFirst { try await board.server.command("FUNCTION", "FLUSH") }
                for (user, key) in [
                    ("alice", nil), ("new", nil), ("alice", "k-" + rights.joined(separator: "-")), ("alice", nil),
                ] as [(String, String?)] {
                    let before = try await board.kept()
                    try await board.server.command(words: ["ACL", "SETUSER", "leaderboard"] + rights.map { "-\($0)" })
                    let failure = try await board.failure(user, key: key)
                    try await board.server.command(words: ["ACL", "SETUSER", "leaderboard"] + rights.map { "+\($0)" })
                    if let failure {
                        guard case .unavailable = failure else {
                            Issue.record("\(rights): \(failure)")
                            continue
                        }
                        #expect(try await board.kept() == before, "\(rights) \(user)")
                    } else {
                        #expect(try await board.kept() != before)
                    }
                }
            }
            let report = try await board.verify()
            #expect(report.isSound, "\(report.faults) \(report.differences)")
        }
    }

    @Test(
        "and the right to take an entry back, is told by a verification, and put right as it advises",
        arguments: [["set"], ["zadd"], ["set", "mset"], ["set", "mset", "del", "zrem"]]
    )
    func neither(rights: [String]) async throws {
        try await withDeployed { board in
            let all = rights + ["xdel"]
            try await board.server.command(words: ["ACL", "SETUSER", "leaderboard"] + all.map { "-\($0)" })
            guard case .outcomeUnknown? = try await board.failure("alice") else {
                Issue.record("\(rights)")
                return
            }
            try await board.server.command(words: ["ACL", "SETUSER", "leaderboard"] + all.map { "+\($0)" })
            let report = try await board.verify()
            #expect(!report.isSound)
            if report.faultCount > 0 { _ = try await board.store.accept(by: board.act(), on: board.loop) }
            _ = try await board.store.rebuild(board.verify(), by: board.act(), on: board.loop)
            #expect(try await board.verify().isSound)
            _ = try await board.applied("alice", 1)
            #expect(try await board.verify().isSound)
        }
    }

    @Test(
        "and one of an operator writes nothing",
        arguments: [
            "set", "mset", "sadd", "srem", "zadd", "zrem", "publish", "xadd", "xrange", "zremrangebyscore", "del",
        ]
    )
    func operations(right: String) async throws {
        try await withDeployed { board in
            _ = try await board.suspend("bob")
            let before = try await board.kept()
            try await board.server.command("ACL", "SETUSER", "leaderboard", "-\(right)")
            let store = ScoreStore(mainOf: FunctionCalls(redis: board.redis, options: .generous))
            let (alice, bob) = (try UserID("alice"), try UserID("bob"))
            let acts: [() async throws -> Void] = [
                { _ = try await store.suspend(alice, by: board.act(), on: board.loop) },
                { _ = try await store.reinstate(bob, by: board.act(), on: board.loop) },
                { _ = try await store.revert(.update(seq: 1), by: board.act(), on: board.loop) },
            ]
            for act in acts {
                do {
                    try await act()
                    Issue.record("done without \(right)")
                } catch ScoreStoreError.unavailable {}
            }
            try await board.server.command("ACL", "SETUSER", "leaderboard", "+\(right)")
            #expect(try await board.kept() == before)
            #expect(try await board.verify().isSound)
        }
    }

    @Test(
        "moves a user by the ties of a board as a whole, or not at all",
        arguments: [BoardRules.Ties.first, .last, .dense]
    )
    func moves(ties: BoardRules.Ties) async throws {
        try await withDeployed { board in
            var rules = BoardRules(ties: ties)
            rules.operators = [.set]
            let target = DefinedBoard(board, "b", rules, isGiven: false)
            try await board.server.command("SET", target.keys.board, rules.json)
            func set(_ user: String, _ score: Int) async throws(RedisError) {
                let (keys, words) = target.words([ModelUpdate(user: user, operation: .set, value: score)])
                _ = try await target.call("leaderboard_write", keys, words)
            }
            func kept() async throws -> [String] {
                let keys = target.keys
                let at = ties == .dense ? ["ZRANGE", keys.at, "0", "-1"] : ["HGETALL", keys.at]
                return [
                    try await board.server.command("ZRANGE", keys.scores, "0", "-1", "WITHSCORES"),
                    try await board.server.command(words: at), try await board.server.command("GET", keys.seq),
                    try await board.server.command("XRANGE", keys.audit, "-", "+"),
                ]
            }
            for (user, score) in [("alice", 5), ("bob", 5), ("carol", 6)] { try await set(user, score) }
            for (number, right) in ["zrem", "hset", "zadd", "zcount", "hget"].enumerated() {
                for (user, score) in [("bob", 6 + number), ("alice", 50 + number), ("new\(number)", 5 + number)] {
                    let before = try await kept()
                    try await board.server.command("ACL", "SETUSER", "leaderboard", "-\(right)")
                    var isRefused = false
                    do throws(RedisError) { try await set(user, score) } catch { isRefused = true }
                    try await board.server.command("ACL", "SETUSER", "leaderboard", "+\(right)")
                    #expect(try await (kept() == before) == isRefused, "\(user) without \(right)")
                }
            }
        }
    }

    private func withDeployed(_ body: (TestBoard) async throws -> Void) async throws {
        let server = try await PrivateRedisServer(isDeployed: true)
        try await withBoard(on: server) { board in
            for user in ["alice", "bob"] { _ = try await board.applied(user, 10) }
            try await body(board)
        }
    }
}

extension TestBoard {
    /// Why an update was refused; nil: it counts. Of an instance that knows of no missing right.
    fileprivate func failure(_ user: String, key: String? = nil) async throws -> ScoreStoreError? {
        let board = TestBoard(
            server: server,
            redis: redis,
            store: ScoreStore(mainOf: FunctionCalls(redis: redis, options: .generous)),
            loops: loops
        )
        do {
            _ = try await board.apply(user, 5, key: key)
            return nil
        } catch let error as ScoreStoreError {
            return error
        }
    }

    /// What a change writes, but for buckets, which fill by themselves, and the epoch, which may always be a new one.
    fileprivate func kept() async throws -> [String] {
        [
            try await server.command("ZRANGE", keys.scores, "0", "-1", "WITHSCORES"),
            try await server.command("XRANGE", keys.audit, "-", "+"),
            try await server.command("GET", keys.seq), try await server.command("GET", keys.chain),
        ]
    }
}
