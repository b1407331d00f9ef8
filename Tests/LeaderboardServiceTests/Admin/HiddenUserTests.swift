import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A hidden user", .timeLimit(.minutes(3)))
struct HiddenUserTests {
    private struct Me: Decodable {
        struct Row: Decodable {
            let user_id: String
            let score, rank: Int
        }
        let type: String
        let score, rank: Int?
        let total: Int
        let neighbours: [Row]
    }

    private static let windows =
        #"{"ties":"first","operators":["incr","set"],"segments":["team"],"totals":["team"],"#
        + #""windows":[{"name":"all"},{"name":"w","reset":"monthly"}]}"#

    private func bearer(_ user: String, _ service: RunningService) throws -> [String: String] {
        ["Authorization": "Bearer \(try service.token(user))"]
    }

    private func update(
        _ user: String,
        _ points: Int,
        _ service: RunningService,
        _ headers: [String: String] = [:]
    ) async throws -> TestResponse {
        try await service.connect().request(
            "POST",
            "/api/v1/boards/arena/score/update",
            ["Content-Type": "application/json", "Prefer": "return=representation"]
                .merging(try bearer(user, service)) { $1 }.merging(headers) { $1 },
            body: #"{"user_id":"\#(user)","score_increase":\#(points),"segments":["team:red"]}"#
        )
    }

    private func act(_ word: String, _ user: String, _ service: RunningService) async throws -> String {
        try await service.connect().request(
            "POST",
            "/api/v1/admin/boards/arena/users/\(user)/\(word)",
            [
                "Content-Type": "application/json",
                "Authorization": "Bearer \(try service.token("ops", scope: "leaderboard:admin"))",
            ],
            body: #"{"reason":"a test"}"#
        ).body
    }

    private func read(_ path: String, _ service: RunningService, as user: String? = nil) async throws -> TestResponse {
        let headers = try user.map { try bearer($0, service) } ?? [:]
        return try await service.connect().request("GET", "/api/v1/" + path, headers)
    }

    private func told(_ viewer: TestConnection, _ isWanted: (Me) -> Bool) async throws -> Me {
        while true {
            let me = try JSONDecoder().decode(Me.self, from: Data(try await viewer.text().utf8))
            if me.type == "me", isWanted(me) { return me }
        }
    }

    private func until(_ text: String, _ viewer: TestConnection) async throws -> [String] {
        var messages: [String] = []
        repeat { messages.append(try await viewer.text()) } while messages.last?.contains(text) == false
        return messages
    }

