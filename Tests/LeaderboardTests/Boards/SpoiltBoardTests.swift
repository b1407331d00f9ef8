import Board
import RedisClient
import Seasons
@testable import TestSupport
import Testing

@testable import Leaderboard

/// What another writer does to one of many boards: it is found in passing, and taken off.
@Suite("A board that another writer has written to", .timeLimit(.minutes(5)))
struct SpoiltBoardTests {
    /// Steps until a walk through the whole board finds nothing any more.
    private static func clean(_ store: ScoreStore, _ board: TestBoard) async throws {
        var (cursor, isClean) = (SetAside.start, false)
        repeat {
            if cursor == SetAside.start { isClean = true }
            let step = try await store.setAside(from: cursor, lookingAt: 1000, on: board.loop)
            if step.moved > 0 { isClean = false }
            cursor = step.cursor
        } while cursor != SetAside.start || !isClean
    }

    @Test(
        "has its ranks again, of whatever ties, when all that stands for no user was taken off",
        arguments: BoardRules.Ties.allCases,
        [false, true]
    )
    func ranks(ties: BoardRules.Ties, ascends: Bool) async throws {
        try await withBoard { board in
            let rules = BoardRules(ties: ties, ascends: ascends)
            let defined = DefinedBoard(board, "\(ties.rawValue)-\(ascends)", rules, isGiven: false)
            let store = try defined.store
            try await board.store.check(on: board.loop)
            try await board.command("SET", defined.keys.board, rules.json)
            for number in 0..<9 {
                _ = try await defined.write([ModelUpdate(user: "u\(number)", operation: .incr, value: number / 3)])
            }
            let users = (0..<9).map { "u\($0)" }
            func ranks() async throws -> [[String]] {
                let page = try await store.rows(.page(offset: 0), limit: 100, on: board.loop)
                let rows = page.map { page in zip(page.snapshot.standings, page.ranks).map { "\($0.user) \($1)" } }
                let ids = try users.map { try UserID($0) }
                let found = try await store.standings(of: ids, on: board.loop)?.standings
                return [(rows ?? []).sorted(), (found ?? []).map { "\($0.user) \($0.rank ?? 0)" }.sorted()]
            }
            let before = try await ranks()
            #expect(before[0] == before[1])
            #expect(store.functions.reports.nextForeign() == nil)

            let stamped = ties == .first || ties == .last
            let foreign = ["no user", ""] + (stamped ? ["u0", "stranger", "0000000000ffffu0"] : [])
            for (place, name) in foreign.enumerated() {
                try await board.command("ZADD", defined.keys.scores, "\(ascends ? -5 - place : 50 + place)", name)
            }
            // Those of dense are counted by scores, not by members.
            #expect(try await ranks()[1] != before[1] || ties == .dense)
            #expect(store.functions.reports.nextForeign() == store.board.id)
            try await Self.clean(store, board)
            #expect(try await ranks() == before)
            #expect(try await board.command("ZCARD", defined.keys.foreign).integer == foreign.count)
            #expect(store.functions.reports.nextForeign() == nil)
        }
    }

    @Test("keeps who may be a user while its definition cannot be read")
    func unreadable() async throws {
        try await withBoard { board in
            let defined = DefinedBoard(board, "b", BoardRules(ties: .first), isGiven: false)
            try await board.store.check(on: board.loop)
            try await board.command("SET", defined.keys.board, defined.rules.json)
            for user in ["a", "b"] {
                _ = try await defined.write([ModelUpdate(user: user, operation: .incr, value: 1)])
            }
            try await board.command("SET", defined.keys.board, "nonsense")
            try await board.command("ZADD", defined.keys.scores, "1", "no user")
            try await Self.clean(try defined.store, board)
            #expect(try await board.command("ZCARD", defined.keys.scores).integer == 2)
        }
    }

