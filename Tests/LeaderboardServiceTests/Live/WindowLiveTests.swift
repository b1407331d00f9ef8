import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A window, live", .timeLimit(.minutes(5)))
struct WindowLiveTests {
    private static let windows =
        #"{"operators":["incr","set"],"windows":[{"name":"all"},{"name":"a","reset":"monthly"},{"name":"b","reset":"monthly"}]}"#

    private func define(_ board: String, _ service: RunningService) async throws {
        let made = try await AnOperator(service).put(board, Self.windows, .make)
        #expect(made.status == 201, "\(made.body)")
    }

    private func update(_ board: String, _ change: String, _ user: String, _ service: RunningService) async throws {
        let answer = try await service.connect()
            .request(
                "POST",
                "/api/v1/boards/\(board)/score/update",
                ["Authorization": "Bearer \(service.token(user))", "Content-Type": "application/json"],
                body: #"{"user_id":"\#(user)",\#(change)}"#
            )
        #expect(answer.status == 200, "\(answer.body)")
    }

    private func viewer(_ service: RunningService, _ path: String) async throws -> TestConnection {
        let viewer = try await service.connect()
        #expect(try await viewer.openWebSocket("/api/v1/boards/" + path).status == 101)
        return viewer
    }

    private func stream(_ service: RunningService, _ path: String, from id: String? = nil) async throws
        -> TestConnection
    {
        let viewer = try await service.connect()
        let headers = id.map { ["Last-Event-ID": $0] } ?? [:]
        #expect(try await viewer.request("GET", "/api/v1/boards/" + path, headers).status == 200)
        return viewer
    }

    /// Redis holds that these are the seasons; `in` so many milliseconds they end.
    private func hold(_ board: String, _ ends: [(name: String, in: Int)], _ redis: PrivateRedisServer) async throws {
        let now = Int(Date.now.timeIntervalSince1970 * 1_000_000)
        let seasons = ends.map { "\($0.name) first 1000 \(now + $0.in * 1000)" }.joined(separator: ";")
        let first = now + (ends.map(\.in).min() ?? 0) * 1000
        try await redis.command("SET", "lb:{\(board)}:seasons", "\(first) 1 all - 0 0;\(seasons)")
    }

    /// The next message of another type.
    private func next(_ type: String, passing passed: Set<String> = [], of viewer: TestConnection) async throws
        -> TestMessage
    {
        while true {
            let message = try await viewer.message()
            if !passed.contains(message.type) || message.type == type {
                #expect(message.type == type)
                return message
            }
        }
    }

    private func event(_ viewer: TestConnection) async throws -> (id: String?, message: TestMessage) {
        let fields = try await viewer.event()
        return (fields["id"], try TestMessage(json: fields["data"] ?? ""))
    }

