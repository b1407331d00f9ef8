import Board
import NIOCore
import RedisClient
import TestSupport
import Testing

@testable import Leaderboard

@Suite("What a restore does to users", .timeLimit(.minutes(2)))
struct RestoreEffectsTests {
    private static let users = ["ada", "bob", "cid", "dan", "eve", "fay", "gil"]

    /// A board on which users may be put on hold, each with 5 points.
    private func withLiving(_ body: (TestBoard, LivingBoard) async throws -> Void) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            let living = LivingBoard(board, try BoardID("restored"))
            var definition = BoardDefinition.test(.first)
            definition.rules = [PlausibilityRule(.byHand, .hold)]
            try await living.define(definition)
            for user in Self.users { try await living.update(user, .incr, 5) }
            try await body(board, living)
        }
    }

    private func act(_ living: LivingBoard, _ words: String...) async throws {
        let (store, act, loop) = (try await living.store(), try living.board.act(), living.board.loop)
        for word in words {
            let parts = word.split(separator: " ").map(String.init)
            let user = try UserID(parts[1])
            switch parts[0] {
            case "suspend": _ = try await store.suspend(user, by: act, on: loop)
            case "reinstate": _ = try await store.reinstate(user, by: act, on: loop)
            case "hide": _ = try await store.hide(user, by: act, on: loop)
            case "hold", "unhold":
                let change = try await store.setOnHold(user, parts[0] == "hold", by: act, on: loop)
                #expect(change == .done)
            default: _ = try await store.erase(user, by: act, on: loop)
            }
        }
    }

    private func effects(_ living: LivingBoard, _ lines: [String]) async throws -> RestoreEffects {
        try await living.catalogue.effects(
            of: backupLines(lines),
            BackupPreview(of: backupLines(lines)),
            as: living.id,
            living.catalogue.held(.board(living.id), on: living.board.loop),
            on: living.board.loop
        )
    }

    private func isSound(_ living: LivingBoard) async throws -> Bool {
        try await AuditVerification(living.store(), on: living.board.loop).run().isSound
    }

    @Test("to who is suspended, hidden or on hold, is told before, by names, and is what it does")
    func acts() async throws {
        try await withLiving { board, living in
            try await act(living, "suspend ada", "suspend bob", "suspend gil", "hide cid", "hold eve", "hold fay")
            let (lines, loop) = (try await living.backup(), board.loop)
            let preview = try await BackupPreview(of: backupLines(lines))
            #expect(preview.summary.onHold == 2)
            let before = try await living.store().onHold(UserID("eve"), on: loop)
            #expect(before?.reason == (try board.act().reason.text))

            try await act(living, "reinstate ada", "hide bob", "reinstate cid", "suspend dan", "suspend cid")
            try await act(living, "unhold eve", "hold dan", "hide eve")
            let effects = try await effects(living, lines)
            #expect(
                effects.names.map { "\($0.what): \($0.users.joined(separator: " "))" } == [
                    "no longer suspended: dan", "no longer hidden: eve", "hidden instead of suspended: cid",
                    "suspended instead of hidden: bob", "suspended again: ada", "on hold again: eve",
                    "on hold as before, though not in the backup: dan",
                ]
            )
            #expect(effects.erased == [] && effects.unknownErasures == nil && effects.waiting == 0)

            #expect(try await living.restore(lines).onHold == 2)
            let state = try await living.store().boardState(of: living.store().keys, on: loop)
            #expect(state.suspended == ["ada", "bob", "cid", "gil"] && state.hidden == ["cid"])
            #expect(state.onHold.keys.sorted() == ["dan", "eve", "fay"])
            #expect(state.onHold["eve"] == before)
            guard case .held = try await living.update("eve", .incr, 1) else {
                Issue.record("who is on hold again is not held")
                return
            }
            #expect(try await self.effects(living, lines).waiting == 1)
            #expect(try await living.restore(lines).waiting == 1)
            #expect(try await isSound(living))
            #expect(try await board.command("KEYS", "*restoring*").array?.isEmpty == true)
        }
    }

    @Test("has who is on hold in an empty Redis as well, and of a backup without them names them by its audit")
    func holds() async throws {
        try await withLiving { board, living in
            let none = try await living.backup()
            #expect(none[0].contains(#""format":2"#) && !none.contains { $0.contains("on-hold") })
            try await act(living, "hold eve", "hold fay", "unhold fay")
            let lines = try await living.backup()
            #expect(lines[0].contains(#""format":4"#))
            #expect(lines.contains { $0.hasPrefix(#"{"type":"on-hold","user":"eve","actor":""#) })
            try await withBoard { other in
                try await other.store.check(on: other.loop)
                let copy = LivingBoard(other, try BoardID("restored"))
                #expect(try await copy.restore(lines).onHold == 1)
                #expect(try await copy.backup().contains { $0.hasPrefix(#"{"type":"on-hold","user":"eve""#) })
            }
            // As an earlier release has made it.
            let old = try Self.withoutHolds(lines)
            try await act(living, "unhold eve")
            #expect(
                try await effects(living, old).names.map(\.what)
                    == ["on hold by the backup's audit alone, which puts nobody on hold (leaderboard admin hold does)"]
            )
            try await living.restore(old)
            #expect(try await living.store().onHold(UserID("eve"), on: board.loop) == nil)
        }
    }

    private static func withoutHolds(_ lines: [String]) throws -> [String] {
        var (hash, old) = (BackupHash(), [String]())
        for text in lines {
            switch try BackupLine(ByteBuffer(string: text)) {
            case .header: old.append(text.replacing(#""format":4"#, with: #""format":2"#))
            case .onHold: break
            case .seal(let seal):
                var end = ByteBuffer()
                BackupLine.seal(hash.sealed(seq: seal.seq, chain: seal.chain)).write(into: &end)
                old.append(String(buffer: end).filter { $0 != "\n" })
            case let line:
                _ = hash.add(line)
                old.append(text)
            }
        }
        return old
    }

    @Test("who were erased since is to erase them again, unless they are to come back", arguments: [true, false])
    func erased(keepsErased: Bool) async throws {
        try await withLiving { board, living in
            try await act(living, "suspend bob", "hold eve")
            let (lines, loop) = (try await living.backup(), board.loop)
            try await act(living, "erase ada", "erase bob", "erase eve")
            // Who came again is another one, whose scores of since are gone with the rest.
            try await living.update("ada", .incr, 1)
            let effects = try await effects(living, lines)
            #expect(effects.erased == ["ada", "bob", "eve"] && effects.unknownErasures == nil)
            let held = try await living.catalogue.held(.board(living.id), on: loop)
            let summary = try await living.catalogue.restore(
                backupLines(lines),
                BackupPreview(of: backupLines(lines)),
                as: living.id,
                inPlaceOf: held,
                keepsErased: keepsErased,
                by: board.act(),
                on: loop
            )
            #expect(summary.erased == (keepsErased ? ["ada", "bob", "eve"] : []))
            #expect(
                try await living.store().onHold(UserID("eve"), on: loop)?.reason
                    == (keepsErased ? HeldByHand.erasedReason : board.act().reason.text)
            )
            let store = try await living.store()
            let state = try await store.boardState(of: store.keys, on: loop)
            let gone = Self.users.filter { state.scores[$0] == nil && state.withheld[$0] == nil }
            #expect(gone == (keepsErased ? ["ada", "bob", "eve"] : []))
            #expect(state.suspended == ["bob"])
            // A hold goes over an erasure.
            #expect(state.onHold.keys.sorted() == ["eve"])
            let text = try await living.backup().joined()
            #expect(text.contains(#""user","ada""#) != keepsErased)
            #expect(try await store.erasing(on: loop).isEmpty)
            #expect(try await isSound(living))
        }
    }

    @Test("leave alone what is there of who was erased since, and came again: what waits, and what they say")
    func since() async throws {
        try await withLiving { board, living in
            try await act(living, "hold eve")
            let (lines, loop) = (try await living.backup(), board.loop)
            try await act(living, "erase eve", "erase ada")
            let store = try await living.store()
            // The one is known to be erased, and the erasure of the other was broken off.
            try await board.command("SADD", store.keys.erasing, "ada")
            try await act(living, "hold ada")
            for user in ["eve", "ada"] {
                guard case .held = try await living.update(user, .incr, 1) else {
                    Issue.record("who is on hold is not held")
                    return
                }
            }
            let effects = try await effects(living, lines)
            #expect(effects.waiting == 2 && effects.waitingOfErased == 1)
            #expect(effects.erased == ["ada", "eve"])
            let summary = try await living.restore(lines)
            #expect(summary.erased == ["ada", "eve"] && summary.waiting == 1)
            let waiting = try await store.held(limit: 10, on: loop).entries
            #expect(waiting.map(\.user.rawValue) == ["eve"])
            #expect(try await store.erasing(on: loop).isEmpty)
            #expect(try await isSound(living))
        }
    }

    @Test("do not name who was reverted since among those who may have been erased")
    func reverted() async throws {
        try await withLiving { board, living in
            let (lines, store) = (try await living.backup(), try await living.store())
            let preview = try await BackupPreview(of: backupLines(lines))
            try await act(living, "erase bob")
            let selection = RevertSelection.updates(of: try UserID("ada"), since: nil, until: nil)
            _ = try await store.revert(selection, by: board.act(), on: board.loop)
            try await board.command("XTRIM", store.keys.audit, "MAXLEN", "1")
            let effects = try await effects(living, lines)
            #expect(preview.summary.users == 7 && effects.unknownErasures != nil)
            #expect(effects.maybeErased == ["bob"])
        }
    }

    @Test(
        "where nobody can tell who was erased since, is said with who may have been",
        arguments: [
            ("nothing", "-", []),
            ("trimmed", "the audit that is here does not reach back", ["ada"]),
            ("silent", "1 more erased since of whom the backup's audit has no entry", ["ada"]),
            ("gone", "nothing is here that tells", []),
            ("defined", "the audit that is here does not reach back", RestoreEffectsTests.users),
            ("unsound", "what is here of suspensions, holds or erasures cannot be read", []),
        ]
    )
    func unknown(loss: String, words: String, maybe: [String]) async throws {
        try await withLiving { board, living in
            let keys = try await living.store().keys
            if loss == "silent" { try await board.command("XTRIM", keys.audit, "MAXLEN", "6") }
            let lines = try await living.backup()
            try await living.update("zoe", .incr, 1)
            if loss != "nothing" { try await act(living, "erase ada") }
            switch loss {
            case "trimmed":
                try await living.update("zoe", .incr, 1)
                try await board.command("XTRIM", keys.audit, "MAXLEN", "1")
            case "gone": try await board.command("FLUSHALL")
            case "defined":
                let text = try #require(try await board.command("GET", keys.board).text)
                try await board.command("FLUSHALL")
                try await board.command("SET", keys.board, text)
            case "unsound":
                try await board.command("DEL", keys.suspended)
                try await board.command("SET", keys.suspended, "x")
            default: break
            }
            if loss == "gone" || loss == "defined" { try await board.store.check(on: board.loop) }
            let effects = try await effects(living, lines)
            #expect(effects.unknownErasures?.hasPrefix(words) ?? (words == "-"), "\(effects)")
            #expect(effects.maybeErased == maybe)
        }
    }

    @Test("takes nobody for erased whose entry has only the id of one that was", arguments: ["", "1", "2"])
    func sameID(hash: String) throws {
        let id = try #require(AuditID("1-0"))
        func fields(_ words: String...) -> [AuditEntry.Field] {
            stride(from: 0, to: words.count, by: 2).map { .init(name: words[$0], value: words[$0 + 1]) }
        }
        var footnotes = AuditFootnotes()
        let gone = fields("user", "erased-1", "action", "erased", "of", "1-0", "link", "1")
        footnotes.read([AuditEntry(id: try #require(AuditID("2-0")), fields: gone)])
        var since = ErasedSince(footnotes, erasing: ["bob"])
        since.meet(.audit(AuditEntry(id: id, fields: fields("user", "ada", "increase", "1", "hash", hash))))
        since.meet(.score(user: "cid", score: 1, reached: 0))
        #expect(since.met == (hash == "1" ? ["ada"] : []))
        since.meet(.score(user: "bob", score: 1, reached: 0))
        #expect(since.met.contains("bob"))
    }

    @Test(
        "reads who is on hold from a backup as it is written, and nothing else",
        arguments: [
            (#""actor":"ops","time":1,"reason":"a b""#, true), (#""actor":"ops","time":1,"reason":"""#, true),
            (#""actor":"o ps","time":1,"reason":"a""#, false), (#""actor":"","time":1,"reason":"a""#, false),
            (#""actor":"ops","time":-1,"reason":"a""#, false),
            (#""actor":"ops","time":9223372036854775807,"reason":"a""#, false),
            (#""actor":"ops","time":1,"reason":"\u0000""#, false), (#""actor":"ops","time":"1","reason":"a""#, false),
            (#""actor":"ops","time":1"#, false),
        ]
    )
    func line(members: String, isOne: Bool) {
        let text = #"{"type":"on-hold","user":"eve",\#(members)}"#
        let line = try? BackupLine(ByteBuffer(string: text))
        #expect((line != nil) == isOne)
        var written = ByteBuffer()
        line?.write(into: &written)
        #expect(!isOne || String(buffer: written) == text + "\n")
    }
}
