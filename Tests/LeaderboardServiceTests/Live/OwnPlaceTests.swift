import Board
import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("One's own place, live", .timeLimit(.minutes(5)))
struct OwnPlaceTests {
    private struct Me: Decodable {
        struct Row: Decodable, Equatable {
            let user_id: String
            let score, rank: Int
        }
        struct Passings: Decodable {
            struct User: Decodable {
                let user_id: String
                let score: Int
                let time: Int?
            }
            let count: Int
            let users: [User]
        }
        let type, cursor, user_id: String
        let board, window, season: String?
        let score, rank: Int?
        let total: Int
        let percentile: Double?
        let neighbours: [Row]
        let frozen: [String: Int]?
        let passed, overtook: Passings?
    }

    private func bearer(_ user: String, _ service: RunningService) throws -> [String: String] {
        ["Authorization": "Bearer \(try service.token(user))"]
    }

    /// The next message that tells of this score and rank.
    private func told(_ score: Int?, _ rank: Int?, _ viewer: TestConnection) async throws -> Me {
        while true {
            let me = try JSONDecoder().decode(Me.self, from: Data(try await viewer.text().utf8))
            #expect(me.type == "me")
            if me.score == score, me.rank == rank { return me }
        }
    }

    private func viewer(_ service: RunningService, _ path: String, _ headers: [String: String] = [:]) async throws
        -> TestConnection
    {
        let viewer = try await service.connect()
        #expect(try await viewer.openWebSocket("/api/v1/" + path, headers).status == 101, "\(path)")
        return viewer
    }

    private func update(_ path: String, _ user: String, _ change: String, _ service: RunningService) async throws {
        let headers = try bearer(user, service).merging(["Content-Type": "application/json"]) { $1 }
        let body = #"{"user_id":"\#(user)",\#(change)}"#
        let answer = try await service.connect().request("POST", "/api/v1/\(path)score/update", headers, body: body)
        #expect(answer.status == 200, "\(answer.body)")
    }

    private static let windows =
        #"{"operators":["incr","set"],"windows":[{"name":"all"},{"name":"w","reset":"monthly"}]}"#