    @Test(
        "goes from season to season with its viewers, on any instance, and the board's other viewers see no more than changes"
    )
    func ends() async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        let settings = ["REDIS_URL": redis.url, "LIVE_WINDOW_MS": "0"]
        try await withService(settings) { one in
            try await withService(settings) { other in
                try await define("arena", one)
                try await hold("arena", [("a", 3_600_000), ("b", 3_600_000)], redis)
                try await update("arena", #""score_increase":5"#, "ada", one)
                try await update("arena", #""score_increase":7"#, "bob", other)

                let first = try await viewer(one, "arena/live?window=a")
                let begin = try await first.message()
                #expect((begin.type, begin.window, begin.season) == ("snapshot", "a", "first"))
                #expect(begin.scoreboard?.map(\.user_id) == ["bob", "ada"])
                #expect(try #require(begin.until) > #require(begin.now))
                let second = try await stream(other, "arena/events?window=a")
                #expect(try await event(second).message.season == "first")
                let follower = try await viewer(other, "arena/live?window=a&user_id=ada")
                #expect(try await follower.message().users?.first?.rank == 2)
                let top = try await viewer(one, "arena/live?window=b&view=top")
                #expect(try await top.message().window == "b")
                let whole = try await viewer(other, "arena/live")
                var place = try #require(try await whole.message().cursor.seq)

                // The ends are near: each instance looks, and nobody plays any more.
                try await hold("arena", [("a", 900), ("b", 1600)], redis)
                try await redis.command("PUBLISH", "lb:{arena}:events", #"{"reset":true}"#)
                #expect(try await whole.message().type == "snapshot")

                let ended = try await next("season", passing: ["snapshot"], of: first)
                #expect((ended.window, ended.season, ended.total, ended.final) == ("a", "first", 2, true))
                #expect(ended.scoreboard?.map(\.score) == [7, 5])
                let month = try #require(ended.next?.season)
                let fresh = try await first.message()
                #expect((fresh.type, fresh.season, fresh.scoreboard) == ("snapshot", month, []))
                let told = try await next("season", passing: ["snapshot"], of: follower)
                #expect(told.season == "first")
                let again = try await follower.message()
                #expect(again.season == month && again.users?.first?.score == nil)
                var sent = try await event(second)
                while sent.message.type == "snapshot" { sent = try await event(second) }
                #expect((sent.message.type, sent.message.next?.season) == ("season", month))
                // Who comes back from there gets a snapshot, as who comes back from within the season.
                let last = try #require(sent.id)
                #expect(last == sent.message.cursor && last.contains(".a.first:"))
                #expect(try await event(second).message.season == month)
                let back = try await event(stream(other, "arena/events?window=a", from: last))
                #expect((back.message.type, back.message.season) == ("snapshot", month))
                #expect(try await next("season", passing: ["snapshot"], of: top).next?.season == month)
                #expect(try await top.message().season == month)

                // The new season counts from nothing, and what was added there is told.
                try await update("arena", #""score":9,"operator":"set""#, "ada", one)
                for viewer in [first, follower] {
                    let change = try #require(try await next("changes", of: viewer).changes?.first)
                    #expect((change.user_id, change.score, change.score_increase) == ("ada", 9, 9))
                }
                #expect(try await next("scoreboard", of: top).scoreboard?.map(\.score) == [9])

                // Both ends have numbers of their own in the board's stream, without a snapshot.
                let message = try await whole.message()
                #expect((message.type, message.changes?.first?.score_increase) == ("changes", 4))
                #expect(message.from == place + 1)
                place = try #require(message.cursor.seq)
                #expect(place == (message.from ?? 0) + 2)
                #expect(try await redis.command("XLEN", "lb:{arena}:ended") == "2")
            }
        }
    }

    @Test("in which nobody ever played goes on, too")
    func idle() async throws {
        try await withService(["LIVE_WINDOW_MS": "0"]) { service, redis in
            try await define("idle", service)
            try await hold("idle", [("a", 3_600_000), ("b", 3_600_000)], redis)
            let viewer = try await viewer(service, "idle/live?window=a")
            #expect(try await viewer.message().season == "first")
            try await hold("idle", [("a", 600), ("b", 3_600_000)], redis)
            try await redis.command("PUBLISH", "lb:{idle}:events", #"{"reset":true}"#)
            let ended = try await next("season", passing: ["snapshot"], of: viewer)
            #expect((ended.season, ended.total, ended.scoreboard) == ("first", 0, []))
            let fresh = try await viewer.message()
            #expect((fresh.type, fresh.season) == ("snapshot", ended.next?.season))
        }
    }

    @Test("is refused where there is none, and counts among those that are followed")
    func refusals() async throws {
        try await withService(["LIVE_MAX_BOARDS": "1"]) { service, _ in
            try await define("arena", service)
            func answer(_ rest: String) async throws -> TestResponse {
                try await service.connect().request("GET", "/api/v1/boards/arena/" + rest)
            }
            for path in ["events", "stats"] {
                #expect(try await answer("\(path)?window=none").code == "invalid_window")
                #expect(try await answer("\(path)?window=A").code == "invalid_window")
                #expect(try await answer("\(path)?window=a&window=b").code == "invalid_window")
                #expect(try await answer("\(path)?window=a&season=2026-10").code == "invalid_query")
                #expect(try await answer("\(path)?window=a&season=2026-10").status == 400)
            }
            try await update("arena", #""score_increase":5"#, "ada", service)
            let viewer = try await viewer(service, "arena/live?window=a")
            let cursor = try await viewer.message().cursor
            let stats = try await answer("stats?window=a")
            #expect(stats.body == #"{"viewers":1,"users":1,"cursor":"\#(cursor)"}"#)
            #expect(try await answer("stats?window=all").body == answer("stats").body)
            for other in ["", "?window=all", "?window=b"] {
                #expect(try await answer("events" + other).code == "too_many_boards", "\(other)")
            }
            // Another place in the same season is gone on from, and one of the board is none.
            let same = try await stream(service, "arena/events?window=a", from: cursor)
            #expect(try await event(same).message.type == "changes")
            let board = try await stream(service, "arena/events?window=a", from: cursor.boardCursor)
            #expect(try await event(board).message.type == "snapshot")
        }
    }

    @Test("that never ends is the board as it is without a name, to the byte")
    func all() async throws {
        try await withService(["LIVE_WINDOW_MS": "0"]) { service, _ in
            try await define("arena", service)
            try await update("arena", #""score_increase":5"#, "ada", service)
            let viewers = [try await viewer(service, "arena/live"), try await viewer(service, "arena/live?window=all")]
            let first = [try await viewers[0].text(), try await viewers[1].text()]
            #expect(first[0] == first[1] && !first[0].contains("window"))
            try await update("arena", #""score_increase":5"#, "ada", service)
            let change = [try await viewers[0].text(), try await viewers[1].text()]
            #expect(change[0] == change[1] && change[0].contains(#""type":"changes","board":"arena","cursor""#))
        }
    }
}

extension String {
    /// Of a cursor.
    fileprivate var seq: Int? { split(separator: ":").last.flatMap { Int($0) } }

    /// That of the board at the place of a window's.
    fileprivate var boardCursor: String? {
        guard let epoch = split(separator: ".").first, let seq else { return nil }
        return "\(epoch):\(seq)"
    }
}
