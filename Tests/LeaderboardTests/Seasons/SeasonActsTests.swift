import Board
import RedisClient
@testable import TestSupport
import Testing

@testable import Leaderboard

@Suite("An operator's act on a board with windows", .timeLimit(.minutes(2)))
struct SeasonActsTests {
    private func withWindows(
        _ rules: BoardRules = BoardRules(ties: .first, windows: 2),
        _ body: (inout DefinedBoard) async throws -> Void
    ) async throws {
        try await withBoard { board in
            try await board.store.check(on: board.loop)
            try await board.command("SET", BoardKeys(board: "acts").board, rules.json)
            var target = DefinedBoard(board, "acts", rules, isGiven: false)
            try await body(&target)
        }
    }

    private func users(_ board: DefinedBoard, _ window: Int) async throws -> [String] {
        try await board.page(ofSeasonIn: window).map(\.user)
    }

    @Test("that exports a user tells the score in each season, ended ones too, and nothing of it once they are erased")
    func export() async throws {
        try await withWindows { target in
            let (user, loop) = (try UserID("a"), target.board.loop)
            _ = try await target.write([ModelUpdate(user: "b", value: 9), ModelUpdate(user: "a", value: 5)])
            try await target.endSeason(0)
            _ = try await target.write([ModelUpdate(user: "b", value: 1)])

            let export = try await target.store.export(user, on: loop)
            let told = export.seasons.map { "\($0.window) \($0.season) \($0.score ?? -1) \($0.rank ?? -1)" }
            #expect(told == ["w0 1 5 2", "w1 1 5 2"])
            #expect(!export.isBeingErased)

            _ = try await target.store.erase(user, by: target.board.act(), on: loop)
            #expect(try await target.store.export(user, on: loop).seasons == [])
            try await target.board.command("SADD", target.keys.erasing, "a")
            #expect(try await target.store.export(user, on: loop).isBeingErased, "an erasure that was interrupted")
        }
    }

