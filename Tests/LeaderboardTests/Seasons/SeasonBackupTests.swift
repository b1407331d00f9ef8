import Board
import NIOCore
import RedisClient
import Seasons
@testable import TestSupport
import Testing

@testable import Leaderboard

@Suite("A backup of a board with windows", .timeLimit(.minutes(2)))
struct SeasonBackupTests {
    /// A board whose seasons are these, with all that Redis holds of them.
    private func withSeasons(
        _ rules: BoardRules,
        _ body: (inout DefinedBoard) async throws -> Void
    ) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            try await board.command("SET", BoardKeys(board: "acts").board, rules.json)
            var target = DefinedBoard(board, "acts", rules, isGiven: false)
            try await body(&target)
        }
    }

    private static func backup(_ target: DefinedBoard) async throws -> [String] {
        var lines: [String] = []
        _ = try await target.store.backup(on: target.board.loop) { bytes, beginsAnew in
            if beginsAnew { lines = [] }
            lines += String(buffer: bytes).split(separator: "\n").map(String.init)
        }
        return lines
    }

    /// Each season's users, kept ones too, when it goes, and what else tells of seasons.
    private static func held(_ board: TestBoard, _ name: String) async throws -> [String: String] {
        let keys = BoardKeys(board: name)
        var held: [String: String] = [:]
        for key in try await board.command("KEYS", keys.name("s:*")).array?.compactMap(\.text) ?? [] {
            let expires = try await board.command("PEXPIRETIME", key).integer ?? 0
            let type = try await board.command("TYPE", key).text
            let reply =
                type == "hash"
                ? try await board.command("HGETALL", key)
                : try await board.command("ZRANGE", key, "0", "-1", "WITHSCORES")
            let words = reply.array?.compactMap(\.text) ?? []
            // Pairs of a hash come in no order.
            let pairs = stride(from: 0, to: words.count - 1, by: 2).map { "\(words[$0])=\(words[$0 + 1])" }
            held[String(key.dropFirst(keys.name("").count))] = "\(expires): " + pairs.sorted().joined(separator: " ")
        }
        let entries = try await board.command("XRANGE", keys.ended, "-", "+").array ?? []
        held["ended"] = entries.map { "\($0.array?.first?.text ?? "?") \(WindowSeason(entry: $0)?.text ?? "?")" }
            .joined(separator: ";")
        held["seasons"] = try await board.command("GET", keys.seasons).text ?? ""
        return held
    }

    /// Ended seasons, running ones, somebody who is suspended, and many equals.
    private static func play(_ target: inout DefinedBoard) async throws {
        let act = try target.board.act()
        _ = try await target.write([
            ModelUpdate(user: "a", value: 5), ModelUpdate(user: "b", value: 5), ModelUpdate(user: "c", value: 5),
        ])
        _ = try await target.store.suspend(UserID("b"), by: act, on: target.board.loop)
        try await target.endSeason(0)
        _ = try await target.write([ModelUpdate(user: "c", value: 7), ModelUpdate(user: "d", value: 7)])
        _ = try await target.store.suspend(UserID("c"), by: act, on: target.board.loop)
    }

    @Test(
        "brings back every season with its users, their order and its time to go",
        arguments: BoardRules.Ties.allCases
    )
    func comesBack(ties: BoardRules.Ties) async throws {
        try await withSeasons(BoardRules(ties: ties, windows: 2)) { target in
            try await Self.play(&target)
            let lines = try await Self.backup(target)
            let before = try await Self.held(target.board, "acts")
            #expect(before.keys.filter { $0.hasSuffix("scores") }.count == 3, "\(before)")
            #expect(lines[0].contains(#""format":3"#))
            try await withBoard { other in
                try await other.store.check(on: other.loop)
                let copy = LivingBoard(other, try BoardID("acts"))
                let summary = try await copy.restore(lines)
                #expect(summary.seasons == 3)
                #expect(try await Self.held(other, "acts") == before)
                // The suspended return to their places in what runs.
                let there = try await Self.places(target, reinstating: ["b", "c"], by: target.board.act())
                var twin = DefinedBoard(other, "acts", target.rules, isGiven: false)
                twin.seasons = target.seasons
                #expect(try await Self.places(twin, reinstating: ["b", "c"], by: other.act()) == there)
                #expect(try await other.command("KEYS", "*restoring*").array?.isEmpty == true)
            }
        }
    }

    private static func places(
        _ target: DefinedBoard,
        reinstating users: [String],
        by act: OperatorAct
    ) async throws -> [String] {
        for user in users { _ = try await target.store.reinstate(UserID(user), by: act, on: target.board.loop) }
        _ = try await target.write([ModelUpdate(user: "e", value: 7)])
        var rows: [String] = []
        for window in 0..<2 {
            rows += try await target.page(ofSeasonIn: window).map { "\(window) \($0.user) \($0.score) \($0.rank)" }
        }
        return rows
    }

    @Test("takes the place of all seasons that the board has, also of those that began since")
    func inPlace() async throws {
        try await withSeasons(BoardRules(ties: .first, windows: 2)) { target in
            try await Self.play(&target)
            let lines = try await Self.backup(target)
            let (before, first) = (try await Self.held(target.board, "acts"), target)
            try await target.endSeason(1)
            _ = try await target.write([ModelUpdate(user: "x", value: 1)])
            let copy = LivingBoard(target.board, try BoardID("acts"))
            try await copy.restore(lines)
            #expect(try await Self.held(target.board, "acts") == before)
            // What was running then goes on.
            let reply = try await first.write([ModelUpdate(user: "d", value: 1)])
            #expect(reply.array?.first?.array?.first?.text == "applied", "\(reply)")
            #expect(try await first.page(ofSeasonIn: 0).map(\.score) == [8])
        }
    }

    @Test("goes to another board with its seasons, and there knows only them")
    func otherBoard() async throws {
        try await withSeasons(BoardRules(ties: .id, windows: 1)) { target in
            _ = try await target.write([ModelUpdate(user: "a", value: 5)])
            let lines = try await Self.backup(target)
            let copy = LivingBoard(target.board, try BoardID("copy"))
            // It has had three definitions, so the text that it gets is of another version than the backup's.
            for ties in [BoardOrder.Ties.id, .shared, .id] { try await copy.define(.test(ties)) }
            try await copy.restore(lines)
            let text = try await target.board.command("GET", BoardKeys(board: "copy").seasons).text
            #expect(text?.contains(" 4 all - 0 0;w0 1 ") == true, "\(text ?? "")")
            let outcome = try await copy.update("a", .incr, 3)
            guard case .applied = outcome else {
                Issue.record("\(outcome)")
                return
            }
            var twin = DefinedBoard(target.board, "copy", target.rules, isGiven: false)
            twin.seasons = target.seasons
            #expect(try await twin.page(ofSeasonIn: 0).map(\.score) == [8])
        }
    }

    @Test("of a release that had none leaves the board's seasons as they are")
    func without() async throws {
        try await withSeasons(BoardRules(ties: .id, windows: 1)) { target in
            _ = try await target.write([ModelUpdate(user: "a", value: 5)])
            let lines = try await Self.backup(target)
            let old = try Self.withoutSeasons(lines)
            _ = try await target.write([ModelUpdate(user: "a", value: 1)])
            let before = try await Self.held(target.board, "acts")
            try await LivingBoard(target.board, try BoardID("acts")).restore(old)
            #expect(try await Self.held(target.board, "acts") == before)
        }
    }

    /// As a release before seasons wrote it.
    private static func withoutSeasons(_ lines: [String]) throws -> [String] {
        var (hash, old) = (BackupHash(), [String]())
        for text in lines {
            let line = try BackupLine(ByteBuffer(string: text))
            switch line {
            case .header(let board, _):
                var header = ByteBuffer()
                BackupLine.header(board: board, format: BackupLine.definedFormat).write(into: &header)
                old.append(String(buffer: header.getSlice(at: 0, length: header.readableBytes - 1) ?? header))
            case .seasons, .ended, .season, .inSeason, .withheldInSeason: break
            case .seal(let seal):
                var end = ByteBuffer()
                BackupLine.seal(hash.sealed(seq: seal.seq, chain: seal.chain)).write(into: &end)
                old.append(String(buffer: end).filter { $0 != "\n" })
            default:
                _ = hash.add(line)
                old.append(text)
            }
        }
        return old
    }

    @Test(
        "is of one moment: each running season has what the audit in the backup adds up to",
        arguments: [BoardRules.Ties.id, .first]
    )
    func oneMoment(ties: BoardRules.Ties) async throws {
        try await withSeasons(BoardRules(ties: ties, operators: [.incr, .best, .set], windows: 1)) { target in
            let (writer, act) = (target, try target.board.act())
            let rules = try BoardDefinition(stored: Array(target.rules.json.utf8))
            for number in 0..<1500 { _ = try await target.write([ModelUpdate(user: "u\(number)", value: 1)]) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 0... where !Task.isCancelled {
                        let operation: BoardRules.Operator = [.incr, .best, .set][number % 3]
                        _ = try await writer.write([
                            ModelUpdate(user: "u\(number % 700)", operation: operation, value: number % 9)
                        ])
                        let user = try UserID("s\(number % 7)")
                        if number % 40 == 0 { _ = try await writer.store.suspend(user, by: act, on: writer.board.loop) }
                        if number % 40 == 20 {
                            _ = try await writer.store.reinstate(user, by: act, on: writer.board.loop)
                        }
                        if Task.isCancelled { return }
                    }
                }
                for _ in 0..<5 {
                    let lines = try await Self.backup(target)
                    try Self.expectSums(lines, rules)
                }
                group.cancelAll()
            }
        }
    }

    private static func expectSums(_ lines: [String], _ rules: BoardDefinition) throws {
        var (summed, told) = (BoardState(), [String: Int]())
        for line in lines {
            switch try BackupLine(ByteBuffer(string: line)) {
            case .audit(let entry): summed.add(entry, of: entry.user, by: rules)
            case .inSeason(let user, let score, _), .withheldInSeason(let user, let score, _): told[user] = score
            default: break
            }
        }
        #expect(told == summed.scores.mapValues(\.score))
    }
}
