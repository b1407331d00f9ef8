import Board
import RedisClient
@testable import TestSupport
import Testing

@testable import Leaderboard

@Suite("An operator's act and seasons that are final", .timeLimit(.minutes(2)))
struct PastSeasonActsTests {
    private func withWindows(_ rules: BoardRules, _ body: (inout DefinedBoard) async throws -> Void) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            try await board.command("SET", BoardKeys(board: "acts").board, rules.json)
            var target = DefinedBoard(board, "acts", rules, isGiven: false)
            try await body(&target)
        }
    }

    private func rows(_ season: DefinedBoard, _ window: Int = 0) async throws -> [String] {
        try await season.page(ofSeasonIn: window).map { "\($0.user) \($0.score) \($0.rank)" }
    }

    private func users(_ season: DefinedBoard) async throws -> [String] {
        try await season.page(ofSeasonIn: 0).map(\.user)
    }

    private func isSound(_ target: DefinedBoard) async throws -> Bool {
        let report = try await AuditVerification(target.store, on: target.board.loop).run()
        return report.isSound && report.seasons.allSatisfy(\.isReached) && !report.seasons.isEmpty
            && report.seasons.allSatisfy { $0.uncertain == 0 }
    }

    @Test(
        "takes a suspended user out of them, and gives the very places back, whatever is rebuilt meanwhile",
        arguments: BoardRules.Ties.allCases
    )
    func suspension(ties: BoardRules.Ties) async throws {
        try await withWindows(BoardRules(ties: ties, windows: 2)) { target in
            let (store, loop, act, b) = (try target.store, target.board.loop, try target.board.act(), try UserID("b"))
            for user in ["c", "b", "a", "d"] { _ = try await target.write([ModelUpdate(user: user, value: 5)]) }
            let ended = target
            let before = try await rows(ended)
            let others = try await users(ended).filter { $0 != "b" }
            try await target.endSeason(0, at: target.board.microseconds())
            _ = try await target.write([ModelUpdate(user: "a", value: 1)])

            let suspended = try await store.suspend(b, by: act, on: loop)
            #expect(suspended == SuspensionChange(hasChanged: true, finalSeasons: ["w0/1"]))
            #expect(try await users(ended) == others)
            #expect(try await isSound(target))
            #expect(try await store.suspend(b, by: act, on: loop) == SuspensionChange())

            // What is lost of it comes back without the user.
            let keys = ended.season(0)
            let without = try await rows(ended)
            for key in keys.all { try await target.board.command("DEL", key) }
            let report = try await AuditVerification(store, on: loop).run()
            #expect(report.seasonDifferences == 4)
            _ = try await store.repair(report, with: nil, by: act, on: loop)
            #expect(try await rows(ended) == without)

            let reinstated = try await store.reinstate(b, by: act, on: loop)
            #expect(reinstated == SuspensionChange(hasChanged: true, finalSeasons: ["w0/1"]))
            #expect(try await rows(ended) == before)
            #expect(try await isSound(target))
            for key in [keys.scores] + (ties == .first || ties == .last ? [keys.at] : []) {
                #expect(try await target.board.command("PTTL", key).integer ?? 0 > 0, "\(key)")
            }
            let told = try await target.board.command("XREVRANGE", target.keys.audit, "+", "-", "COUNT", "1")
            let entry = try #require(told.array?.first.flatMap { AuditEntry(reply: $0) })
            #expect(entry.action == .reinstate && entry.seasons == ["w0/1"])
        }
    }

    @Test("gives back who was suspended when a season ended, and whom an earlier release left out")
    func suspendedAtEnd() async throws {
        try await withWindows(BoardRules(ties: .first, windows: 1)) { target in
            let (store, loop, act, a) = (try target.store, target.board.loop, try target.board.act(), try UserID("a"))
            _ = try await target.write(["a", "b"].map { ModelUpdate(user: $0, value: 5) })
            _ = try await store.suspend(a, by: act, on: loop)
            let ended = target
            try await target.endSeason(0, at: target.board.microseconds())
            _ = try await target.write([ModelUpdate(user: "c", value: 5)])
            // As an earlier release does it.
            let stored = try await store.storedSeasons(on: loop)
            let call = store.calls.operation("reinstate", user: a, by: act, [], in: stored)
            #expect(try await store.operate(call, on: loop).map(\.text) == ["done"])
            #expect(try await users(ended) == ["b"])
            #expect(try await isSound(target))

            #expect(try await store.reinstate(a, by: act, on: loop).finalSeasons == ["w0/1"])
            #expect(try await users(ended) == ["a", "b"])
            #expect(try await isSound(target))
        }
    }

    @Test(
        "takes back what counted in them, and tells them beforehand",
        arguments: [BoardRules.Operator.incr, .best, .set]
    )
    func revert(operation: BoardRules.Operator) async throws {
        try await withWindows(BoardRules(ties: .first, operators: [operation], windows: 2)) { target in
            let (store, loop, act) = (try target.store, target.board.loop, try target.board.act())
            _ = try await target.write([ModelUpdate(user: "a", value: 40), ModelUpdate(user: "b", value: 45)])
            let reply = try await target.write([ModelUpdate(user: "a", value: 90)])
            let seq = try #require(reply.array?.first?.array?[2].integer)
            let ended = target
            try await target.endSeason(0, at: target.board.microseconds())
            _ = try await target.write([ModelUpdate(user: "a", value: 95)])
            let running = try await rows(target)

            let preview = try await store.revertPreview(.update(seq: seq), on: loop)
            let reverted = try await store.revert(.update(seq: seq), by: act, on: loop)
            #expect(preview == reverted && reverted?.finalSeasons == ["w0/1"])
            #expect(try await rows(ended) == ["b 45 1", "a 40 2"])
            #expect(try await rows(target) == running)
            #expect(try await isSound(target))
            #expect(try await store.revert(.update(seq: seq), by: act, on: loop)?.updates == 0)

            // Without anything left, the user leaves.
            _ = try await store.revert(.updates(of: UserID("b"), since: nil, until: nil), by: act, on: loop)
            #expect(try await users(ended) == (operation == .incr ? ["a", "b"] : ["a"]))
            #expect(try await isSound(target))
        }
    }

    @Test(
        "that undoes a revert gives the very places back, also when they are rebuilt",
        arguments: [BoardRules.Ties.first, .last]
    )
    func unrevert(ties: BoardRules.Ties) async throws {
        try await withWindows(BoardRules(ties: ties, windows: 1)) { target in
            let (store, loop, act) = (try target.store, target.board.loop, try target.board.act())
            for user in ["c", "b", "a"] { _ = try await target.write([ModelUpdate(user: user, value: 5)]) }
            let ended = target
            let before = try await rows(ended)
            try await target.endSeason(0, at: target.board.microseconds())
            _ = try await target.write([ModelUpdate(user: "a", value: 1)])
            let all = RevertSelection.updates(of: try UserID("b"), since: nil, until: nil)
            _ = try await store.revert(all, by: act, on: loop)
            let preview = try await store.unrevertPreview(.updates(all), on: loop)
            let returned = try await store.unrevert(.updates(all), by: act, on: loop)
            #expect(returned == preview && returned?.finalSeasons == ["w0/1"])
            #expect(try await rows(ended) == before)
            #expect(try await isSound(target))
            for key in ended.season(0).all { try await target.board.command("DEL", key) }
            let report = try await AuditVerification(store, on: loop).run()
            _ = try await store.repair(report, with: nil, by: act, on: loop)
            #expect(try await rows(ended) == before)
        }
    }

    @Test("reaches as many as there are, some at once")
    func many() async throws {
        try await withWindows(BoardRules(ties: .id, operators: [.incr], windows: 1)) { target in
            let (store, loop, act, a) = (try target.store, target.board.loop, try target.board.act(), try UserID("a"))
            var ended: [DefinedBoard] = []
            for _ in 0..<53 {
                _ = try await target.write([ModelUpdate(user: "a", value: 1), ModelUpdate(user: "b", value: 1)])
                ended.append(target)
                try await target.endSeason(0, at: target.board.microseconds())
            }
            _ = try await target.write([ModelUpdate(user: "b", value: 1)])
            let seasons = Set((1...53).map { "w0/\($0)" })
            #expect(try await Set(store.suspend(a, by: act, on: loop).finalSeasons) == seasons)
            for season in ended { #expect(try await season.page(ofSeasonIn: 0).map(\.user) == ["b"]) }
            #expect(try await Set(store.reinstate(a, by: act, on: loop).finalSeasons) == seasons)
            for season in ended { #expect(try await season.page(ofSeasonIn: 0).map(\.user).sorted() == ["a", "b"]) }
            let reverted = try await store.revert(.updates(of: a, since: nil, until: nil), by: act, on: loop)
            #expect(reverted?.updates == 53 && Set(reverted?.finalSeasons ?? []) == seasons)
            for season in ended { #expect(try await season.page(ofSeasonIn: 0).map(\.score) == [1, 0]) }
            #expect(try await isSound(target))
            let entries = try await target.board.command("XRANGE", target.keys.audit, "-", "+").array ?? []
            #expect(entries.compactMap { AuditEntry(reply: $0) }.allSatisfy { $0.malformed.isEmpty })
        }
    }
}
