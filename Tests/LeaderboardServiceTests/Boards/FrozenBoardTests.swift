import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A frozen board over HTTP", .timeLimit(.minutes(2)))
struct FrozenBoardTests {
    /// Every public read of a board that would tell where users stand, but for the first rows.
    private static let reads = [
        "boards/main/scoreboard?around_user=ada", "boards/main/scoreboard?around_score=5",
        "boards/main/scoreboard?users=ada", "boards/main/users/ada", "boards/main/scores/5",
        "boards/main/percentiles?p=50", "boards/main/count", "boards/main/seasons", "boards/main/stats",
        "scoreboard/users/ada", "scoreboard/stats", "boards/main/users/zoe/profile",
    ]

    @Test("is frozen and revealed by command, which says what it was and what it is")
    func commands() async throws {
        try await withService { service, _ in
            #expect(try await AnOperator(service).put("arena", "{}", .make).status == 201)
            let environment = [
                "LEADERBOARD_URL": "http://127.0.0.1:\(service.port)",
                "LEADERBOARD_ADMIN_TOKEN": try service.token("ops", scope: "leaderboard:admin"),
            ]
            for (act, more, words) in [
                ("reveal", "--yes", "arena is shown as it is already: nothing to change."),
                ("freeze", "--dry-run", "arena is shown as it is, and would be frozen."),
                ("freeze", "--yes", "arena was shown as it is; now it is frozen."),
                ("freeze", "--yes", "arena is frozen already: nothing to change."),
                ("reveal", "--dry-run", "arena is frozen, and would be shown as it is."),
                ("reveal", "--yes", "arena was frozen; now it is shown as it is."),
            ] {
                let answer = try await ServiceProcess.run(["admin", act, "arena", "--reason", "r", more], environment)
                #expect(answer == (words + "\n", 0), "\(act) \(more)")
            }
        }
    }

    @Test("shows what it was, to operators what it is, and to users their own place, until it is revealed")
    func life() async throws {
        try await withService { service, _ in
            let connection = try await service.connect()
            let admin = try service.token("ops", scope: Operators.scope)
            func get(_ rest: String, as token: String? = nil) async throws -> TestResponse {
                let headers = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
                return try await connection.request("GET", "/api/v1/" + rest, headers)
            }
            func update(_ user: String, _ points: Int) async throws -> TestResponse {
                try await connection.request(
                    "POST",
                    "/api/v1/score/update",
                    [
                        "Authorization": "Bearer \(service.token(user))", "Content-Type": "application/json",
                        "Prefer": "return=representation",
                    ],
                    body: #"{"user_id":"\#(user)","score_increase":\#(points)}"#
                )
            }
            func set(_ word: String) async throws -> TestResponse {
                let path = "/api/v1/admin/boards/main/\(word)"
                let headers = ["Authorization": "Bearer \(admin)", "Content-Type": "application/json"]
                let answer = try await connection.request("POST", path, headers, body: #"{"reason":"a test"}"#)
                let described = "/api/v1/admin/boards/{board}/\(word)"
                #expect(Descriptions.complaints(answer, to: "POST", described) == [])
                return answer
            }
            #expect(try await update("ada", 7).status == 200)
            #expect(try await update("bob", 5).status == 200)
            #expect(
                try await set("freeze").body == #"{"status":"success","board":"main","frozen":true,"changed":true}"#
            )
            #expect(try await set("freeze").body.hasSuffix(#""changed":false}"#))

            let told = try await update("bob", 5)
            #expect(told.status == 200 && told.body.contains(#""score":10,"rank":null"#), "\(told.body)")
            let rows = #"[{"user_id":"ada","score":7,"rank":1},{"user_id":"bob","score":5,"rank":2}]"#
            let now = #"[{"user_id":"bob","score":10,"rank":1},{"user_id":"ada","score":7,"rank":2}]"#
            for token in try [nil, service.token("eve")] {
                #expect(try await get("boards/main/scoreboard", as: token).body == rows)
                let plain = #"[{"user_id":"ada","score":7},{"user_id":"bob","score":5}]"#
                #expect(try await get("scoreboard", as: token).body == plain)
                let none =
                    #"[{"board":"main","score":null,"rank":null,"total":null,"percentile":null,"frozen":{"since":"#
                #expect(try await get("users/ada/standings?boards=main", as: token).body.hasPrefix(none))
                let several = try await get("scoreboards?boards=main", as: token)
                #expect(several.body.hasPrefix(#"[{"board":"main","total":null,"scoreboard":null,"frozen":{"since":"#))
                #expect(Descriptions.complaints(several, to: "GET", "/api/v1/scoreboards") == [])
                for read in Self.reads {
                    let answer = try await get(read, as: token)
                    #expect((answer.status, answer.code) == (409, "board_frozen"), "\(read): \(answer.body)")
                }
            }
            #expect(try await get("boards/main").json?["frozen"] is Int)
            let own = try await get("boards/main/users/bob", as: service.token("bob"))
            #expect(own.json?["score"] as? Int == 10 && own.json?["rank"] as? Int == 1, "\(own.body)")
            #expect(try await get("boards/main/users/ada", as: service.token("bob")).code == "board_frozen")
            #expect(try await get("boards/main/scoreboard", as: admin).body == now)
            for read in Self.reads {
                #expect(try await get(read, as: admin).status == 200, "\(read)")
            }
            // A service that adds nothing learns nothing; the user learns their own score, as by a read.
            let server = [
                "Authorization": "Bearer \(try service.token("server", scope: "leaderboard:report"))",
                "Content-Type": "application/json", "Prefer": "return=representation",
            ]
            let nothing = #"{"user_id":"ada","score_increase":0}"#
            for (path, body, told) in [
                ("score/update", nothing, #""score":null,"rank":null,"#),
                ("boards/main/score/update", nothing, #""score":null,"rank":null,"#),
                ("boards/main/scores", "[\(nothing)]", #""http_status":200,"score":null,"rank":null,"#),
            ] {
                let answer = try await connection.request("POST", "/api/v1/" + path, server, body: body)
                #expect(answer.status == 200 && answer.body.contains(told), "\(answer.body)")
                let described = "/api/v1/" + path.replacing("/main/", with: "/{board}/")
                #expect(Descriptions.complaints(answer, to: "POST", described) == [])
            }
            #expect(try await update("ada", 0).json?["score"] is Int)
            #expect(try await set("reveal").body.contains(#""frozen":false,"changed":true"#))
            #expect(try await get("boards/main/scoreboard").body == now)
            // The stats are the instance's, which hears of it by an event.
            for read in Self.reads { try await until(read) { try await get(read).status == 200 } }
            #expect(try await update("bob", 1).body.contains(#""rank":1"#))
        }
    }
}