    @Test("leaves nothing of an erased user in any season, ended ones too")
    func erase() async throws {
        try await withWindows { target in
            for user in ["erased:user", "stays"] {
                _ = try await target.write([ModelUpdate(user: user, value: 3), ModelUpdate(user: user, value: 2)])
            }
            try await target.endSeason(0)
            _ = try await target.write([
                ModelUpdate(user: "stays", value: 1), ModelUpdate(user: "erased:user", value: 1),
            ])
            _ = try await target.store.suspend(UserID("erased:user"), by: target.board.act(), on: target.board.loop)
            try await target.endSeason(1)
            _ = try await target.write([ModelUpdate(user: "stays", value: 1)])

            _ = try await target.store.erase(UserID("erased:user"), by: target.board.act(), on: target.board.loop)

            let names = try await target.board.command("KEYS", target.keys.name("s:*")).array?.compactMap(\.text) ?? []
            #expect(names.filter { $0.hasSuffix(":scores") }.count == 4)
            for name in names {
                let holds = try await target.board.command("DUMP", name)
                guard case .string(let bytes) = holds else { continue }
                #expect(!String(decoding: bytes, as: UTF8.self).contains("erased:user"), "\(name)")
            }
            for window in 0..<2 { #expect(try await users(target, window) == ["stays"]) }
        }
    }

    @Test("keeps what a user scores while being erased, in a season that ends meanwhile too")
    func scoresDuringErasure() async throws {
        try await withWindows { target in
            let (user, first) = try (UserID("a"), target)
            _ = try await target.write([ModelUpdate(user: "a", value: 3)])
            try await target.endSeason(0)
            _ = try await target.write([ModelUpdate(user: "a", value: 2)])
            let (store, loop, second) = try (target.store, target.board.loop, target)

            let kept = try await store.keptSeasons(on: loop)
            let reply = try await store.operateInSeasons(
                "erase",
                user,
                by: target.board.act(),
                ["erased-1"],
                on: loop
            )
            _ = try await target.write([ModelUpdate(user: "a", value: 7)])
            try await target.endSeason(0)
            _ = try await target.write([ModelUpdate(user: "a", value: 1)])
            let reached = try #require(reply.last?.text)
            try await store.erase(user, from: kept, butFor: reached, on: loop)

            #expect(try await first.page(ofSeasonIn: 0).isEmpty)
            #expect(try await second.page(ofSeasonIn: 0).map(\.score) == [7])
            #expect(try await target.page(ofSeasonIn: 0).map(\.score) == [1])
            #expect(try await target.page(ofSeasonIn: 1).map(\.score) == [8])
        }
    }

    @Test("reaches a season in its grace, which still takes updates", arguments: [BoardRules.Ties.id, .first])
    func grace(ties: BoardRules.Ties) async throws {
        try await withWindows(BoardRules(ties: ties, operators: [.incr], windows: 2, grace: 3600)) { target in
            _ = try await target.write([ModelUpdate(user: "a", value: 5), ModelUpdate(user: "b", value: 7)])
            let (store, loop, act, ended) = try (target.store, target.board.loop, target.board.act(), target)
            _ = try await store.suspend(UserID("b"), by: act, on: loop)
            let end = try await target.board.microseconds()
            try await target.endSeason(0, at: end)
            _ = try await target.write([ModelUpdate(user: "c", value: 1)])

            _ = try await store.reinstate(UserID("b"), by: act, on: loop)
            let reply = try await target.writeLate([ModelUpdate(user: "b", value: 2)], 0, endedAt: end)
            #expect(try await ended.page(ofSeasonIn: 0).map(\.score) == [9, 5])

            let seq = try #require(reply.array?.first?.array?[2].integer)
            _ = try await store.revert(.update(seq: seq), by: act, on: loop)
            #expect(try await ended.page(ofSeasonIn: 0).map(\.score) == [7, 5])

            _ = try await store.suspend(UserID("a"), by: act, on: loop)
            #expect(try await users(ended, 0) == ["b"])
        }
    }

    @Test("reaches a season that nobody but a late update has been in, and which is among the ended ones")
    func lateSeason() async throws {
        try await withWindows(BoardRules(ties: .id, windows: 1, grace: 3600)) { target in
            let first = target
            target.seasons[0] = 2
            _ = try await target.write([ModelUpdate(user: "a", value: 1)])
            for _ in 0..<2 {
                _ = try await target.writeLate(
                    [ModelUpdate(user: "a", value: 4)],
                    0,
                    endedAt: try await target.board.microseconds()
                )
            }
            #expect(try await first.page(ofSeasonIn: 0).map(\.score) == [8])
            let entries = try await target.board.command("XRANGE", target.keys.ended, "-", "+").array ?? []
            #expect(entries.compactMap { WindowSeason(entry: $0)?.name } == ["w0 1"])

            _ = try await target.store.suspend(UserID("a"), by: target.board.act(), on: target.board.loop)
            #expect(try await users(first, 0).isEmpty)
        }
    }

    @Test("reaches a running season in which a late update is the first")
    func seasonBegunLate() async throws {
        try await withWindows(BoardRules(ties: .id, windows: 2, grace: 3600)) { target in
            target.seasons[0] = 2
            let end = try await target.board.microseconds()
            let late = try await target.writeLate([ModelUpdate(user: "a", value: 4)], 0, endedAt: end)
            #expect(late.array?.first?.array?.first?.text == "applied")
            let stored = RunningSeasons.stored(try await target.board.command("GET", target.keys.seasons).text ?? "")
            #expect(stored.map(\.name) == ["w0 1", "w1 1"])

            _ = try await target.store.suspend(UserID("a"), by: target.board.act(), on: target.board.loop)
            #expect(try await users(target, 1).isEmpty)
        }
    }

    @Test("leaves a season that is kept no longer as it was, and gives back the place in one that runs")
    func suspension() async throws {
        try await withWindows { target in
            _ = try await target.write(["a", "b"].map { ModelUpdate(user: $0, value: 5) })
            _ = try await target.store.suspend(UserID("a"), by: target.board.act(), on: target.board.loop)
            #expect(try await users(target, 0) == ["b"])
            let ended = target
            try await target.endSeason(0)
            _ = try await target.write([ModelUpdate(user: "c", value: 5)])

            _ = try await target.store.reinstate(UserID("a"), by: target.board.act(), on: target.board.loop)

            #expect(try await users(ended, 0) == ["b"])
            #expect(try await users(target, 0) == ["c"])
            #expect(try await users(target, 1) == ["a", "b", "c"], "who came first is first again")
        }
    }

    @Test(
        "takes from a season only what counted in it",
        arguments: [BoardRules.Operator.incr, .best, .set]
    )
    func revert(operation: BoardRules.Operator) async throws {
        try await withWindows(BoardRules(operators: [operation], windows: 1)) { target in
            // One in the season before; then a small one, and that which is taken back.
            _ = try await target.write([ModelUpdate(user: "a", value: 90)])
            try await target.endSeason(0)
            _ = try await target.write([ModelUpdate(user: "a", value: 40)])
            let reply = try await target.write([ModelUpdate(user: "a", value: 50)])
            let seq = try #require(reply.array?.first?.array?[2].integer)

            _ = try await target.store.revert(.update(seq: seq), by: target.board.act(), on: target.board.loop)
            #expect(try await target.page(ofSeasonIn: 0).map(\.score) == [40])

            // The first one, of the season before, takes nothing from the one that runs.
            _ = try await target.store.revert(.update(seq: 2), by: target.board.act(), on: target.board.loop)
            #expect(try await target.page(ofSeasonIn: 0).map(\.score) == [40])
            #expect(try await AuditVerification(target.store, on: target.board.loop).run().isSound)
        }
    }

    @Test("of other ties is refused: ended seasons would keep the old ones")
    func ties() async throws {
        try await withWindows { target in
            _ = try await target.write([ModelUpdate(user: "a", value: 1)])
            await #expect(throws: (any Error).self) {
                try await Catalogue(target.board.store.functions, maximumBoards: 10)
                    .changeTies(of: BoardID("acts"), to: .last, by: target.board.act(), on: target.board.loop)
            }
            #expect(try await users(target, 0) == ["a"])
        }
    }
}
