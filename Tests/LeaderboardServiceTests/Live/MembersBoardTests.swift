import Foundation
import Leaderboard
import TestSupport
import Testing
import Text

@testable import LeaderboardService

@Suite("A board for members", .timeLimit(.minutes(5)))
struct MembersBoardTests {
    private static let reads = [
        "boards/BOARD", "boards/BOARD/scoreboard", "boards/BOARD/scoreboard?limit=3",
        "boards/BOARD/scoreboard?users=ada",
        "boards/BOARD/scoreboard?around_user=ada", "boards/BOARD/scoreboard?window=w", "boards/BOARD/users/ada",
        "boards/BOARD/users/ada/profile", "boards/BOARD/scores/5", "boards/BOARD/percentiles?p=50",
        "boards/BOARD/count",
        "boards/BOARD/stats", "boards/BOARD/seasons", "boards/BOARD/totals/team", "users/ada/standings?boards=BOARD",
        "users/ada/standings?boards=open,BOARD", "scoreboards?boards=BOARD,open", "scoreboards?boards=BOARD",
        "scoreboards?boards=shut,BOARD",
        "users/ada/standings?boards=BOARD,shut",
        "boards/BOARD/events", "boards/BOARD/events?window=w", "boards/BOARD/events?window=nope",
        "boards/BOARD/scoreboard?limit=-1", "boards/BOARD/scoreboard?season=2020", "boards/BOARD/events?view=x",
    ]

    /// Claims of the token of a user, beside the usual ones.
    private func token(_ user: String, _ claims: String = "") throws -> String {
        let claims = #"{"sub":"\#(user)","exp":4000000000\#(claims)}"#
        return try TestSigner.hs256(testSecret).token(kid: nil, claims: claims)
    }

    private func headers(_ token: String?) -> [String: String] {
        token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
    }

