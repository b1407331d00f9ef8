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

    @Test("leaves a season that ended during a suspension as it was, and gives back the place in one that runs")
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
