import Board
import NIOCore
import RedisClient
import Seasons
import TestSupport
import Testing

@testable import Leaderboard

@Suite("A backup of a board")
struct BoardBackupTests {
    private static let users = (0..<12).map { "user\($0)" }

    /// Few scores, so that many are equal; some users are suspended at the end.
    private static func live(_ boards: [LivingBoard], _ steps: Int, using random: inout SeededGenerator) async throws {
        for _ in 0..<steps {
            let user = users.randomElement(using: &random) ?? "a"
            let value = Int.random(in: 0...3, using: &random)
            let operation = BoardDefinition.Operator.allCases.randomElement(using: &random) ?? .incr
            let step = Int.random(in: 0..<10, using: &random)
            for board in boards {
                switch step {
                case 0: try await board.setSuspended(true, user)
                case 1: try await board.setSuspended(false, user)
                default: try await board.update(user, operation, value)
                }
            }
        }
    }

    @Test("of any ties comes back on another Redis with its definition and every place among equals")
    func anyTies() async throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        try await withBoard { one in
            try await withBoard { other in
                for definition in BoardDefinition.everyLayout {
                    let comment = Comment("seed \(seed), \(definition.ties) \(definition.order)")
                    let name = try BoardID("\(definition.ties)-\(definition.order)")
                    let (board, copy) = (LivingBoard(one, name), LivingBoard(other, name))
                    try await board.define(definition)
                    try await Self.live([board], 60, using: &random)
                    let lines = try await board.backup()
                    let summary = try await copy.restore(lines)
                    #expect(try await copy.rows() == board.rows(), comment)
                    let restored = try await copy.store().board.definition
                    #expect((restored.ties, restored.order) == (definition.ties, definition.order), comment)
                    #expect(try await other.command("HEXISTS", "lb:boards", "\(name)").integer == 1, comment)
                    // Both live on alike: the suspended return to their places, newcomers get theirs.
                    for user in Self.users {
                        for board in [board, copy] { try await board.setSuspended(false, user) }
                    }
                    #expect(try await copy.rows() == board.rows(), comment)
                    try await Self.live([board, copy], 30, using: &random)
                    #expect(try await copy.rows() == board.rows(), comment)
                    #expect(try await copy.store().hasBoard(on: other.loop) && summary.seq > 0, comment)
                }
                #expect(try await other.command("KEYS", "*restoring*").array?.isEmpty == true)
            }
        }
    }

    @Test(
        "leaves equals the order that the audit tells: it is verified, and who is rebuilt has the place of before",
        arguments: [BoardDefinition.test(.first), .test(.last, .asc)]
    )
    func orderBehindRestore(definition: BoardDefinition) async throws {
        try await withBoard { one in
            let board = LivingBoard(one, try BoardID("arcade"))
            var definition = definition
            let window = try #require(WindowName("year"))
            definition.windows.seasonal = [WindowRule(name: window, reset: .every(hours: 8784))]
            try await board.define(definition)
            for user in ["carol", "alice", "dave", "bob"] { try await board.update(user, .set, 7) }
            try await board.update("erin", .set, 9)
            let rows = try await board.rows()
            try await board.restore(board.backup())
            let keys = try await board.store().keys
            let report = try await AuditVerification(board.store(), on: one.loop).run()
            let season = try #require(report.seasons.first?.season)
            for ranked: any RankedKeys in [keys, keys.season(window: season.window, id: season.season.id)] {
                let places = try await one.command("ZRANGE", ranked.scores, "0", "-1").array?.compactMap(\.text)
                let stamp = try #require(try await one.command("HGET", ranked.at, "alice").text)
                try await one.command("ZREM", ranked.scores, stamp + "alice")
                #expect(try await board.rebuilt() == ["alice"])
                #expect(try await one.command("ZRANGE", ranked.scores, "0", "-1").array?.compactMap(\.text) == places)

                // Two have changed places.
                let other = try #require(try await one.command("HGET", ranked.at, "bob").text)
                try await one.command("ZREM", ranked.scores, stamp + "alice", other + "bob")
                try await one.command("ZADD", ranked.scores, "7", other + "alice", "7", stamp + "bob")
                try await one.command("HSET", ranked.at, "alice", other, "bob", stamp)
                #expect(try await board.rebuilt() == ["alice", "bob", "carol", "dave"])
                #expect(try await board.rows() == rows)
            }
            #expect(try await board.rebuilt() == [])
        }
    }

    @Test("made while updates and suspensions run has each user where the audit says since when")
    func concurrent() async throws {
        try await withBoard { one in
            let board = LivingBoard(one, try BoardID("race"))
            try await board.define(.test(.first))
            for number in 0..<300 { try await board.update("user\(number)", .set, number % 5) }
            let lines = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 0..<10_000 where !Task.isCancelled {
                        try await board.update("user\(number % 290)", .set, number % 7, loop: 1)
                        if number % 40 == 0 { try await board.setSuspended(true, "user\(290 + number / 40 % 10)") }
                        if number % 40 == 20 { try await board.setSuspended(false, "user\(290 + number / 40 % 10)") }
                    }
                }
                var lines: [String] = []
                for _ in 0..<20 {
                    lines = try await board.backup()
                    try Self.expectArrivals(lines)
                }
                group.cancelAll()
                return lines
            }
            try await withBoard { other in
                let copy = LivingBoard(other, try BoardID("race"))
                try await copy.restore(lines)
                #expect(try await copy.rows().count + copy.store().withheldCount(on: other) == 300)
            }
        }
    }

    /// Whoever has a place that came later than nobody's has it since the last entry that changed the score.
    private static func expectArrivals(_ lines: [String]) throws {
        var scores: [String: (score: Int, since: Int)] = [:]
        for line in lines {
            switch try BackupLine(ByteBuffer(string: line)) {
            case .audit(let entry):
                guard let score = entry.score, let seq = entry.seq, scores[entry.user]?.score != score else { continue }
                scores[entry.user] = (score, seq)
            case .score(let user, let score, let reached), .withheld(let user, let score, let reached):
                #expect(scores[user]?.score == score)
                #expect(reached == 0 || scores[user]?.since == reached)
            default: break
            }
        }
    }

    @Test("without a definition gives the board its users in the order that they have, and the board keeps its own")
    func undefined() async throws {
        try await withBoard { one in
            for user in ["carol", "alice", "bob"] { _ = try await one.applied(user, 7) }
            let lines = try await one.backup()
            #expect(lines[0] == #"{"type":"leaderboard-backup","format":1,"board":"main"}"#)
            let before = try await LivingBoard(one).rows()
            for ties in BoardOrder.Ties.allCases {
                try await withBoard { other in
                    let copy = LivingBoard(other)
                    try await copy.define(.test(ties))
                    try await copy.restore(lines)
                    let names = { (rows: [String]) in rows.map { $0.prefix { $0 != " " } } }
                    #expect(try await names(copy.rows()) == names(before), "\(ties)")
                    #expect(try await copy.store().board.definition.ties == ties)
                }
            }
        }
    }

    @Test(
        "takes the place of a board with another definition, and of one that changed meanwhile only if that was known"
    )
    func otherDefinition() async throws {
        try await withBoard { one in
            let board = LivingBoard(one, try BoardID("arcade"))
            try await board.define(.test(.last, .asc))
            for user in ["carol", "alice", "bob"] { try await board.update(user, .set, 7) }
            let (lines, rows) = (try await board.backup(), try await board.rows())
            let preview = try await BackupPreview(of: backupLines(lines))
            #expect(preview.board == board.id && preview.definition == .test(.last, .asc).with(version: "1"))

            let copy = LivingBoard(one, try BoardID("copy"))
            try await copy.define(.test(.id))
            let known = try await copy.catalogue.held(.board(copy.id), on: one.loop)
            try await copy.define(.test(.shared))
            await #expect(throws: ScoreStoreError.self) {
                try await copy.catalogue.restore(
                    backupLines(lines),
                    preview,
                    as: copy.id,
                    inPlaceOf: known,
                    by: one.act(),
                    on: one.loop
                )
            }
            #expect(try await copy.rows().isEmpty)
            // One that cannot be restored where there was none leaves no name behind.
            let none = LivingBoard(one, try BoardID("none"))
            await #expect(throws: (any Error).self) { try await none.restore(lines.dropLast() + ["{}"]) }
            await #expect(throws: (any Error).self) {
                let torn = lines.filter { !$0.contains(#""type":"audit""#) }
                _ = try await none.catalogue.restore(
                    backupLines(torn),
                    preview,
                    as: none.id,
                    inPlaceOf: .nothing,
                    by: one.act(),
                    on: one.loop
                )
            }
            #expect(try await !none.catalogue.boards(on: one.loop).contains(none.id))
            try await copy.restore(lines)
            #expect(try await copy.rows() == rows)
            #expect(try await copy.store().board.definition == .test(.last, .asc).with(version: "3"))
        }
    }
}

