import Board
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("An adoption of what another service wrote")
struct AdoptionTests {
    /// What another service did to the board, and what the user has after it was adopted.
    struct Foreign: CustomTestStringConvertible {
        let words: [String]
        let score: Int?
        var isSuspended = false
        var testDescription: String { words.joined(separator: " ") }
    }

    @Test(
        "makes a verification clean, and leaves the user the score",
        arguments: [
            Foreign(words: ["ZINCRBY", "scores", "7", "alice"], score: 17),
            Foreign(words: ["ZINCRBY", "scores", "-70", "alice"], score: -60),
            Foreign(words: ["ZINCRBY", "scores", "1.5", "alice"], score: 11),
            Foreign(words: ["ZADD", "scores", "0", "alice"], score: 0),
            Foreign(words: ["ZADD", "scores", "inf", "alice"], score: ScoreRange.limit),
            Foreign(words: ["ZADD", "scores", "-inf", "alice"], score: -ScoreRange.limit),
            Foreign(words: ["ZREM", "scores", "alice"], score: nil),
            Foreign(words: ["ZADD", "scores", "33", "alice|new"], score: 33),
            Foreign(words: ["ZADD", "withheld", "33", "alice|new"], score: 33),
            Foreign(words: ["ZADD", "withheld", "33", "alice"], score: 10),
            Foreign(words: ["ZINCRBY", "scores", "7", "bob"], score: 20, isSuspended: true),
            Foreign(words: ["ZINCRBY", "withheld", "7", "bob"], score: 27, isSuspended: true),
            Foreign(words: ["ZREM", "withheld", "bob"], score: nil, isSuspended: true),
        ]
    )
    func foreign(_ foreign: Foreign) async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 10)
            _ = try await board.applied("bob", 20)
            _ = try await board.store.suspend(UserID("bob"), by: board.act(), on: board.loop)
            let words = foreign.words
            try await board.command(words[0], board.keys.name(words[1]), words[2], words.count > 3 ? words[3] : "x")
            let before = try await board.verify()
            #expect(before.onlyScoresDiffer == (words[0] != "ZREM"), "\(before)")
            try await board.adopt()
            let report = try await board.verify()
            #expect(report.isSound, "\(report.differences) \(report.unexplained)")
            let user = foreign.isSuspended ? "bob" : words.last?.hasPrefix("alice") == true ? words.last ?? "" : "alice"
            let holding = try await board.store.holding(of: UserID(user), on: board.loop)
            #expect(holding.anyScore == foreign.score)
            #expect(foreign.isSuspended ? holding.score == nil : holding.withheld == nil)
            _ = try await board.store.reinstate(UserID("bob"), by: board.act(), on: board.loop)
            _ = try await board.apply(user, 5)
            #expect(try await board.verify().isSound)
        }
    }

    @Test("tells of points from before a user's first entry, and of later ones, once")
    func beforeTheFirst() async throws {
        try await withBoard { board in
            try await board.command("ZADD", board.keys.scores, "50", "alice", "7", "mallory", "0", "zero")
            _ = try await board.applied("alice", 1)
            try await board.command("ZINCRBY", board.keys.scores, "4", "alice")
            let report = try await board.verify()
            #expect(report.unexplained.map(\.points) == [50, 7])
            #expect(report.onlyScoresDiffer)
            try await board.adopt()
            let entries = try await board.audit().filter { $0.action == .adopt }
            #expect(entries.map(\.user) == ["alice", "mallory"])
            #expect(entries.map(\.increase) == [4, 7])
            #expect(entries.map(\.score) == [55, 7])
            #expect(entries.map(\.unaudited) == [50, 0])
            let after = try await board.verify()
            #expect(after.isSound && after.isWhole && after.wholeUsers == 2, "\(after)")
            // The report of before, once more: what it found has been adopted.
            try await board.store.adopt(Adoption(report), by: board.act(), on: board.loop)
            #expect(try await board.verify().isSound)
            #expect(try await board.score("alice") == 55)
        }
    }

    @Test("says a difference that one entry cannot hold in two")
    func farApart() async throws {
        try await withBoard { board in
            let limit = ScoreRange.limit
            _ = try await board.applied("alice", limit)
            try await board.command("ZADD", board.keys.scores, "-\(limit - 1)", "alice")
            try await board.adopt()
            #expect(try await board.verify().isSound)
            #expect(try await board.audit().map(\.increase) == [limit, -limit, 1 - limit])
            #expect(try await board.score("alice") == 1 - limit)
        }
    }

    @Test("counts what happens between a verification and it", arguments: ["alice", "mallory"])
    func meanwhile(user: String) async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 1)
            try await board.command("ZINCRBY", board.keys.scores, "7", user)
            let report = try await board.verify()
            _ = try await board.applied(user, 100)
            try await board.command("ZINCRBY", board.keys.scores, "1000", user)
            try await board.store.adopt(Adoption(report), by: board.act(), on: board.loop)
            #expect(try await board.verify().isSound)
            #expect(try await board.score(user) == (user == "alice" ? 1108 : 1107))
        }
    }

    @Test("of more users than one step takes ends, and is told to viewers")
    func many() async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 1)
            var command = RedisCommand("ZADD", board.keys.scores)
            for number in 0..<1600 { for word in [String(number + 1), "user\(number)"] { command.append(word) } }
            _ = try await board.redis.send(command, on: board.loop)
            let position = try await board.position()
            try await board.adopt()
            let report = try await board.verify()
            #expect(report.isSound && report.wholeUsers == 1601)
            #expect(try await board.position().seq == position.seq + 1600)
        }
    }

    @Test("takes only whom it is asked for, and nobody whose suspension is not the audit's")
    func selected() async throws {
        try await withBoard { board in
            for user in ["alice", "bob", "carol"] { _ = try await board.applied(user, 1) }
            for user in ["alice", "bob", "carol"] { try await board.command("ZINCRBY", board.keys.scores, "5", user) }
            try await board.command("SADD", board.keys.suspended, "carol")
            let report = try await board.verify()
            #expect(!report.onlyScoresDiffer)
            let all = Adoption(report)
            #expect(all.items.map(\.user.rawValue) == ["alice", "bob"])
            #expect(all.left.map(\.rawValue) == ["carol"])
            let one = Adoption(report.concerning([try UserID("bob"), try UserID("nobody")]))
            #expect(one.left.isEmpty)
            try await board.store.adopt(one, by: board.act(), on: board.loop)
            #expect(try await board.verify().differences.map(\.user.rawValue) == ["alice", "carol"])
        }
    }

    @Test("takes members that are no user ids off the board, and from among the withheld scores")
    func noUsers() async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 1)
            for key in [board.keys.scores, board.keys.withheld] {
                try await board.command("ZADD", key, "5", "not ours", "6", "alice\u{9B}")
            }
            #expect(try await board.verify().onlyScoresDiffer)
            #expect(try await board.store.setAsideAll(on: board.loop) == 4)
            #expect(try await board.verify().isSound)
        }
    }

    @Test("is in a backup that is made meanwhile, and comes back with it")
    func backup() async throws {
        try await withBoard { board in
            for user in ["alice", "bob"] { _ = try await board.applied(user, 1) }
            _ = try await board.store.suspend(UserID("bob"), by: board.act(), on: board.loop)
            try await board.command("ZINCRBY", board.keys.scores, "5", "alice")
            try await board.command("ZINCRBY", board.keys.scores, "5", "bob")
            var state = try await board.store.boardState(of: board.keys, on: board.loop)
            try await board.adopt()
            for entry in try await board.audit().filter({ $0.action == .adopt }) { try state.follow(entry) }
            #expect(try await board.store.boardState(of: board.keys, on: board.loop) == state)
            let lines = try await board.backup()
            _ = try await board.restore(lines)
            #expect(try await board.verify().isSound)
            #expect(try await board.score("alice") == 6)
        }
    }

    @Test(
        "refuses arguments that cannot be meant",
        arguments: [
            ["0-0", "alice"], ["0-0", "alice", "1"], ["0", "alice", "1", "0"], ["0-0", "not ours", "1", "0"],
            ["0-0", "alice", "01", "0"], ["0-0", "alice", "1", ""], ["0-0", "alice", "9007199254740992", "0"], [],
        ]
    )
    func arguments(words: [String]) async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 1)
            await #expect(throws: ScoreStoreError.self) {
                try await board.store.operate(
                    board.store.calls.operation("adopt", user: nil, by: board.act(), words),
                    on: board.loop
                )
            }
            #expect(try await board.audit().count == 1)
        }
    }
}

extension TestBoard {
    /// Everything that a verification finds.
    fileprivate func adopt() async throws {
        try await store.adopt(Adoption(verify(), takesLosses: true), by: act(), on: loop)
    }
}
