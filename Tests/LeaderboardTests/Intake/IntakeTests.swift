import Board
import NIOCore
import RedisClient
import Seasons
@testable import TestSupport
import Testing

@testable import Leaderboard

@Suite("The stream of a board", .timeLimit(.minutes(3)))
struct IntakeTests {
    private static let limit = RateLimit(updates: 1_000_000, interval: .seconds(1))

    private static func store(
        _ board: TestBoard,
        _ name: String,
        _ change: (inout BoardDefinition) throws -> Void = { _ in }
    ) async throws -> ScoreStore {
        var definition = BoardDefinition()
        definition.version = "1"
        definition.hasIntake = true
        try change(&definition)
        let store = ScoreStore(board.store.functions, try BoardID(name), definition)
        try await store.check(on: board.loop)
        try await board.command("SET", store.keys.board, String(buffer: definition.stored))
        return store
    }

    private static func add(_ user: String, _ points: Int, to store: ScoreStore, _ board: TestBoard) async throws {
        try await board.command("XADD", store.keys.intake, "*", "user_id", user, "score_increase", "\(points)")
    }

    /// As the service reads them; here all are increases.
    private static func read(_ entry: IntakeEntry, key: String? = nil) throws -> ReadIntake {
        let words = (entry.words ?? []).map { String(decoding: $0, as: UTF8.self) }
        guard words.count >= 4, let points = Int(words[3]), let user = try? UserID(words[1]) else {
            return ReadIntake(entry.id, .rejected("invalid_entry"))
        }
        let update = IntakeUpdate(
            BoardUpdate(user: user, .incr, points),
            try key.map { try IdempotencyKey($0) },
            by: try UserID("games"),
            ip: "192.0.2.7"
        )
        return ReadIntake(entry.id, .update(update))
    }

    private static func read(_ store: ScoreStore, _ board: TestBoard) async throws -> [ReadIntake] {
        try await store.intake(on: board.loop).entries.map { try read($0) }
    }

    private static func take(
        _ entries: [ReadIntake],
        _ store: ScoreStore,
        _ board: TestBoard,
        limit: RateLimit = Self.limit
    ) async throws(ScoreStoreError) -> IntakeOutcome {
        try await store.takeIn(entries[...], limit: limit, on: board.loop)
    }

    private static func score(_ user: String, _ store: ScoreStore, _ board: TestBoard) async throws -> Int? {
        try await store.place(of: UserID(user), on: board.loop)??.standing.score
    }