    private func withGuild(
        _ body: @Sendable (RunningService, AnOperator, PrivateRedisServer) async throws -> Void
    ) async throws {
        try await withService(["LIVE_WINDOW_MS": "0", "LOG_LEVEL": "critical"]) { service, redis in
            let operators = try await AnOperator(service)
            let definition =
                #"{"visibility":"members","segments":["team"],"totals":["team"],"windows":[{"name":"all"},{"name":"w","reset":"weekly"}]}"#
            #expect(try await operators.put("guild", definition, .make).status == 201)
            _ = try await operators.put("open", #"{"windows":[{"name":"all"},{"name":"w","reset":"weekly"}]}"#, .make)
            _ = try await operators.put("shut", #"{"visibility":"private"}"#, .make)
            try await body(service, operators, redis)
        }
    }

    private func update(_ board: String, _ user: String, _ token: String, _ service: RunningService) async throws
        -> TestResponse
    {
        try await service.connect()
            .request(
                "POST",
                "/api/v1/boards/\(board)/score/update",
                ["Authorization": "Bearer \(token)", "Content-Type": "application/json"],
                body: #"{"user_id":"\#(user)","score_increase":5}"#
            )
    }

    @Test("is to everybody else as one that is not there, by every path, whatever they send; members see it")
    func hidden() async throws {
        try await withGuild { service, operators, _ in
            let member = try token("ada", #","boards":["other","gui*"]"#)
            #expect(try await update("guild", "ada", member, service).status == 200)
            let reader = try await service.connect()
            let strangers: [String?] = [
                nil, try token("eve"), try token("eve", #","boards":["guil","open"]"#), "no.to.ken",
                try token("ada", #","boards":{"guild":1}"#), try token("ada", #","active":false"#),
            ]
            for path in Self.reads {
                for stranger in strangers {
                    func ask(_ board: String) async throws -> String {
                        let connection = path.contains("events") ? try await service.connect() : reader
                        let target = "/api/v1/" + path.replacing("BOARD", with: board)
                        let answer = try await connection.request("GET", target, headers(stranger))
                        let about = answer.headers.filter { !["date", "x-request-id"].contains($0.key) }
                            .map { "\($0.key): \($0.value)" }.sorted()
                        return "\(answer.status) \(about) \(answer.body)"
                    }
                    let (guild, absent) = (try await ask("guild"), try await ask("absent"))
                    #expect(guild == absent, "\(path)")
                    #expect(!guild.contains("guild") && !guild.contains("ada\""), "\(path)")
                }
                if !path.contains("events"), !path.contains("=-1"), !path.contains("2020") {
                    let seen = try await reader.request(
                        "GET",
                        "/api/v1/" + path.replacing("BOARD", with: "guild"),
                        headers(member)
                    )
                    #expect(seen.status == 200, "\(path) \(seen.body)")
                }
            }
            // Writes, its page, tickets and sockets.
            for stranger in strangers.compactMap({ $0 }) where stranger != "no.to.ken" {
                for user in ["eve", "ada"] {
                    let (guild, absent) = (
                        try await update("guild", user, stranger, service),
                        try await update("absent", user, stranger, service)
                    )
                    #expect((guild.status, guild.body) == (absent.status, absent.body))
                    #expect(guild.status == 404)
                }
                let ticket = try await reader.request(
                    "POST",
                    "/api/v1/live/tickets",
                    headers(stranger).merging(["Content-Type": "application/json"]) { $1 },
                    body: #"{"board":"guild"}"#
                )
                #expect([403, 404].contains(ticket.status))
                #expect(
                    try await service.connect().openWebSocket("/api/v1/boards/guild/live", headers(stranger)).status
                        == 404
                )
            }
            let (page, none) = (
                try await reader.request("GET", "/boards/guild"), try await reader.request("GET", "/boards/absent")
            )
            #expect((page.status, page.body) == (none.status, none.body))
            let several = try await reader.request(
                "POST",
                "/api/v1/score/updates",
                ["Authorization": "Bearer \(token("eve"))", "Content-Type": "application/json"],
                body:
                    #"{"user_id":"eve","updates":[{"board":"guild","score_increase":1},{"board":"absent","score_increase":1}]}"#
            )
            #expect(several.body.components(separatedBy: "board_not_found").count == 3, "\(several.body)")
            let profile = try await reader.request(
                "PUT",
                "/api/v1/boards/guild/users/eve/profile",
                ["Authorization": "Bearer \(token("eve"))", "Content-Type": "application/json"],
                body: #"{"name":"Eve"}"#
            )
            #expect(profile.status == 404)
            #expect(try await !operators.ask("GET", "/guild/audit").body.contains("eve"))
            let own = try await reader.request("GET", "/api/v1/boards/guild/users/ada", headers(member))
            #expect(own.body.contains(#""score":5,"#))
        }
    }

    @Test(
        "stands in no list but that of its members by their token, and of operators; nor does a page's end tell of it"
    )
    func lists() async throws {
        try await withGuild { service, operators, _ in
            let reader = try await service.connect()
            func list(_ token: String?, _ query: String = "") async throws -> String {
                let answer = try await reader.request("GET", "/api/v1/boards\(query)", headers(token))
                #expect(answer.status == 200)
                return answer.body
            }
            for stranger in [nil, try token("eve")] {
                #expect(try await !list(stranger).contains("guild"))
                for limit in 1...3 { #expect(try await !list(stranger, "?limit=\(limit)").contains("guild")) }
                #expect(try await list(stranger).contains("open"))
            }
            #expect(try await list(try token("ada", #","boards":"guild""#)).contains(#""name":"guild""#))
            #expect(try await list(operators.token).contains(#""name":"guild""#))
        }
    }

    @Test(
        "has a list of members, kept by operators: who is on it reads, writes and watches; who is taken off is sent away"
    )
    func list() async throws {
        try await withGuild { service, operators, redis in
            let ada = try token("ada")
            let path = "/guild/members"
            #expect(try await update("guild", "ada", ada, service).status == 404)
            for changed in [true, false] {
                let admitted = try await operators.ask("PUT", "\(path)/ada")
                #expect(admitted.status == 200)
                #expect(admitted.body.contains(#""member":true,"changed":\#(changed)"#))
            }
            #expect(try await update("guild", "ada", ada, service).status == 200)
            for user in ["bob", "cy+d"] { _ = try await operators.ask("PUT", "\(path)/\(user)") }
            #expect(try await operators.ask("GET", path).body == #"{"members":["ada","bob","cy+d"],"next":null}"#)
            #expect(
                try await operators.ask("GET", path + "?limit=2").body == #"{"members":["ada","bob"],"next":"bob"}"#
            )
            #expect(
                try await operators.ask("GET", path + "?limit=2&after=bob").body == #"{"members":["cy+d"],"next":null}"#
            )

            let socket = try await service.connect()
            #expect(try await socket.openWebSocket("/api/v1/boards/guild/live", headers(ada)).status == 101)
            _ = try await socket.message()
            let bob = try await service.connect()
            #expect(try await bob.openWebSocket("/api/v1/boards/guild/live", headers(try token("bob"))).status == 101)
            _ = try await bob.message()
            #expect(try await operators.ask("DELETE", "\(path)/ada").body.contains(#""member":false,"changed":true"#))
            #expect(try await operators.ask("DELETE", "\(path)/ada").body.contains(#""changed":false"#))
            #expect(try await socket.closing() == TestFrame(opcode: 8, payload: "board_not_found", closeCode: 4404))
            #expect(try await update("guild", "bob", try token("bob"), service).status == 200)
            #expect(try await bob.message().changes?.first?.user_id == "bob")

            // An erased user is on no list; a deleted board has none.
            #expect(try await operators.ask("DELETE", "/guild/users/bob", #"{"reason":"asked for"}"#).status == 200)
            #expect(try await operators.ask("GET", path).body.contains(#"["cy+d"]"#))
            #expect(try await operators.ask("DELETE", "/guild?data=delete").status == 200)
            #expect(try await redis.command("EXISTS", "lb:{guild}:members") == "0")
            for (method, target, status) in [
                ("PUT", "\(path)/ada", 404), ("GET", path, 404), ("PUT", "/open/members/a%20b", 400),
                ("GET", "/open/members?limit=0", 400), ("GET", "/open/members?x=1", 400),
            ] { #expect(try await operators.ask(method, target).status == status, "\(method) \(target)") }
            let player = try await service.connect().request("PUT", "/api/v1/admin/boards/open/members/a", headers(ada))
            #expect((player.status, player.code) == (403, "insufficient_scope"))
        }
    }

    @Test(
        "that was for everybody goes on for who has shown a token and may see it, and tells the rest what it is to them now",
        arguments: ["members", "private"]
    )
    func closed(visibility: String) async throws {
        try await withGuild { service, operators, _ in
            let member = try token("ada", #","boards":["open"]"#)
            let ends = visibility == "members"
            let viewers: [(token: String?, end: String?)] = [
                (nil, ends ? "board_not_found" : "missing_token"),
                ("no.to.ken", ends ? "board_not_found" : "missing_token"),
                (try token("eve"), ends ? "board_not_found" : nil), (member, nil),
            ]
            var watching: [(socket: TestConnection, stream: TestConnection, end: String?)] = []
            for viewer in viewers {
                let (socket, stream) = (try await service.connect(), try await service.connect())
                #expect(
                    try await socket.openWebSocket("/api/v1/boards/open/live", headers(viewer.token)).status == 101
                )
                _ = try await socket.message()
                _ = try await stream.request("GET", "/api/v1/boards/open/events", headers(viewer.token))
                _ = try await stream.event()
                watching.append((socket, stream, viewer.end))
            }
            let definition =
                #"{"visibility":"\#(visibility)","windows":[{"name":"all"},{"name":"w","reset":"weekly"}]}"#
            #expect(try await operators.put("open", definition, .change("1")).status == 200)
            for (socket, stream, end) in watching {
                guard let end else { continue }
                let code = end == "board_not_found" ? 4404 : 4401
                #expect(try await socket.closing() == TestFrame(opcode: 8, payload: end, closeCode: code))
                var event = try await stream.event()
                while event["event"] == nil { event = try await stream.event() }
                #expect(event["data"]?.contains(end) == true)
            }
            #expect(try await update("open", "ada", member, service).status == 200)
            for (socket, stream, end) in watching where end == nil {
                while try await !socket.text().contains("ada") {}
                var event = try await stream.event()
                while event["data"]?.contains("ada") != true {
                    #expect(event["event"] == nil)
                    event = try await stream.event()
                }
            }
        }
    }

    @Test(
        "lets a suspended member's connections end, on each instance, and opens none for them",
        arguments: ["members", "private"]
    )
    func suspended(visibility: String) async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        let settings = ["REDIS_URL": redis.url, "LIVE_WINDOW_MS": "0"]
        try await withService(settings) { one in
            try await withService(settings) { other in
                let operators = try await AnOperator(one)
                _ = try await operators.put("guild", #"{"visibility":"\#(visibility)"}"#, .make)
                let claim = #","boards":["guild"]"#
                for user in ["ada", "bob"] {
                    #expect(try await update("guild", user, try token(user, claim), one).status == 200)
                }
                let socket = try await other.connect()
                #expect(
                    try await socket.openWebSocket("/api/v1/boards/guild/live", headers(try token("ada", claim))).status
                        == 101
                )
                _ = try await socket.message()
                let stream = try await one.connect()
                _ = try await stream.request("GET", "/api/v1/boards/guild/events", headers(try token("ada", claim)))
                _ = try await stream.event()
                let friend = try await other.connect()
                _ = try await friend.openWebSocket("/api/v1/boards/guild/live", headers(try token("bob", claim)))
                _ = try await friend.message()
                let path = "/guild/users/ada/suspend"
                #expect(try await operators.ask("POST", path, #"{"reason":"cheats"}"#).status == 200)
                #expect(try await socket.closing() == TestFrame(opcode: 8, payload: "user_suspended", closeCode: 4403))
                var end: [String: String] = [:]
                while end["event"] == nil { end = try await stream.event() }
                #expect(end["data"]?.contains("user_suspended") == true)
                #expect(try await friend.message().scoreboard?.map(\.user_id) == ["bob"])
                let again = try await one.connect()
                let refused = try await again.openWebSocket(
                    "/api/v1/boards/guild/live",
                    headers(try token("ada", claim))
                )
                #expect((refused.status, refused.code) == (403, "user_suspended"))
            }
        }
    }

    @Test(
        "takes a claim for what it names, and one that cannot be read for none",
        arguments: [
            (#""guild""#, true), (#"["guild"]"#, true), (#"["gu*"]"#, true), (#""*""#, true), (#""a guild b""#, true),
            (#""""#, false), ("[]", false), (#"["guild*x"]"#, false), (#"["guild",1]"#, false),
            (#"["guild","A"]"#, false),
            ("null", false), ("true", false), (#"{"guild":true}"#, false), (#"["guild2"]"#, false),
            ("[" + Array(repeating: #""guild""#, count: 100).joined(separator: ",") + "]", true),
            ("[" + Array(repeating: #""guild""#, count: 101).joined(separator: ",") + "]", false),
        ]
    )
    func claim(json: String, names: Bool) throws {
        let value = try JSONValue(json: Array(json.utf8), maximumBytes: 10_000)
        #expect(BoardsClaim(value).names(try BoardID("guild")) == names)
    }
}

@Suite("A token that is renewed over its WebSocket", .timeLimit(.minutes(5)))
struct TokenRenewalTests {
    private func say(_ text: String, on viewer: TestConnection) async throws {
        try await viewer.sendFrame(opcode: 1, Array(text.utf8))
    }

    private func update(_ user: String, _ service: RunningService) async throws {
        let answer = try await service.connect()
            .request(
                "POST",
                "/api/v1/boards/p/score/update",
                ["Authorization": "Bearer \(service.token(user))", "Content-Type": "application/json"],
                body: #"{"user_id":"\#(user)","score_increase":5}"#
            )
        #expect(answer.status == 200)
    }

    private func renew(_ token: String, on viewer: TestConnection) async throws -> String {
        try await say(#"{"type":"token","token":"\#(token)"}"#, on: viewer)
        while true {
            let text = try await viewer.text()
            if text.contains(#""type":"token""#) { return text }
        }
    }

    @Test("goes on without a gap when its first one ends; the same without a new one is ended")
    func renewed() async throws {
        try await withService(["JWT_LEEWAY_SECONDS": "0", "LIVE_WINDOW_MS": "0"]) { service, _ in
            _ = try await AnOperator(service).put("p", #"{"visibility":"private"}"#, .make)
            let (kept, lost) = (try await service.connect(), try await service.connect())
            let short = ["Authorization": "Bearer \(try service.token("ada", lifetime: .seconds(10)))"]
            for viewer in [kept, lost] {
                #expect(try await viewer.openWebSocket("/api/v1/boards/p/live", short).status == 101)
            }
            let answer = try await renew(try service.token("ada"), on: kept)
            #expect(answer.contains(#"{"type":"token","status":"success","expires_at":"#))
            // Events come: a board that has just been followed may give a second snapshot until then.
            try await update("cy", service)
            while try await kept.message().changes?.first?.user_id != "cy" {}
            #expect(try await lost.closing() == TestFrame(opcode: 8, payload: "invalid_token", closeCode: 4401))
            try await update("bob", service)
            // No snapshot came between.
            #expect(try await kept.message().changes?.first?.user_id == "bob")
        }
    }

    @Test("is refused in words where it is another's, or none, and the connection stays; what is no token is let go")
    func refused() async throws {
        try await withService { service, _ in
            let operators = try await AnOperator(service)
            _ = try await operators.put("g", #"{"visibility":"members"}"#, .make)
            _ = try await operators.ask("PUT", "/g/members/ada")
            let viewer = try await service.connect()
            let own = ["Authorization": "Bearer \(try service.token("ada"))"]
            #expect(try await viewer.openWebSocket("/api/v1/boards/g/live", own).status == 101)
            _ = try await viewer.message()
            for (token, code) in [
                (try service.token("bob"), "other_user"), ("x", "invalid_token"), ("", "invalid_token"),
                (String(repeating: "A", count: 8192), "invalid_token"),
            ] {
                let answer = try await renew(token, on: viewer)
                #expect(answer.contains(#""type":"token","status":"error","code":"\#(code)""#), "\(answer)")
            }
            for text in [
                "", "{", "[]", #"{"type":"token"}"#, #"{"type":"token","token":1}"#, #"{"type":"x","token":"a"}"#,
            ] {
                try await say(text, on: viewer)
            }
            // A stream of them, or one that is too long, is a nuisance.
            #expect(try await renew(try service.token("ada", lifetime: .seconds(900)), on: viewer).contains("success"))
            let public_ = try await service.connect()
            #expect(try await public_.openWebSocket().status == 101)
            _ = try await public_.message()
            try await say(#"{"type":"token","token":"\#(String(repeating: "A", count: 2000))"}"#, on: public_)
            #expect(try await public_.closing().closeCode == 1009)
        }
    }
}

extension TestConnection {
    /// The close frame, behind whatever comes before it.
    fileprivate func closing() async throws -> TestFrame {
        while true {
            let frame = try await frame()
            if frame.opcode == 8 { return frame }
        }
    }
}