    @Test(
        "refuses what meets a key of another type, writes nothing, and is told of; other boards go on",
        arguments: ["scores", "audit", "suspended", "seq", "chain"]
    )
    func spoilt(key: String) async throws {
        try await withBoard { board in
            let (one, other) = (LivingBoard(board, try BoardID("one")), LivingBoard(board, try BoardID("other")))
            for board in [one, other] {
                try await board.define(BoardDefinition())
                try await board.update("a", .incr, 1)
            }
            let keys = try await one.store().keys
            let reports = board.store.functions.reports
            #expect(reports.nextUnsound() == nil)
            try await board.command("DEL", keys.name(key))
            try await board.command("LPUSH", keys.name(key), "x")
            let error = await #expect(throws: ScoreStoreError.self) { try await one.update("a", .incr, 1) }
            guard case .unsoundBoard = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reports.nextUnsound() == one.id)
            #expect(reports.nextUnsound() == nil)
            try await other.update("a", .incr, 1)

            let examination = BoardExamination(board.redis, .standard)
            let condition = try #require(await examination.condition(of: one.id, isWhole: false, on: board.loop))
            #expect(condition.stopUpdates == [keys.name(key)])
            #expect(await examination.condition(of: other.id, isWhole: true, on: board.loop)?.isObstructed == false)
            #expect(await examination.boards(on: board.loop)?.map(\.rawValue) == ["main", "one", "other"])
        }
    }

    @Test(
        "has seasons out of which members that stand for nobody are taken, too",
        arguments: [BoardRules.Ties.id, .first]
    )
    func foreignInSeason(ties: BoardRules.Ties) async throws {
        try await withBoard { board in
            let defined = DefinedBoard(board, "b", BoardRules(ties: ties, windows: 1), isGiven: false)
            try await board.store.check(on: board.loop)
            try await board.command("SET", defined.keys.board, defined.rules.json)
            for user in ["a", "b"] { _ = try await defined.write([ModelUpdate(user: user, value: 1)]) }
            let (store, before) = (try defined.store, try await defined.page(ofSeasonIn: 0))
            try await board.command("ZADD", defined.season(0).scores, "9", "no user")
            let examination = BoardExamination(board.redis, .standard)
            func strays() async -> Int? {
                await examination.condition(of: store.board.id, isWhole: true, on: board.loop)?.strays
            }
            #expect(await strays() == 1)
            #expect(await store.runningSeasonKeys(on: board.loop) == [defined.season(0)])
            let step = try await store.setAside(
                of: defined.season(0),
                from: SetAside.start,
                lookingAt: 250,
                on: board.loop
            )
            #expect(step == SetAside(cursor: SetAside.start, moved: 1))
            #expect(await strays() == 0)
            #expect(try await defined.page(ofSeasonIn: 0) == before)
            #expect(try await board.command("ZCARD", defined.keys.foreign).integer == 1)
        }
    }

    @Test("has seasons in their grace, whose keys are looked at")
    func spoiltGrace() async throws {
        try await withBoard { board in
            var defined = DefinedBoard(board, "b", BoardRules(ties: .id, windows: 1, grace: 3600), isGiven: false)
            try await board.store.check(on: board.loop)
            try await board.command("SET", defined.keys.board, defined.rules.json)
            _ = try await defined.write([ModelUpdate(user: "a", value: 1)])
            let (ended, store) = (defined.season(0), try defined.store)
            try await defined.endSeason(0, at: board.microseconds() / 1_000_000 * 1_000_000)
            _ = try await defined.write([ModelUpdate(user: "a", value: 1)])
            try await board.command("DEL", ended.scores)
            try await board.command("SET", ended.scores, "x")
            let found = await BoardExamination(board.redis, .standard).obstacles(on: store.board.id, on: board.loop)
            #expect(found?.stopUpdates == [ended.scores])
        }
    }

    @Test("names keys of its ties and of its running seasons that hold something else, and nothing once they are gone")
    func spoiltSeason() async throws {
        try await withBoard { board in
            let living = LivingBoard(board, try BoardID("b"))
            var definition = BoardDefinition()
            definition.ties = .first
            let window = try #require(WindowName("block"))
            definition.windows.seasonal = [WindowRule(name: window, reset: .every(hours: 8784))]
            try await living.define(definition)
            try await living.update("a", .incr, 1)
            let keys = try await living.store().keys
            let text = try #require(try await board.command("GET", keys.seasons).text)
            let season = try #require(RunningSeasons.stored(text).first)
            let own = keys.season(window: window, id: season.season.id)
            let examination = BoardExamination(board.redis, .standard)
            for (key, stopsUpdates) in [
                (keys.at, true), (own.scores, true), (own.at, true), (keys.ended, false), (own.withheld, false),
            ] {
                try await board.command("DEL", key)
                try await board.command("LPUSH", key, "x")
                let spoilt = try #require(await examination.obstacles(on: living.id, on: board.loop))
                #expect(spoilt.stopUpdates == (stopsUpdates ? [key] : []), "\(key)")
                #expect(spoilt.stopOperations == (stopsUpdates ? [] : [key]), "\(key)")
                try await board.command("DEL", key)
                #expect(await examination.obstacles(on: living.id, on: board.loop)?.isObstructed == false)
            }
            // Of a season that does not run.
            try await board.command("LPUSH", keys.name("s:block:0:scores"), "x")
            #expect(await examination.obstacles(on: living.id, on: board.loop)?.isObstructed == false)
        }
    }

    @Test("shows members that stand for nobody, and stamps of who stands nowhere, to who examines it")
    func strays() async throws {
        try await withBoard { board in
            let living = LivingBoard(board, try BoardID("b"))
            var definition = BoardDefinition()
            definition.ties = .first
            try await living.define(definition)
            for user in ["a", "b", "c", "d"] { try await living.update(user, .incr, 7) }
            try await living.setSuspended(true, "b")
            let examination = BoardExamination(board.redis, .standard)
            let keys = try await living.store().keys
            let sound = try #require(await examination.condition(of: living.id, isWhole: true, on: board.loop))
            #expect((sound.strays, sound.stampsOfNobody, sound.isObstructed) == (0, 0, false))
            try await board.command("ZADD", keys.scores, "7", "a", "8", "no user")
            let stamp = try #require(try await board.command("HGET", keys.at, "c").text)
            try await board.command("ZREM", keys.scores, stamp + "c")
            let found = try #require(await examination.condition(of: living.id, isWhole: true, on: board.loop))
            #expect((found.strays, found.stampsOfNobody) == (2, 1))
        }
    }

    @Test("that is in use is told once for each time that somebody looks it up, and main never")
    func used() async throws {
        try await withBoard { board in
            let living = LivingBoard(board, try BoardID("b"))
            try await living.define(BoardDefinition())
            let reports = board.store.functions.reports
            #expect(reports.nextUsed() == nil)
            for _ in 0..<3 { _ = try await living.store() }
            _ = try await living.catalogue.board(.main, on: board.loop)
            #expect(reports.nextUsed() == living.id)
            #expect(reports.nextUsed() == nil)
        }
    }

    @Test("waits in a line that has each name once, in their order, and no more than fit")
    func queue() throws {
        var queue = BoardQueue(maximum: 3)
        #expect(queue.next() == nil)
        for name in ["a", "b", "a", "c", "d"] { queue.add(try BoardID(name)) }
        #expect(queue.count == 3)
        #expect((0..<4).map { _ in queue.next()?.rawValue } == ["a", "b", "c", nil])
        queue.add(try BoardID("a"))
        #expect(queue.next()?.rawValue == "a")
    }
}