    @Test(
        "has each entry once, by whoever is first, in the order in which they were written, on boards of all kinds",
        arguments: ["plain", "first", "windows", "segments"]
    )
    func once(kind: String) async throws {
        try await withBoard { board in
            let store = try await Self.store(board, kind) { definition in
                if kind == "first" { definition.ties = .first }
                if kind == "windows" {
                    definition.windows.seasonal = [WindowRule(name: try #require(WindowName("day")), reset: .daily)]
                }
                if kind == "segments" { definition.segments.kinds = [try #require(SegmentKind("team"))] }
            }
            for number in 1...150 { try await Self.add("u\(number % 7)", number, to: store, board) }
            let entries = try await Self.read(store, board)
            #expect(entries.count == 150)
            guard case .settled(let ends) = try await Self.take(entries, store, board) else {
                Issue.record("not taken")
                return
            }
            // As many as one call has updates.
            #expect(ends.count == 64)
            #expect(ends.allSatisfy { if case .counted = $0 { true } else { false } })
            // Who read the same is late: nothing is counted again.
            #expect(try await Self.take(entries, store, board) == .gone)
            #expect(try await Self.take(Array(entries.dropFirst(60)), store, board) == .gone)
            var rest = try await Self.read(store, board)
            #expect(rest == Array(entries.dropFirst(64)))
            while !rest.isEmpty {
                guard case .settled(let ends) = try await Self.take(rest, store, board) else { break }
                rest.removeFirst(ends.count)
            }
            #expect(try await store.intake(on: board.loop) == IntakePage(waiting: 0, entries: []))
            let expected = (1...150).filter { $0 % 7 == 3 }.reduce(0, +)
            #expect(try await Self.score("u3", store, board) == expected)
            let report = try await AuditVerification(store, on: board.loop).run()
            #expect(report.isSound)
            let audit = try await store.audit(AuditFilter(), before: nil, limit: 1000, on: board.loop)
            #expect(audit.entries.count == (kind == "windows" ? 151 : 150))
            let last = try #require(audit.entries.first { $0["request"] == entries[149].requestID })
            #expect((last.user, last["actor"], last["ip"]) == ("u3", "games", "192.0.2.7"))
            if kind == "windows" {
                let season = try #require(store.board.seasons?.running?.seasons.first)
                let key = store.keys.season(window: season.window, id: season.season.id).scores
                #expect(try await board.command("ZSCORE", key, "u3").integer == expected)
            }
        }
    }

    @Test("whose reader dies before it hears what it did, counts once", arguments: [1, 2, 5, 11])
    func stolen(steals: Int) async throws {
        let server = try await PrivateRedisServer(port: .tcp)
        let thief = try await ReplyThief(to: try #require(server.port), steals: steals)
        try await withBoard(on: server, url: "redis://127.0.0.1:\(thief.port)") { board in
            let store = try await Self.store(board, "b")
            let script = """
                for n = 1, 800 do redis.call('XADD', KEYS[1], '*', 'user_id', 'u', 'score_increase', n .. '') end
                """
            _ = try await server.command("EVAL", script, "1", store.keys.intake)
            let expected = (1...800).reduce(0, +)
            var deaths = 0
            while true {
                do {
                    let entries = try await Self.read(store, board)
                    if entries.isEmpty { break }
                    _ = try await Self.take(entries, store, board)
                } catch {
                    deaths += 1
                    try await board.redis.becomesConnected()
                }
            }
            #expect(thief.left == 0 && deaths >= steals)
            #expect(try await Self.score("u", store, board) == expected)
            #expect(try await server.command("GET", store.keys.seq) == "800")
            #expect(try await AuditVerification(store, on: board.loop).run().isSound)
        }
    }

    @Test("read by two at once while Redis is killed again and again, has each entry once")
    func killed() async throws {
        try await withBoard { board in
            let store = try await Self.store(board, "b")
            for number in 1...1200 { try await Self.add("u\(number % 3)", 1, to: store, board) }
            try await withThrowingTaskGroup { tasks in
                for loop in board.loops {
                    tasks.addTask {
                        while true {
                            do {
                                let entries = try await store.intake(on: loop).entries.map { try Self.read($0) }
                                if entries.isEmpty { break }
                                _ = try await store.takeIn(entries.prefix(10), limit: Self.limit, on: loop)
                            } catch { try await board.redis.becomesConnected() }
                        }
                    }
                }
                for round in 0..<5 {
                    if round.isMultiple(of: 2) {
                        board.server.kill()
                        try await board.server.start()
                    } else {
                        _ = try await board.server.command("CLIENT", "KILL", "TYPE", "normal")
                    }
                    try await board.redis.becomesConnected()
                }
                try await tasks.waitForAll()
            }
            for user in ["u0", "u1", "u2"] { #expect(try await Self.score(user, store, board) == 400) }
            #expect(try await AuditVerification(store, on: board.loop).run().isSound)
        }
    }

    @Test("keeps what is rejected, with the reason and the entry, for a week and of a bounded size")
    func rejected() async throws {
        try await withBoard { board in
            let store = try await Self.store(board, "b") { definition in
                definition.scores = 0...100
                definition.maximumIncrease = 50
            }
            try await board.command("SADD", store.keys.suspended, "suspended")
            try await board.command(
                "LPUSH",
                store.keys.idem(UserID("spoilt"), IdempotencyKey("k"), by: UserID("games")),
                "x"
            )
            let cases: [(user: String, points: Int, key: String?, reason: String?)] = [
                ("ada", 50, nil, nil), ("ada", 50, nil, nil), ("ada", 1, nil, "score_limit"),
                ("suspended", 1, nil, "user_suspended"), ("bob", 7, "k", nil), ("bob", 7, "k", nil),
                ("bob", 8, "k", "idempotency_key_reused"), ("bob", 51, nil, "invalid_score_increase"),
                ("spoilt", 1, "k", nil), ("bob", 1, nil, nil),
            ]
            for row in cases { try await Self.add(row.user, row.points, to: store, board) }
            let entries = try await store.intake(on: board.loop).entries
            let read = try zip(cases, entries).map { try Self.read($1, key: $0.key) }
            guard case .settled(let ends) = try await Self.take(read, store, board) else {
                Issue.record("not taken")
                return
            }
            for (end, row) in zip(ends, cases) {
                if let reason = row.reason {
                    #expect(end == .rejected(reason))
                } else if case .rejected = end {
                    Issue.record("\(row)")
                }
            }
            #expect(try await Self.score("bob", store, board) == 8)
            let kept = try await board.command("XRANGE", store.keys.rejected, "-", "+").array ?? []
            let fields = kept.map { $0.array?.last?.array?.compactMap(\.text) ?? [] }
            #expect(fields.map { $0[1] } == cases.compactMap(\.reason))
            #expect(
                fields[0] == [
                    "reason", "score_limit", "entry", "\(entries[2].id)", "user_id", "ada", "score_increase", "1",
                ]
            )
            let life = try await board.command("PTTL", store.keys.rejected).integer ?? 0
            #expect(life > 600_000_000 && life <= 604_800_000)
            #expect(try await store.intake(on: board.loop).waiting == 0)

            // Whatever is written, it is taken out, and what is kept of it is bounded.
            let long = String(repeating: "x", count: 300_000)
            try await board.command("XADD", store.keys.intake, "*", "user_id", long, "b", "\u{0}\u{1}", "c", long)
            for _ in 0..<300 { try await board.command("XADD", store.keys.intake, "*", "a", "") }
            var pages = 0
            while case let page = try await store.intake(on: board.loop), !page.entries.isEmpty {
                #expect(pages > 0 || page.entries[0].words == nil)
                _ = try await Self.take(try page.entries.map { try Self.read($0) }, store, board)
                pages += 1
            }
            #expect(pages == 2)
            #expect(try await board.command("XLEN", store.keys.rejected).integer == 304 + 1)
            let size = try await board.command("MEMORY", "USAGE", store.keys.rejected, "SAMPLES", "0").integer ?? .max
            #expect(size < 100_000)
        }
    }

    @Test("of which the bucket is empty, keeps the rest in its order, whoever wrote it")
    func limited() async throws {
        try await withBoard { board in
            let store = try await Self.store(board, "b")
            for number in 1...5 { try await Self.add("u\(number)", number, to: store, board) }
            let tight = RateLimit(updates: 3, interval: .seconds(3600))
            let entries = try await Self.read(store, board)
            guard case .settled(let ends) = try await Self.take(entries, store, board, limit: tight) else {
                Issue.record("not taken")
                return
            }
            #expect(ends.suffix(2) == [.waits, .waits] && ends.count == 5)
            #expect(try await Self.read(store, board) == entries.suffix(2))
            #expect(try await Self.take(entries.suffix(2), store, board, limit: tight) == .settled([.waits, .waits]))
            try await board.command("DEL", store.keys.intakeLimit)
            _ = try await Self.take(entries.suffix(2), store, board, limit: tight)
            #expect(try await store.intake(on: board.loop).waiting == 0)
            // Those of users are none of it.
            #expect(try await board.command("EXISTS", store.keys.limit(UserID("u1"))).integer == 0)
        }
    }

    @Test("of another type than a stream stops nothing else, and loses nothing")
    func wrongType() async throws {
        try await withBoard { board in
            let store = try await Self.store(board, "b")
            try await board.command("SET", store.keys.intake, "x")
            await #expect(throws: ScoreStoreError.self) { try await store.intake(on: board.loop) }
            try await board.command("DEL", store.keys.intake)
            try await Self.add("ada", 5, to: store, board)
            try await Self.add("eve", 6, to: store, board)
            try await board.command("SET", store.keys.rejected, "x")
            let entries = try await Self.read(store, board)
            let ended = entries.map { ReadIntake($0.id, .rejected("season_ended")) }
            for wanted in [entries, ended] {
                do {
                    _ = try await Self.take(wanted, store, board)
                    Issue.record("taken")
                } catch ScoreStoreError.unsoundBoard {}
            }
            #expect(try await store.intake(on: board.loop).waiting == 2)
            #expect(try await Self.score("ada", store, board) == nil)
            try await board.command("DEL", store.keys.rejected)
            // Of another definition than the reader's nothing is taken, either.
            try await board.command("SET", store.keys.board, #"{"version":"2"}"#)
            #expect(try await Self.take(entries, store, board) == .boardChanged)
            try await board.command("DEL", store.keys.board)
            #expect(try await Self.take(entries, store, board) == .boardChanged)
            #expect(try await store.intake(on: board.loop).waiting == 2)
        }
    }

    @Test(
        "counts nothing twice where Redis withholds a right, be it half-way",
        arguments: [["xdel"], ["xadd"], ["zadd"], ["set", "mset"], ["mset"], ["set", "mset", "zadd"], ["publish"]]
    )
    func rights(rights: [String]) async throws {
        let server = try await PrivateRedisServer(isDeployed: true)
        try await withBoard(on: server) { board in
            let store = try await Self.store(board, "b")
            try await Self.add("first", 1, to: store, board)
            _ = try await Self.take(try await Self.read(store, board), store, board)
            for user in ["ada", "bob"] { try await Self.add(user, 5, to: store, board) }
            let entries = try await Self.read(store, board)
            try await server.command(words: ["ACL", "SETUSER", "leaderboard"] + rights.map { "-\($0)" })
            for _ in 1...3 {
                let fresh = ScoreStore(FunctionCalls(redis: board.redis, options: .generous), store.board)
                _ = try? await fresh.takeIn(entries[...], limit: Self.limit, on: board.loop)
            }
            try await server.command(words: ["ACL", "SETUSER", "leaderboard"] + rights.map { "+\($0)" })
            let fresh = ScoreStore(FunctionCalls(redis: board.redis, options: .generous), store.board)
            _ = try? await fresh.takeIn(entries[...], limit: Self.limit, on: board.loop)
            let waiting = try await store.intake(on: board.loop).waiting
            let lost = try await board.command("XLEN", store.keys.rejected).integer ?? 0
            for user in ["ada", "bob"] {
                let score = try await board.command("ZSCORE", store.keys.scores, user).integer ?? 0
                #expect(score == 5 || score == 0 && waiting + lost > 0, "\(score) \(waiting) \(lost)")
            }
            #expect(waiting == 0)
        }
    }
}
