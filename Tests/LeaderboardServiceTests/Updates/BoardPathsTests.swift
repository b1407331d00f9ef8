import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The paths of a board by name", .timeLimit(.minutes(5)))
struct BoardPathsTests {
    private static func update(
        _ board: String,
        _ change: String,
        as user: String,
        _ service: RunningService,
        on connection: TestConnection
    ) async throws -> TestResponse {
        try await connection.request(
            "POST",
            "/api/v1/boards/\(board)/score/update",
            [
                "Authorization": "Bearer \(service.token(user))", "Content-Type": "application/json",
                "Prefer": "return=representation",
            ],
            body: #"{"user_id":"\#(user)",\#(change)}"#
        )
    }

    @Test("write and read by its own rules, and leave main alone")
    func rules() async throws {
        try await withService { service, redis in
            try await redis.command(
                "SET",
                "lb:{speedrun}:board",
                #"{"order":"asc","ties":"first","operator":"best","operators":["best","set"],"min":0,"max":100,"version":"3"}"#
            )
            let connection = try await service.connect()
            func update(_ change: String, as user: String) async throws -> TestResponse {
                try await Self.update("speedrun", change, as: user, service, on: connection)
            }
            #expect(try await update(#""score":50"#, as: "ada").json?["rank"] as? Int == 1)
            #expect(try await update(#""score":50"#, as: "bob").json?["rank"] as? Int == 2)
            let worse = try await update(#""score":60"#, as: "ada")
            #expect(
                worse.status == 200 && worse.json?["changed"] as? Bool == false && worse.json?["score"] as? Int == 50
            )
            #expect(try await update(#""score":40"#, as: "bob").json?["rank"] as? Int == 1)
            #expect(try await update(#""score":-1"#, as: "bob").code == "score_limit")
            #expect(try await update(#""score_increase":1"#, as: "bob").code == "invalid_operator")
            #expect(try await update(#""score":45,"operator":"set""#, as: "bob").json?["score"] as? Int == 45)

            func read(_ path: String) async throws -> String { try await connection.request("GET", path).body }
            let board = "/api/v1/boards/speedrun"
            #expect(
                try await read(board + "/scoreboard")
                    == #"[{"user_id":"bob","score":45,"rank":1},{"user_id":"ada","score":50,"rank":2}]"#
            )
            #expect(
                try await read(board + "/scoreboard?users=ada,nobody")
                    == #"[{"user_id":"ada","score":50,"rank":2},{"user_id":"nobody","score":null,"rank":null}]"#
            )
            #expect(
                try await read(board + "/users/bob")
                    == #"{"user_id":"bob","score":45,"rank":1,"total":2,"percentile":75}"#
            )
            #expect(
                try await read(board + "/scores/47")
                    == #"{"score":47,"better":1,"equal":0,"worse":1,"total":2,"percentile":50}"#
            )
            #expect(
                try await read(board + "/percentiles?p=0,50,100")
                    == #"[{"percentile":0,"score":50},{"percentile":50,"score":47.5},{"percentile":100,"score":45}]"#
            )
            #expect(try await read(board + "/count?min=46") == #"{"count":1,"total":2}"#)
            #expect(
                try await read("/api/v1/users/ada/standings?boards=speedrun,main")
                    == #"[{"board":"speedrun","score":50,"rank":2,"total":2,"percentile":25},"#
                    + #"{"board":"main","score":null,"rank":null,"total":null,"percentile":null}]"#
            )
            #expect(try await read("/api/v1/scoreboard") == "[]")
            #expect(try await redis.command("XLEN", "lb:{speedrun}:audit") == "4")
        }
    }

    @Test("go by the definition that holds, however it was changed, and no update counts by an old one")
    func changed() async throws {
        try await withService { service, redis in
            let connection = try await service.connect()
            for version in 1...6 {
                let maximum = version.isMultiple(of: 2) ? 10 : 1000
                try await redis.command(
                    "SET",
                    "lb:{b}:board",
                    #"{"increase_max":\#(maximum),"version":"\#(version)"}"#
                )
                let answer = try await Self.update("b", #""score_increase":5"#, as: "ada", service, on: connection)
                #expect(answer.status == 200 && answer.json?["score"] as? Int == version * 5, "\(answer.body)")
            }
            try await redis.command("DEL", "lb:{b}:board")
            #expect(
                try await Self.update("b", #""score_increase":5"#, as: "ada", service, on: connection).status == 404
            )
            try await redis.command("SET", "lb:{main}:board", #"{"increase_max":5,"version":"1"}"#)
            #expect(try await service.update("ada", 5, on: connection).status == 200)
            #expect(try await service.update("ada", 6, on: connection).code == "invalid_score_increase")
        }
    }

    @Test("are for who has a token, where the board is private")
    func privateBoard() async throws {
        try await withService { service, redis in
            try await redis.command("SET", "lb:{secret}:board", #"{"visibility":"private","version":"1"}"#)
            let connection = try await service.connect()
            let token = ["Authorization": "Bearer \(try service.token("ada"))"]
            for path in ["scoreboard", "users/ada", "scores/1", "percentiles?p=1", "count", "stats"] {
                #expect(try await connection.request("GET", "/api/v1/boards/secret/\(path)").status == 401, "\(path)")
                let known = try await connection.request("GET", "/api/v1/boards/secret/\(path)", token).status
                #expect(known == (path == "users/ada" ? 404 : 200), "\(path)")
            }
            #expect(try await connection.request("GET", "/api/v1/scoreboards?boards=main,secret").status == 401)
        }
    }
}
