import Board
import Foundation
import Leaderboard
import TestSupport
import Testing
import Text

@testable import LeaderboardService

@Suite("A ticket", .timeLimit(.minutes(5)))
struct TicketTests {
    private static let path = "/api/v1/live/tickets"

    private func ask(
        _ service: RunningService,
        _ body: String? = nil,
        by user: String = "ada",
        token: String? = nil
    ) async throws -> TestResponse {
        var headers = ["Authorization": "Bearer \(try token ?? service.token(user))"]
        if body != nil { headers["Content-Type"] = "application/json" }
        return try await service.connect().request("POST", Self.path, headers, body: body)
    }

    private func ticket(_ service: RunningService, _ body: String? = nil, by user: String = "ada") async throws
        -> String
    {
        let answer = try await ask(service, body, by: user)
        #expect(answer.status == 200, "\(answer.body)")
        #expect(answer.headers["cache-control"] == "no-store")
        let given = try JSONDecoder().decode(Given.self, from: Data(answer.body.utf8))
        #expect((given.ticket.utf8.count, given.expires_in) == (32, 30))
        return given.ticket
    }

    private struct Given: Decodable {
        let ticket: String
        let expires_in: Int
    }

    private func open(_ service: RunningService, _ path: String, _ headers: [String: String] = [:]) async throws
        -> TestResponse
    {
        try await service.connect().openWebSocket("/api/v1/" + path, headers)
    }