    @Test("goes on scoring and sees themself where they would stand; nobody else does, until they are shown again")
    func scenario() async throws {
        try await withService { service, redis in
            _ = try await AnOperator(service).put("arena", Self.windows, .make)
            for (user, points) in [("ada", 30), ("bob", 20), ("cat", 10)] {
                #expect(try await update(user, points, service).status == 200)
            }
            let viewer = try await service.connect()
            #expect(try await viewer.openWebSocket("/api/v1/boards/arena/live", [:]).status == 101)
            let own = try await service.connect()
            let asked = "/api/v1/boards/arena/live?view=me"
            #expect(try await own.openWebSocket(asked, bearer("bob", service)).status == 101)
            _ = try await until("scoreboard", viewer)
            #expect(try await told(own) { $0.score == 20 }.rank == 2)

            let hidden = try await act("hide", "bob", service)
            #expect(hidden.contains(#""suspended":true,"changed":true,"known":true,"hidden":true"#), "\(hidden)")
            #expect(try await act("hide", "bob", service).contains(#""changed":false"#))
            // (There may have been one of before.)
            while try await until("snapshot", viewer).last?.contains("bob") != false {}

            // As anybody's, with a key too, and again.
            let first = try await update("bob", 10, service, ["Idempotency-Key": "k"])
            #expect(first.status == 200)
            #expect(first.json?["score"] as? Int == 30 && first.json?["rank"] as? Int == 2, "\(first.body)")
            let again = try await update("bob", 10, service, ["Idempotency-Key": "k"])
            #expect(again.headers["idempotency-replayed"] == "true" && again.json?["score"] as? Int == 30)
            #expect(try await update("bob", 5, service).json?["rank"] as? Int == 1)
            // The place is all that they are told of: no message came without a score.
            let moved = try await told(own) { $0.score != 20 && $0.score != 30 }
            #expect(moved.score == 35 && moved.rank == 1 && moved.total == 3 && moved.neighbours.count == 2)
            // By a service, in a list with others.
            let reported = try await service.connect().request(
                "POST",
                "/api/v1/boards/arena/scores",
                [
                    "Content-Type": "application/json",
                    "Authorization": "Bearer \(try service.token("game", scope: "leaderboard:report"))",
                ],
                body: #"[{"user_id":"ada","score_increase":1},{"user_id":"bob","score_increase":2},"#
                    + #"{"user_id":"cat","score_increase":1}]"#
            )
            #expect(reported.status == 200 && !reported.body.contains("error"), "\(reported.body)")

            // To nobody else: the viewer has heard of the others alone.
            let heard = try await until(#""user_id":"cat""#, viewer)
            #expect(!heard.contains { $0.contains("bob") } && heard.allSatisfy { !$0.contains("snapshot") }, "\(heard)")
            for window in ["", "&window=w"] {
                let page = #"[{"user_id":"ada","score":31,"rank":1},{"user_id":"cat","score":11,"rank":2}]"#
                #expect(try await read("boards/arena/scoreboard?limit=10\(window)", service).body == page)
                #expect(try await read("boards/arena/users/bob?\(window)", service).status == 404)
                #expect(try await read("boards/arena/users/bob?\(window)", service, as: "ada").status == 404)
                let place = try await read("boards/arena/users/bob?\(window)", service, as: "bob")
                #expect(place.json?["score"] as? Int == 37 && place.json?["rank"] as? Int == 1, "\(place.body)")
                let path = "boards/arena/scoreboard?around_user=bob&limit=2\(window)"
                let around = try await read(path, service, as: "bob")
                let rows = #"[{"user_id":"bob","score":37,"rank":1},{"user_id":"ada","score":31,"rank":2}]"#
                #expect(around.body == rows)
                #expect(try await read(path, service).status == 404)
            }
            for path in ["boards/arena/scoreboard?users=bob,cat", "users/bob/standings?boards=arena"] {
                #expect(try await read(path, service, as: "bob").body.contains(#""score":37"#), "\(path)")
                #expect(!(try await read(path, service).body.contains("37")), "\(path)")
            }
            #expect(try await read("boards/arena/count", service).body == #"{"count":2,"total":2}"#)
            let red = try await read("boards/arena/scoreboard?segment=team:red", service)
            #expect(red.body == #"[{"user_id":"ada","score":31,"rank":1},{"user_id":"cat","score":11,"rank":2}]"#)
            let inRed = try await read("boards/arena/users/bob?segment=team:red", service, as: "bob")
            #expect(inRed.json?["rank"] as? Int == 1, "\(inRed.body)")
            #expect(try await redis.command("ZSCORE", "lb:{arena}:g:team:totals", "red") == "42")

            #expect(try await act("unhide", "bob", service).contains(#""suspended":false,"changed":true"#))
            let all =
                #"[{"user_id":"bob","score":37,"rank":1},{"user_id":"ada","score":31,"rank":2},"#
                + #"{"user_id":"cat","score":11,"rank":3}]"#
            for window in ["", "&window=w", "&segment=team:red"] {
                #expect(try await read("boards/arena/scoreboard?limit=10\(window)", service).body == all)
            }
            #expect(try await told(own) { $0.score == 37 }.rank == 1)
            _ = try await until(#""user_id":"bob""#, viewer)
        }
    }

    @Test("says of themself to themself and operators alone what they are called")
    func profile() async throws {
        try await withService { service, _ in
            _ = try await AnOperator(service).put("arena", Self.windows, .make)
            func call(_ name: String) async throws -> Int {
                let headers = ["Content-Type": "application/json"].merging(try bearer("bob", service)) { $1 }
                let path = "/api/v1/boards/arena/users/bob/profile"
                return try await service.connect().request("PUT", path, headers, body: #"{"name":"\#(name)"}"#).status
            }
            for (user, points) in [("ada", 30), ("bob", 20)] {
                #expect(try await update(user, points, service).status == 200)
            }
            #expect(try await call("Bob") == 204)
            let path = "boards/arena/users/bob/profile"
            #expect(try await read(path, service).body == #"{"name":"Bob"}"#)
            let viewer = try await service.connect()
            let live = "/api/v1/boards/arena/live?include=metadata"
            #expect(try await viewer.openWebSocket(live, [:]).status == 101)
            _ = try await until("scoreboard", viewer)
            _ = try await act("hide", "bob", service)
            _ = try await until("snapshot", viewer)
            #expect(try await call("Bo") == 204)
            for word in ["suspend", "hide"] {
                _ = try await act(word, "bob", service)
                #expect(try await read(path, service).body == "{}", "\(word)")
                #expect(try await read(path, service, as: "ada").body == "{}", "\(word)")
                #expect(try await read(path, service, as: "bob").body == #"{"name":"Bo"}"#, "\(word)")
                let headers = ["Authorization": "Bearer \(try service.token("ops", scope: "leaderboard:admin"))"]
                let seen = try await service.connect().request("GET", "/api/v1/" + path, headers).body
                #expect(seen == #"{"name":"Bo"}"#, "\(word)")
            }
            for rows in ["?users=ada,bob", "?limit=5", "?around_user=bob"] {
                let shown = "boards/arena/scoreboard\(rows)&include=metadata"
                #expect(!(try await read(shown, service).body.contains("Bo")), "\(rows)")
                let isOwnTold = try await read(shown, service, as: "bob").body.contains("Bo")
                #expect(isOwnTold == (rows != "?limit=5"), "\(rows)")
            }
            for rows in ["boards/arena/users/bob?", "users/bob/standings?boards=arena&"] {
                #expect(!(try await read(rows + "include=metadata", service).body.contains("Bo")), "\(rows)")
            }
            #expect(try await update("ada", 1, service).status == 200)
            let heard = try await until(#""user_id":"ada","score":31"#, viewer)
            #expect(!heard.contains { $0.contains("Bo") }, "\(heard)")
            _ = try await act("unhide", "bob", service)
            #expect(try await read(path, service).body == #"{"name":"Bo"}"#)
        }
    }

    @Test("is measured by the board's best score and their own; nobody else is measured by theirs")
    func largestJump() async throws {
        try await withService { service, _ in
            let rule = #"{"rule":"largest_jump","against":"best","points":50,"action":"refuse","by":"all"}"#
            _ = try await AnOperator(service).put("arena", #"{"segments":["team"],"rules":[\#(rule)]}"#, .make)
            for (user, points) in [("ada", 40), ("bob", 50), ("bob", 50)] {
                #expect(try await update(user, points, service).status == 200)
            }
            _ = try await act("hide", "bob", service)
            #expect(try await update("bob", 51, service).code == "implausible")
            #expect(try await update("bob", 30, service).json?["score"] as? Int == 130)
            #expect(try await update("ada", 51, service).code == "implausible")
            let reported = try await service.connect().request(
                "POST",
                "/api/v1/boards/arena/scores",
                [
                    "Content-Type": "application/json", "Prefer": "return=representation",
                    "Authorization": "Bearer \(try service.token("game", scope: "leaderboard:report"))",
                ],
                body: #"[{"user_id":"bob","score_increase":2},{"user_id":"ada","score_increase":51}]"#
            )
            #expect(reported.body.contains("132") && reported.body.contains("implausible"), "\(reported.body)")
        }
    }

    @Test("hears of it by their own view when they become suspended, and the other way round; no viewer does")
    func unseenChanges() async throws {
        try await withService { service, _ in
            _ = try await AnOperator(service).put("arena", Self.windows, .make)
            for (user, points) in [("ada", 30), ("bob", 20)] {
                #expect(try await update(user, points, service).status == 200)
            }
            var viewers: [TestConnection] = []
            for window in ["", "?window=w"] {
                let viewer = try await service.connect()
                #expect(try await viewer.openWebSocket("/api/v1/boards/arena/live\(window)", [:]).status == 101)
                _ = try await until("scoreboard", viewer)
                viewers.append(viewer)
            }
            let own = try await service.connect()
            let asked = "/api/v1/boards/arena/live?view=me"
            #expect(try await own.openWebSocket(asked, bearer("bob", service)).status == 101)
            _ = try await told(own) { $0.score == 20 }
            _ = try await act("hide", "bob", service)
            for viewer in viewers {
                // (There may have been one of before.)
                while try await until("snapshot", viewer).last?.contains("bob") != false {}
            }
            _ = try await act("suspend", "bob", service)
            _ = try await told(own) { $0.score == nil }
            _ = try await act("hide", "bob", service)
            #expect(try await told(own) { $0.score != nil }.rank == 2)
            _ = try await update("ada", 1, service)
            for viewer in viewers {
                let heard = try await until(#""user_id":"ada","score":31"#, viewer)
                #expect(!heard.contains { $0.contains("snapshot") || $0.contains("bob") }, "\(heard)")
            }
        }
    }

    @Test("becomes suspended and the other way round, and is not shown again by who ends a suspension that is none")
    func kinds() async throws {
        try await withService { service, _ in
            _ = try await AnOperator(service).put("arena", Self.windows, .make)
            #expect(try await update("bob", 20, service).status == 200)
            #expect(try await act("suspend", "bob", service).contains(#""changed":true"#))
            #expect(try await update("bob", 1, service).status == 403)
            #expect(try await act("unhide", "bob", service).contains(#""suspended":true,"changed":false"#))
            #expect(try await act("hide", "bob", service).contains(#""changed":true"#))
            #expect(try await update("bob", 1, service).json?["score"] as? Int == 21)
            #expect(try await act("suspend", "bob", service).contains(#""changed":true"#))
            #expect(try await update("bob", 1, service).status == 403)
            #expect(try await act("hide", "bob", service).contains(#""changed":true"#))
            #expect(try await act("reinstate", "bob", service).contains(#""suspended":false,"changed":true"#))
            let page = try await read("boards/arena/scoreboard", service).body
            #expect(page == #"[{"user_id":"bob","score":21,"rank":1}]"#)
        }
    }
}