extension BoardBackupTests {
    @Test(
        "that nobody is on is one of its definition, and is verified",
        arguments: [BoardOrder.Ties.id, .first, .dense]
    )
    func nobody(ties: BoardOrder.Ties) async throws {
        try await withBoard { one in
            let board = LivingBoard(one, try BoardID("new"))
            try await board.define(.test(ties, .asc))
            #expect(try await board.store().hasBoard(on: one.loop))
            let report = try await AuditVerification(board.store(), on: one.loop).run()
            #expect(report.isSound && report.entries == 0, "\(report)")
            let lines = try await board.backup()
            let copy = LivingBoard(one, try BoardID("copy"))
            let summary = try await copy.restore(lines)
            #expect(summary == BackupSummary(auditEntries: 0, users: 0, seq: 0))
            #expect(try await copy.store().board.definition == .test(ties, .asc).with(version: "1"))
            #expect(try await copy.rows().isEmpty)
            try await copy.update("alice", .set, 7)
            #expect(try await copy.rows() == ["alice 7 1"])
            let after = try await AuditVerification(copy.store(), on: one.loop).run()
            #expect(after.isSound, "\(after)")
            // Of a board that nobody has defined there is nothing.
            #expect(try await !one.store.hasBoard(on: one.loop))
        }
    }
}

extension LivingBoard {
    /// Whom a rebuild puts right.
    fileprivate func rebuilt() async throws -> [String] {
        let store = try await store()
        let report = try await AuditVerification(store, on: board.loop).run()
        _ = try await store.repair(report, with: nil, by: board.act(), on: board.loop)
        let inSeasons = report.seasons.flatMap(\.differences).map(\.user.rawValue)
        return (report.differences.map(\.user.rawValue) + inSeasons).sorted()
    }
}

extension ScoreStore {
    fileprivate func withheldCount(on board: TestBoard) async throws -> Int {
        try await board.command("ZCARD", keys.withheld).integer ?? 0
    }
}

extension BoardDefinition {
    func with(version: String) -> BoardDefinition {
        var definition = self
        definition.version = version
        return definition
    }
}
