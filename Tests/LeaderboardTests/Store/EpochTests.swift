import Board
import Foundation
@testable import Leaderboard
import RedisClient
import TestSupport
import Testing

@Suite("An epoch")
struct EpochTests {
    /// What happens to a Redis whose board has changed, and of which a copy was kept earlier.
    enum Event: String, CaseIterable {
        case restart, killed, olderSnapshot, olderAppendOnlyFile, flushed, counterGone, epochGone, libraryReplaced
    }

    @Test("goes on for as long as nothing could have been lost, on each of many boards")
    func goesOn() async throws {
        try await withBoard { board in
            try await board.store.begin(on: board.loop)
            let begun = try await board.position()
            let second = TestBoard(
                server: board.server,
                redis: board.redis,
                store: try ScoreStore(
                    board.store.functions,
                    BoardID("other"),
                    board.store.board.definition,
                    from: .template
                ),
                loops: board.loops
            )
            for _ in 0..<3 {
                _ = try await board.applied("alice", 1)
                _ = try await second.applied("alice", 1)
            }
            _ = try await board.store.suspend(UserID("bob"), by: board.act(), on: board.loop)
            _ = try await board.applied("alice", 1)
            #expect(try await board.position() == Cursor(epoch: begun.epoch, seq: 5))
            #expect(try await second.position().seq == 3)
            #expect(try await second.position().epoch != begun.epoch)
            // What others make of it: the pattern of asyncapi.json.
            #expect(begun.epoch.wholeMatch(of: /[0-9]{1,20}/) != nil)
        }
    }

    @Test("never gives a seq out twice, whatever becomes of Redis", arguments: Event.allCases)
    func givenOutOnce(event: Event) async throws {
        let usesFile = ![.olderSnapshot].contains(event)
        let server = try await PrivateRedisServer(arguments: usesFile ? [] : ["--appendonly", "no"])
        var given: Set<Cursor> = []
        try await withBoard(on: server) { board in
            given.formUnion(try await board.changes(3))
            let copy = server.folder.appending(path: "copy")
            let files = server.folder.appending(path: "appendonlydir")
            try await server.command("SAVE")
            if usesFile { try FileManager.default.copyItem(at: files, to: copy) }
            given.formUnion(try await board.changes(3))
            switch event {
            case .restart: try await server.restart()
            case .killed, .olderSnapshot:
                server.kill()
                try await server.start()
            case .olderAppendOnlyFile:
                server.kill()
                try FileManager.default.removeItem(at: files)
                try FileManager.default.moveItem(at: copy, to: files)
                try await server.start()
            case .flushed: try await server.command("FLUSHALL")
            case .counterGone: try await server.command("DEL", board.keys.seq)
            case .epochGone: try await server.command("DEL", board.keys.epoch)
            case .libraryReplaced:
                try await server.command(
                    words: ["FUNCTION", "LOAD", "REPLACE", String(decoding: FunctionLibrary.source, as: UTF8.self)]
                )
            }
            try await until { board.redis.connectedCount >= 2 }
            let kept = try await board.position()
            let later = try await board.changes(4)
            #expect(given.isDisjoint(with: later), "\(kept): \(given) \(later)")
            #expect(later.count == 4 && Set(later.map(\.epoch)).count == 1)
        }
    }

    @Test(
        "is a new one after a rewind, whatever changes the board first",
        arguments: ["suspend", "restore", "rebuild"]
    )
    func operators(act: String) async throws {
        let server = try await PrivateRedisServer(arguments: ["--appendonly", "no"])
        try await withBoard(on: server) { board in
            var given = Set(try await board.changes(3))
            let lines = try await board.backup()
            try await server.command("SAVE")
            given.formUnion(try await board.changes(3))
            server.kill()
            try await server.start()
            try await until { board.redis.connectedCount >= 2 }
            switch act {
            case "suspend":
                _ = try await board.store.suspend(UserID("bob"), by: board.act(), on: board.loop)
            case "restore": _ = try await board.store.restore(backupLines(lines), by: board.act(), on: board.loop)
            default:
                try await board.command("DEL", board.keys.scores)
                _ = try await board.store.rebuild(board.verify(), by: board.act(), on: board.loop)
            }
            let position = try await board.position()
            #expect(!given.map(\.epoch).contains(position.epoch))
            #expect(try await board.changes(1).map(\.epoch) == [position.epoch])
        }
    }

    @Test("is a new one on a replica that was behind, and again on the first server, behind in its turn")
    func failovers() async throws {
        let first = try await PrivateRedisServer(port: .tcp)
        let second = try await PrivateRedisServer(port: .tcp, replicaOf: first)
        var given: [Cursor] = []
        /// The server takes over without the other's last changes, then the other follows it.
        func takesOver(_ server: PrivateRedisServer, from other: PrivateRedisServer) async throws {
            try await withBoard(on: other) { given += try await $0.changes(3) }
            // It has changed something in its own life already, and hears of no more.
            try await until { try await server.command("GET", "lb:{main}:seq") == "\(given.last?.seq ?? 0)" }
            try await server.command("REPLICAOF", "127.0.0.1", "1")
            try await withBoard(on: other) { given += try await $0.changes(2) }
            try await server.command("REPLICAOF", "NO", "ONE")
            try await withBoard(on: server) { given += try await $0.changes(2) }
            try await other.command("REPLICAOF", "127.0.0.1", "\(server.port ?? 0)")
            try await until { try await other.command("INFO", "replication").contains("master_link_status:up") }
        }
        try await takesOver(second, from: first)
        try await takesOver(first, from: second)
        try await takesOver(second, from: first)
        #expect(Set(given).count == given.count, "\(given)")
    }

