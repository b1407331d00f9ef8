import Board
import NIOCore
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("A backup of what a board shows beside its scores", .timeLimit(.minutes(2)))
struct ShownBackupTests {
    private static let profiles = ["ada": #"{"name":"Ada"}"#, "bob": #"{"name":"Bob","x":[1.50,{"b":1,"a":2}]}"#]

    /// A board with profiles, of which one is held.
    private func withProfiles(_ body: (TestBoard, LivingBoard) async throws -> Void) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let living = LivingBoard(board, try BoardID("shown"))
            try await living.define(.test(.first))
            for user in ["ada", "bob", "eve"] { try await living.update(user, .incr, 5) }
            for (user, text) in Self.profiles { try await Self.say(user, text, living) }
            try await Self.say("eve", #"{"name":"Rude"}"#, living)
            _ = try await living.store().blankMetadata(of: UserID("eve"), by: board.act(), on: board.loop)
            try await body(board, living)
        }
    }

    private static func say(_ user: String, _ json: String, _ living: LivingBoard) async throws {
        let metadata = try UserMetadata(json: ByteBuffer(string: json), maximumBytes: 4096)
        let outcome = try await living.store().setMetadata(metadata, of: UserID(user), on: living.board.loop)
        guard case .kept = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    private static func said(_ living: LivingBoard) async throws -> [String: String] {
        let store = try await living.store()
        let fields = try await living.board.command("HGETALL", store.keys.meta).array?.compactMap(\.text) ?? []
        let pairs = stride(from: 0, to: fields.count - 1, by: 2).map { (fields[$0], fields[$0 + 1]) }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    @Test("has what users say and who is held, and brings it back to an empty Redis as it was")
    func comesBack() async throws {
        try await withProfiles { _, living in
            let (lines, before) = (try await living.backup(), try await Self.said(living))
            #expect(before["eve"] == "!" && before.count == 3)
            #expect(lines[0].contains(#""format":3"#))
            #expect(lines.contains(#"{"type":"profile","user":"ada","metadata":{"name":"Ada"}}"#))
            #expect(lines.contains(#"{"type":"profile","user":"eve","metadata":null}"#))
            #expect(try await BackupPreview(of: backupLines(lines)).summary.profiles == 3)
            try await withBoard { other in
                try await other.store.check(on: other.loop)
                let copy = LivingBoard(other, try BoardID("shown"))
                #expect(try await copy.restore(lines).profiles == 3)
                #expect(try await Self.said(copy) == before)
                #expect(try await copy.backup().dropLast().filter { $0.contains("\"profile\"") }.count == 3)
                #expect(try await other.command("KEYS", "*restoring*").array?.isEmpty == true)
            }
        }
    }

    @Test("brings nothing back of who was erased since, nor ends a hold, nor leaves what was said later")
    func erased() async throws {
        try await withProfiles { board, living in
            let lines = try await living.backup()
            let store = try await living.store()
            _ = try await store.erase(UserID("ada"), by: board.act(), on: board.loop)
            _ = try await store.blankMetadata(of: UserID("bob"), by: board.act(), on: board.loop)
            _ = try await store.allowMetadata(of: UserID("eve"), by: board.act(), on: board.loop)
            try await living.update("zoe", .incr, 1)
            try await Self.say("zoe", #"{"name":"Zoe"}"#, living)
            try await living.restore(lines)
            #expect(try await Self.said(living) == ["bob": "!", "eve": "!"])
        }
    }

    @Test("brings back no profile of who has no entry in it, where somebody was erased whom nobody can tell")
    func unclear() async throws {
        try await withProfiles { board, living in
            try await Self.say("silent", #"{"name":"S"}"#, living)
            try await Self.say("other", #"{"name":"O"}"#, living)
            let lines = try await living.backup()
            _ = try await living.store().erase(UserID("silent"), by: board.act(), on: board.loop)
            try await living.restore(lines)
            #expect(try await Self.said(living).keys.sorted() == ["ada", "bob", "eve"])
        }
    }

    @Test("of a release that had none leaves what is there")
    func without() async throws {
        try await withProfiles { _, living in
            let (lines, before) = (try await living.backup(), try await Self.said(living))
            try await living.restore(try Self.withoutShown(lines))
            #expect(try await Self.said(living) == before)
        }
    }

    private static func withoutShown(_ lines: [String]) throws -> [String] {
        var (hash, old) = (BackupHash(), [String]())
        for text in lines {
            let line = try BackupLine(ByteBuffer(string: text))
            if line.isShown { continue }
            guard case .seal(let seal) = line else {
                if line.isSealed { _ = hash.add(line) }
                old.append(text)
                continue
            }
            var end = ByteBuffer()
            BackupLine.seal(hash.sealed(seq: seal.seq, chain: seal.chain)).write(into: &end)
            old.append(String(buffer: end).filter { $0 != "\n" })
        }
        return old
    }

    @Test("of a frozen board shows the same rows, without who was erased, and says that it becomes frozen")
    func frozen() async throws {
        try await withProfiles { board, living in
            _ = try await living.catalogue.freeze(living.id, true, by: board.act(), on: board.loop)
            try await living.update("late", .incr, 100)
            let lines = try await living.backup()
            #expect(try await BackupPreview(of: backupLines(lines)).hasFrozenRows)
            let key = try await living.store().keys.frozen
            let before = try #require(try await board.command("GET", key).text)
            _ = try await living.catalogue.freeze(living.id, false, by: board.act(), on: board.loop)
            try await living.restore(lines)
            #expect(try await board.command("GET", key).text == before)
            #expect(try await living.store().board.definition.frozenSince != nil)
            await #expect(throws: ScoreStoreError.self) {
                _ = try await living.store().rows(.page(offset: 0), limit: 1, on: board.loop)
            }
            _ = try await living.store().erase(UserID("bob"), by: board.act(), on: board.loop)
            let kept = try #require(try await board.command("GET", key).text)
            try await living.restore(lines)
            #expect(try await board.command("GET", key).text == kept)
            #expect(!kept.contains("bob") && before.contains("bob"))
        }
    }

    @Test(
        "reads rows of a frozen board as they are kept, and nothing else",
        arguments: [
            ("1 2 3", true), ("1 2 3 1\na 5 1\n@weekly 2026-W48 1 2 7 1\na 5 1", true), ("1 2 0\n@w 1 -5 2 7 0", true),
            ("", false), ("1 2", false), ("1 2 x", false), ("1 2 -3", false), ("1 2 3\na 5", false),
            ("1 2 3\na b 1", false), ("1 2 3\n\n", false), ("1 2 9223372036854775808", false), ("\n", false),
            ("1 2 3\n\u{0} 5 1", false), ("1 2 3 4 5", false), ("1 2 3\n@w s 1 2 1", false),
        ]
    )
    func rows(text: String, isKept: Bool) {
        #expect((FrozenRows(text) != nil) == isKept)
    }

    @Test("counts who leaves the rows of a frozen board, covered ones too, and knows whose are shown")
    func leaving() throws {
        let rows = try #require(FrozenRows("1 2 30 2\na 9 1\nb 8 2\nc 7 3\n@w s 1 2 7 2\nb 1 1"))
        #expect(rows.without(["b", "x"]).text == "1 2 29 1\na 9 1\nc 7 3\n@w s 1 2 7 1")
        #expect(["a", "b", "c", "w", "1"].filter(rows.shows) == ["b", "c"])
    }
}
