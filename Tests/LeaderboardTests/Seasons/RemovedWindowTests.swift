import Board
import RedisClient
import Seasons
import TestSupport
import Testing

@testable import Leaderboard

@Suite("A window that is taken away and put back", .timeLimit(.minutes(1)))
struct RemovedWindowTests {
    @Test("goes on in the season that runs, and lists one that has ended meanwhile, once")
    func ended() async throws {
        try await withBoard { board in
            let living = LivingBoard(board, try BoardID("cups"))
            let name = try #require(WindowName("cup"))
            var (with, without) = (BoardDefinition(), BoardDefinition())
            for window in [name, try #require(WindowName("year"))] {
                with.windows.seasonal.append(WindowRule(name: window, reset: .every(hours: 8784)))
            }
            without.windows.seasonal = [with.windows.seasonal[1]]
            func listed() async throws -> [String] {
                try await living.store().seasons(of: name, before: nil, limit: 9, on: board.loop).map {
                    "\($0.season.id) \($0.isFinal) \($0.users)"
                }
            }
            try await living.define(with)
            try await living.update("ada", .incr, 5)
            let running = try await listed()
            let (keys, field) = (try await living.store().keys, "s:cup")
            try await living.define(without)
            try await living.update("ada", .incr, 5)
            let kept = try #require(try await board.command("HGET", keys.windows, field).text)
            #expect(running == [kept.prefix { $0 != " " } + " false 1"])

            // Acts reach it meanwhile.
            let season = keys.season(window: name, id: "\(kept.prefix { $0 != " " })")
            for (isSuspended, shown) in [(true, 0), (false, 1)] {
                try await living.setSuspended(isSuspended, "ada")
                #expect(try await board.command("ZCARD", season.scores).integer == shown)
            }

            // At once; nobody plays meanwhile.
            try await living.define(with)
            #expect(try await listed() == running)
            #expect(try await AuditVerification(living.store(), on: board.loop).run().isSound)
            #expect(try await board.command("HEXISTS", keys.windows, field).integer == 0)
            #expect(try await board.command("EXISTS", keys.ended).integer == 0)
            try await living.update("ada", .incr, 5)

            // Behind its end.
            try await living.define(without)
            try await board.command("HSET", keys.windows, field, "before 1000000 2000000")
            try await board.command("ZADD", keys.season(window: name, id: "before").scores, "7", "bob")
            for _ in 0..<2 {
                try await living.define(with)
                #expect(try await listed() == running + ["before true 1"])
                try await living.define(without)
            }
            #expect(try await board.command("XLEN", keys.ended).integer == 1)
        }
    }
}