    @Test(
        "is a new one, from its first change on, where nobody can count on from what the board's counter holds",
        arguments: [
            "9007199254740991", "9007199254740992", "18446744073709551616", "nan", "inf", "abc", "", "-5", "-0", "1.5",
            "1e3",
            "00", "007", "0x10", " 1", "1 ", "+1", String(repeating: "9", count: 400),
        ]
    )
    func unusableCounter(text: String) async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 1)
            let before = try await board.position().epoch
            for (isBegun, seq) in [(false, 2), (true, 3)] {
                try await board.command("SET", board.keys.seq, text)
                #expect(try await board.position() == Cursor(epoch: "0", seq: 0))
                if isBegun {
                    try await board.store.begin(on: board.loop)
                    #expect(try await board.position().seq == seq - 1)
                }
                let update = try await board.applied("alice", 1)
                #expect(update.seq == seq)
                let after = try await board.position()
                #expect(after.seq == seq)
                #expect(after.epoch != before)
                #expect(try await board.command("GET", board.keys.seq).text == "\(seq)")
            }
            // An operation counts likewise.
            try await board.command("SET", board.keys.seq, text)
            _ = try await board.store.suspend(UserID("alice"), by: board.act(), on: board.loop)
            #expect(try await board.position().seq == 4)
            #expect(try await board.verify().isSound)
        }
    }

    /// What changes a board first that lost its count.
    enum First: String, CaseIterable { case update, begin, suspend, erase, rebuild, write }

    @Test("counts on behind all that the audit tells of, whoever changes the board first", arguments: First.allCases)
    func behindTheAudit(first: First) async throws {
        try await withBoard { board in
            for user in ["alice", "bob", "gone"] { for _ in 0..<3 { _ = try await board.applied(user, 5) } }
            // What an erasure leaves has seqs of before.
            _ = try await board.store.erase(UserID("gone"), by: board.act(), on: board.loop)
            let last = try await board.position()
            try await board.command("DEL", board.keys.seq)
            switch first {
            case .update: #expect(try await board.applied("alice", 1).seq == last.seq + 1)
            case .begin: try await board.store.begin(on: board.loop)
            case .suspend: _ = try await board.store.suspend(UserID("bob"), by: board.act(), on: board.loop)
            case .erase: _ = try await board.store.erase(UserID("bob"), by: board.act(), on: board.loop)
            case .rebuild:
                try await board.command("DEL", board.keys.scores)
                _ = try await board.store.rebuild(board.verify(), by: board.act(), on: board.loop)
            case .write:
                let keys = board.keys
                var call = RedisCommand("FCALL", "leaderboard_write", "11", keys.suspended, keys.withheld, keys.audit)
                for name in ["board", "seasons"] { call.append(keys.name(name)) }
                for key in [
                    keys.seq, keys.epoch, keys.chain, keys.scores, keys.name("at"), keys.limit(try UserID("alice")),
                ] {
                    call.append(key)
                }
                for word in ["1000", "1000", keys.channel, #"{"version":"1"}"#, "1", "", "0", "0", "1", "0"] {
                    call.append(word)
                }
                for word in ["alice", "incr", "1", "0", "", ""] { call.append(word) }
                _ = try await board.redis.send(call, on: board.loop)
            }
            #expect(try await board.position().seq == last.seq + (first == .begin ? 0 : 1))
            #expect(try await board.position().epoch != last.epoch)
            _ = try await board.applied("alice", 1)
            let report = try await board.verify()
            #expect(report.isSound, "\(report.faults) \(report.differences)")
        }
    }

    @Test("goes on up to the last number that is exact")
    func lastCounts() async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 1)
            let epoch = try await board.position().epoch
            try await board.command("SET", board.keys.seq, "9007199254740989")
            #expect(try await board.applied("alice", 1).seq == 9_007_199_254_740_990)
            #expect(try await board.position() == Cursor(epoch: epoch, seq: 9_007_199_254_740_990))
            #expect(try await board.applied("alice", 1).seq == 9_007_199_254_740_991)
            #expect(try await board.applied("alice", 1).seq == 1)
            // Nobody can count on behind it.
            #expect(try await board.verify().faults.count == 1)
        }
    }

    @Test(
        "may be of a life that has no epoch, or of rubbish: then it is not gone on with",
        arguments: ["", "x", "1795580834809408"]
    )
    func foreign(epoch: String) async throws {
        try await withBoard { board in
            _ = try await board.applied("alice", 1)
            try await board.command("SET", board.keys.epoch, epoch)
            _ = try await board.applied("alice", 1)
            #expect(try await board.position().epoch != epoch)
            #expect(try await board.position().seq == 2)
        }
    }
}

extension TestBoard {
    /// Makes changes, and tells where the board was after each.
    fileprivate func changes(_ count: Int) async throws -> [Cursor] {
        var positions: [Cursor] = []
        for _ in 0..<count {
            _ = try await applied("alice", 1)
            positions.append(try await position())
        }
        return positions
    }
}