    @Test(
        "is that of who the token, the subprotocol or the ticket names, on main, a board and a window, and says who passes whom",
        arguments: ["scoreboard/live?", "boards/arena/live?", "boards/arena/live?window=w&"]
    )
    func passes(path: String) async throws {
        try await withService { service, _ in
            let board = path.hasPrefix("boards") ? "boards/arena/" : ""
            if !board.isEmpty { _ = try await AnOperator(service).put("arena", Self.windows, .make) }
            for (user, points) in [("ada", 30), ("bob", 20), ("cat", 10)] {
                try await update(board, user, #""score_increase":\#(points)"#, service)
            }
            let byHeader = try await viewer(service, path + "view=me", bearer("bob", service))
            let protocols = "leaderboard.v1, leaderboard.bearer.\(try service.token("ada"))"
            let bySubprotocol = try await viewer(
                service,
                path + "view=me&neighbours=1",
                ["Sec-WebSocket-Protocol": protocols]
            )
            let asked = try await service.connect().request(
                "POST",
                "/api/v1/live/tickets",
                bearer("dan", service).merging(["Content-Type": "application/json"]) { $1 },
                body: board.isEmpty ? #"{"view":"me"}"# : #"{"board":"arena","view":"me"}"#
            )
            let ticket = try #require(
                JSONSerialization.jsonObject(with: Data(asked.body.utf8)) as? [String: Any]
            )["ticket"]
            let byTicket = try await viewer(service, path + "view=me&ticket=\(try #require(ticket))")

            let bob = try await told(20, 2, byHeader)
            #expect((bob.user_id, bob.total, bob.percentile, bob.passed == nil) == ("bob", 3, 50, true))
            #expect(bob.neighbours.map(\.user_id) == ["ada", "cat"] && bob.neighbours.map(\.rank) == [1, 3])
            #expect((bob.board, bob.window) == (board.isEmpty ? nil : "arena", path.contains("window") ? "w" : nil))
            #expect(try await told(30, 1, bySubprotocol).neighbours.map(\.user_id) == ["bob"])
            let dan = try await told(nil, nil, byTicket)
            #expect(dan.user_id == "dan" && dan.total == 3 && dan.percentile == nil && dan.neighbours.isEmpty)

            let before = Int(Date.now.timeIntervalSince1970 * 1000) - 60_000
            try await update(board, "cat", #""score_increase":15"#, service)
            let passed = try #require(try await told(20, 3, byHeader).passed)
            #expect((passed.count, passed.users.first?.user_id, passed.users.first?.score) == (1, "cat", 25))
            #expect(passed.users[0].time ?? 0 > before)
            try await update(board, "dan", #""score_increase":27"#, service)
            let entered = try await told(27, 2, byTicket)
            #expect(entered.overtook?.count == 2 && entered.overtook?.users.map(\.user_id) == ["bob", "cat"])
            #expect(entered.neighbours.map(\.score) == [30, 25, 20])
            #expect(try await told(20, 4, byHeader).total == 4)
            guard !board.isEmpty else { return }
            try await update(board, "bob", #""score":1000,"operator":"set""#, service)
            #expect(try await told(1000, 1, byHeader).overtook?.count == 3)
            #expect(try await told(30, 2, bySubprotocol).passed?.users.map(\.user_id) == ["bob"])
        }
    }

    @Test("is refused to who does not say who they are, and where it is asked for wrongly")
    func refusals() async throws {
        try await withService { service, _ in
            let operators = try await AnOperator(service)
            _ = try await operators.put("guild", #"{"visibility":"members"}"#, .make)
            let known = try bearer("ada", service)
            let wrong: [(String, [String: String], Int)] = [
                ("scoreboard/live?view=me", [:], 401), ("boards/main/live?view=me", [:], 401),
                ("scoreboard/live?view=me", ["Authorization": "Bearer x.y.z"], 401),
                ("scoreboard/live?view=my", known, 400), ("scoreboard/live?view=me&view=me", known, 400),
                ("scoreboard/live?view=me&user_id=bob", known, 400), ("scoreboard/live?view=me&max_rate=0", known, 400),
                ("scoreboard/live?view=me&max_rate=21", known, 400),
                ("scoreboard/live?view=me&neighbours=6", known, 400),
                ("scoreboard/live?view=me&neighbours=-1", known, 400),
                ("scoreboard/live?view=me&include=metadata", known, 400),
                ("boards/guild/live?view=me", known, 404), ("boards/guild/live?view=me", [:], 404),
                ("boards/nowhere/live?view=me", known, 404), ("scoreboard/live?view=me&max_rate=20", known, 101),
            ]
            for (path, headers, status) in wrong {
                let answer = try await service.connect().openWebSocket("/api/v1/" + path, headers)
                #expect(answer.status == status, "\(path) \(answer.body)")
            }
        }
    }

    @Test("goes on over suspension, revert and a return, and ends on a board that is not for everybody any more")
    func acts() async throws {
        try await withService { service, redis in
            for user in 1...150 { try await redis.command("ZADD", "lb:{main}:scores", "\(user * 10)", "u\(user)") }
            try await update("", "ada", #""score_increase":755"#, service)
            let ada = try await viewer(service, "scoreboard/live?view=me", bearer("ada", service))
            let first = try await told(755, 76, ada)
            #expect(first.neighbours.map(\.rank) == [71, 72, 73, 74, 75, 77, 78, 79, 80, 81] && first.total == 151)
            _ = try await service.operate("POST", "/users/u150/suspend", #"{"reason":"r"}"#)
            #expect(try await told(755, 75, ada).total == 150)
            _ = try await service.operate("POST", "/users/ada/suspend", #"{"reason":"r"}"#)
            #expect(try await told(nil, nil, ada).neighbours.isEmpty)
            _ = try await service.operate("POST", "/users/ada/reinstate", #"{"reason":"r"}"#)
            _ = try await told(755, 75, ada)
            _ = try await service.operate("POST", "/audit/revert", #"{"user_id":"ada","reason":"r"}"#)
            _ = try await told(0, 150, ada)

            // As an event stream too, whose id is the cursor; a return begins with where one is.
            for _ in 1...2 {
                let stream = try await service.connect()
                let headers = try bearer("u149", service).merging(["Last-Event-ID": "1:1"]) { $1 }
                #expect(try await stream.request("GET", "/api/v1/scoreboard/events?view=me", headers).status == 200)
                let event = try await stream.event()
                let me = try JSONDecoder().decode(Me.self, from: Data((event["data"] ?? "").utf8))
                #expect((me.rank, me.score, event["id"]) == (1, 1490, me.cursor))
            }

            let operators = try await AnOperator(service)
            _ = try await operators.put("main", #"{"visibility":"members"}"#, .change("0"))
            while true {
                let frame = try await ada.frame()
                guard frame.opcode == 8 else { continue }
                #expect(frame.closeCode == 4404)
                return
            }
        }
    }

    @Test("is shown on a frozen board as it is, and nobody else's, until it is revealed")
    func frozen() async throws {
        try await withService { service, _ in
            for (user, points) in [("ada", 30), ("bob", 20)] {
                try await update("", user, #""score_increase":\#(points)"#, service)
            }
            let bob = try await viewer(service, "scoreboard/live?view=me", bearer("bob", service))
            #expect(try await told(20, 2, bob).frozen == nil)
            _ = try await service.operate("POST", "/boards/main/freeze", #"{"reason":"r"}"#)
            try await update("", "bob", #""score_increase":20"#, service)
            let hidden = try await told(40, 1, bob)
            #expect(hidden.frozen?["since"] != nil && hidden.neighbours.isEmpty && hidden.passed == nil)
            _ = try await service.operate("POST", "/boards/main/reveal", #"{"reason":"r"}"#)
            while try await told(40, 1, bob).frozen != nil {}
        }
    }
}