    @Test(
        "opens one connection of a private board, by either transport, on whichever instance, and no second one on any"
    )
    func once() async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        let settings = ["REDIS_URL": redis.url]
        try await withService(settings) { one in
            try await withService(settings) { other in
                _ = try await AnOperator(one).put("guild", #"{"visibility":"private"}"#, .make)
                #expect(try await open(other, "boards/guild/live").status == 401)
                for (index, path) in ["live", "events"].enumerated() {
                    let text = try await ticket(one, #"{"board":"guild"}"#)
                    let target = "/api/v1/boards/guild/\(path)?ticket=\(text)"
                    let viewer = try await other.connect()
                    if index == 0 {
                        #expect(try await viewer.openWebSocket(target).status == 101)
                        #expect(try await viewer.message().board == "guild")
                    } else {
                        #expect(try await viewer.request("GET", target).status == 200)
                        #expect(try await viewer.event()["data"]?.contains("snapshot") == true)
                    }
                    for service in [one, other] {
                        let again = try await service.connect().request(
                            "GET",
                            "/api/v1/boards/guild/events?ticket=\(text)"
                        )
                        #expect((again.status, again.code) == (401, "invalid_ticket"))
                        #expect(again.headers["www-authenticate"] == "Bearer")
                        #expect(!again.body.contains(text))
                    }
                }
                // Nothing of it is left, and while it was there Redis had no text that could be used.
                let text = try await ticket(one, #"{"board":"guild"}"#)
                let keys = try await redis.command("KEYS", "lb:{@tickets}:*")
                #expect(!keys.contains(text))
                #expect(keys.contains("lb:{@tickets}:"))
            }
        }
    }

    private static let bounds: [(String, String)] = [
        (#"{"board":"a"}"#, "boards/b/live"), (#"{"board":"a"}"#, "scoreboard/live"), ("{}", "boards/a/live"),
        (#"{"board":"a","view":"top"}"#, "boards/a/live"), (#"{"board":"a","view":"all"}"#, "boards/a/live?view=top"),
        (#"{"board":"a","user_id":"ada"}"#, "boards/a/live"),
        (#"{"board":"a","user_id":["ada","bob"]}"#, "boards/a/live?user_id=ada"),
        (#"{"board":"a","window":"all"}"#, "boards/a/live?window=w"),
        (#"{"board":"a","window":"w"}"#, "boards/a/live"),
    ]

    @Test("is for what it was asked for, and used up by whatever else it is tried on")
    func bound() async throws {
        try await withBoards { service in
            for (body, path) in Self.bounds {
                let text = try await ticket(service, body)
                let sign = path.contains("?") ? "&" : "?"
                #expect(try await open(service, "\(path)\(sign)ticket=\(text)").status == 401, "\(body) \(path)")
                let board = body.contains("board") ? "boards/a/live" : "scoreboard/live"
                #expect(try await open(service, "\(board)?ticket=\(text)").status == 401, "it is used up")
            }
        }
    }

    private static let fitss: [(String, String)] = [
        (#"{"board":"a"}"#, "boards/a/live?view=top"), ("", "scoreboard/live"), ("{}", "boards/main/live"),
        (#"{"board":"a","view":"top"}"#, "boards/a/live?view=top"), (#"{"board":"a","view":"all"}"#, "boards/a/live"),
        (#"{"board":"a","user_id":["b+c","-"]}"#, "boards/a/live?user_id=-&user_id=b+c"),
        (#"{"board":"a","window":"w"}"#, "boards/a/live?window=w"), (#"{"board":"a"}"#, "boards/a/live?window=w"),
    ]

    @Test("opens what it was asked for")
    func fits() async throws {
        try await withBoards { service in
            for (body, path) in Self.fitss {
                let text = try await ticket(service, body.isEmpty ? nil : body)
                let sign = path.contains("?") ? "&" : "?"
                #expect(try await open(service, "\(path)\(sign)ticket=\(text)").status == 101, "\(body) \(path)")
            }
        }
    }

    private static let refuseds: [(String, Int, String)] = [
        (#"{"board":1}"#, 400, "invalid_body"), (#"{"boards":"a"}"#, 400, "invalid_body"), ("[]", 400, "invalid_json"),
        ("{", 400, "invalid_json"), (#"{"board":"A"}"#, 400, "invalid_board_name"),
        (#"{"board":"nowhere"}"#, 404, "board_not_found"), (#"{"board":"a","window":"x"}"#, 400, "invalid_window"),
        (#"{"board":"a","window":"-"}"#, 400, "invalid_window"), (#"{"view":"every"}"#, 400, "invalid_query"),
        (#"{"view":"top&view=all"}"#, 400, "invalid_query"), (#"{"user_id":"a b"}"#, 400, "invalid_user_id"),
        (#"{"user_id":[]}"#, 400, "invalid_body"), (#"{"user_id":[1]}"#, 400, "invalid_body"),
        (#"{"view":"top","user_id":"a"}"#, 400, "invalid_query"),
    ]

    @Test("is asked for in a shape that is told")
    func refused() async throws {
        try await withBoards { service in
            for (body, status, code) in Self.refuseds {
                let answer = try await ask(service, body)
                #expect((answer.status, answer.code) == (status, code), "\(body): \(answer.body)")
            }
        }
    }

    private static let nones: [String] = [
        "", "a", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%2F",
        String(repeating: "A", count: 4000), "%00", "eyJhbGciOiJIUzI1NiJ9.e30.x",
    ]

    @Test("that is none is refused, whatever it looks like, and says nothing of a board")
    func none() async throws {
        try await withBoards { service in
            for text in Self.nones {
                for path in ["boards/a/live", "scoreboard/live", "boards/nowhere/live"] {
                    let answer = try await open(service, "\(path)?ticket=\(text)")
                    #expect((answer.status, answer.code) == (401, "invalid_ticket"), "\(path) \(text.prefix(40))")
                }
            }
        }
    }

    @Test("needs a token, of a user who is not suspended; one credential is enough, and more are none")
    func credentials() async throws {
        try await withBoards { service in
            #expect(try await service.connect().request("POST", Self.path).code == "missing_token")
            #expect(try await ask(service, token: "no.to.ken").code == "invalid_token")
            let claims = #"{"sub":"ada","exp":4000000000,"active":false}"#
            let inactive = try TestSigner.hs256(testSecret).token(kid: nil, claims: claims)
            #expect(try await ask(service, token: inactive).code == "user_suspended")

            let token = try service.token("ada")
            let text = try await ticket(service, #"{"board":"p"}"#)
            let bearer = "leaderboard.v1, leaderboard.bearer.\(token)"
            for (query, headers) in [
                ("?ticket=\(text)", ["Authorization": "Bearer \(token)"]),
                ("?ticket=\(text)", ["Sec-WebSocket-Protocol": bearer]), ("?ticket=\(text)&ticket=\(text)", [:]),
                ("", ["Authorization": "Bearer \(token)", "Sec-WebSocket-Protocol": bearer]),
                ("", ["Sec-WebSocket-Protocol": bearer + ", leaderboard.bearer.x"]),
            ] as [(String, [String: String])] {
                let answer = try await open(service, "boards/p/live\(query)", headers)
                #expect((answer.status, answer.code) == (400, "several_credentials"), "\(query) \(headers.keys)")
            }
            // None of that has used it up.
            #expect(try await open(service, "boards/p/live?ticket=\(text)").status == 101)
        }
    }

    @Test("is not needed where a token comes as a subprotocol, which is never sent back")
    func subprotocol() async throws {
        try await withBoards { service in
            let token = try service.token("ada")
            func offer(_ text: String) async throws -> TestResponse {
                try await open(service, "boards/p/live", ["Sec-WebSocket-Protocol": text])
            }
            let opened = try await offer("leaderboard.bearer.\(token), leaderboard.v1")
            #expect((opened.status, opened.headers["sec-websocket-protocol"]) == (101, "leaderboard.v1"))
            let alone = try await offer("leaderboard.bearer.\(token)")
            #expect((alone.status, alone.code) == (400, "subprotocol_missing"))
            for bad in ["", "x", token.dropLast(4) + "AAAA"] {
                let refused = try await offer("leaderboard.v1, leaderboard.bearer.\(bad)")
                #expect((refused.status, refused.code) == (401, "invalid_token"), "\(bad)")
                #expect(refused.headers["sec-websocket-protocol"] == nil && !refused.body.contains("eyJ"))
            }
            // By another path than the live ones it is no credential.
            let read = try await service.connect().request(
                "GET",
                "/api/v1/boards/p/scoreboard",
                ["Sec-WebSocket-Protocol": "leaderboard.v1, leaderboard.bearer.\(token)"]
            )
            #expect(read.status == 401)
        }
    }

    @Test("is given to a user as often as it may be, and then again in time; others have their own")
    func limit() async throws {
        try await withService(["LIVE_TICKETS_PER_MINUTE": "3"]) { service, _ in
            for _ in 0..<3 { _ = try await ticket(service) }
            let refused = try await ask(service)
            #expect((refused.status, refused.code) == (429, "rate_limited"))
            let wait = try #require(refused.headers["retry-after"].flatMap { Int($0) })
            #expect((1...20).contains(wait))
            _ = try await ticket(service, by: "bob")
        }
    }

    @Test("runs out with its time, and with the token that it was asked for with")
    func late() async throws {
        try await withService { service, redis in
            let text = try await ticket(service)
            let key = try #require(
                try await redis.command(
                    "KEYS",
                    "lb:{@tickets}:????????????????????????????????????????????????????????????????"
                )
                .split(separator: "\n").first.map(String.init)
            )
            let left = try #require(Int(try await redis.command("PTTL", key)))
            #expect((1...30_000).contains(left))
            // Its time is Redis' to keep.
            try await redis.command("PEXPIRE", key, "1")
            try await until { try await redis.command("EXISTS", key) == "0" }
            #expect(try await open(service, "scoreboard/live?ticket=\(text)").status == 401)

            let ended = LiveTicket(
                viewer: LiveViewer(subject: try UserID("ada"), knownUntil: 1000, isMember: true),
                scope: try TicketScope(
                    json: try #require(try JSONValue(json: Array("{}".utf8), maximumBytes: 10).object)
                )
            )
            let second = try await ticket(service)
            let other = try #require(
                try await redis.command(
                    "KEYS",
                    "lb:{@tickets}:????????????????????????????????????????????????????????????????"
                )
                .split(separator: "\n").first.map(String.init)
            )
            try await redis.command("SET", other, ended.text, "KEEPTTL")
            #expect(try await open(service, "scoreboard/live?ticket=\(second)").status == 401)
        }
    }

    @Test(
        "says the same when it is read again; what it cannot have been is none",
        arguments: [
            "", "1", "2 5 1 ada main * * *", "1 x 1 ada main * * *", "1 5 1 a!da main * * *", "1 5 1 ada MAIN * * *",
            "1 5 1 ada main - * *", "1 5 1 ada main * * a!b", "1 5 1 ada main * * * *",
            "1 99999999999999999999 1 ada main * * *",
        ]
    )
    func text(wrong: String) throws {
        #expect(LiveTicket(text: wrong) == nil)
        for right in ["1 5 1 ada main * * *", "1 5 0 a|b=~ g.1 weekly top *", "1 5 0 ada g all * a,b,-"] {
            #expect(LiveTicket(text: right)?.text == right)
        }
    }

    /// A board `a` with a window `w`, `b`, and `p`, which is private.
    private func withBoards(_ body: @Sendable (RunningService) async throws -> Void) async throws {
        try await withService(["LIVE_TICKETS_PER_MINUTE": "100000", "UNAUTHENTICATED_LIMIT": "1000000"]) { service, _ in
            let operators = try await AnOperator(service)
            _ = try await operators.put("a", #"{"windows":[{"name":"all"},{"name":"w","reset":"weekly"}]}"#, .make)
            _ = try await operators.put("b", "{}", .make)
            _ = try await operators.put("p", #"{"visibility":"private"}"#, .make)
            try await body(service)
        }
    }
}
