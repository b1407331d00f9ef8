import HTTPServer
import NIOCore
import NIOHTTP1
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

    @Test("say whether an update changed something, a replay too")
    func whatChanged() async throws {
        try await withService { service, redis in
            let rules = #""operators":["incr","decr","set","best"],"min":0,"max":9,"at_bound":"clamp","version":"1""#
            try await redis.command("SET", "lb:{b}:board", "{\"operator\":\"incr\",\(rules)}")
            let connection = try await service.connect()
            let steps: [(change: String, score: Int, isChange: Bool)] = [
                (#""score_increase":0"#, 0, true), (#""score_increase":0"#, 0, false),
                (#""score_decrease":0"#, 0, false),
                (#""score_decrease":5"#, 0, false), (#""score_increase":5"#, 5, true),
                (#""score_increase":0"#, 5, false),
                (#""score":5,"operator":"set""#, 5, false), (#""score":5,"operator":"best""#, 5, false),
                (#""score":4,"operator":"best""#, 5, false), (#""score":9,"operator":"best""#, 9, true),
                (#""score_increase":1"#, 9, false), (#""score":12,"operator":"set""#, 9, false),
                (#""score_decrease":12"#, 0, true),
            ]
            for (number, step) in steps.enumerated() {
                for _ in 0..<2 {
                    let answer = try await connection.request(
                        "POST",
                        "/api/v1/boards/b/score/update",
                        [
                            "Authorization": "Bearer \(service.token("ada"))", "Content-Type": "application/json",
                            "Prefer": "return=representation", "Idempotency-Key": "k\(number)",
                        ],
                        body: #"{"user_id":"ada",\#(step.change)}"#
                    )
                    #expect(answer.json?["score"] as? Int == step.score, "\(step): \(answer.body)")
                    #expect(answer.json?["changed"] as? Bool == step.isChange, "\(step): \(answer.body)")
                }
            }
            // Those that changed something, and the increases of 0.
            #expect(try await redis.command("XLEN", "lb:{b}:audit") == "6")
        }
    }

    @Test("tell the limit of the definition, of main too")
    func limits() async throws {
        try await withService { service, redis in
            let connection = try await service.connect()
            #expect(
                try await service.update("ada", 1, on: connection).headers["ratelimit-policy"]
                    == #""user";q=100000;w=1"#
            )
            for (board, path) in [("main", "/api/v1/score/update"), ("b", "/api/v1/boards/b/score/update")] {
                try await redis.command(
                    "SET",
                    "lb:{\(board)}:board",
                    #"{"rate_limit":{"updates":2,"interval_seconds":600},"version":"1"}"#
                )
                var answers: [TestResponse] = []
                for _ in 0..<3 {
                    answers.append(
                        try await connection.request(
                            "POST",
                            path,
                            ["Authorization": "Bearer \(service.token("bob"))", "Content-Type": "application/json"],
                            body: #"{"user_id":"bob","score_increase":1}"#
                        )
                    )
                }
                #expect(answers.map(\.status) == [200, 200, 429])
                for (answer, remaining) in zip(answers, [1, 0, 0]) {
                    #expect(answer.headers["ratelimit-policy"] == #""user";q=2;w=600"#, "\(board)")
                    #expect(answer.headers["ratelimit"]?.hasPrefix("\"user\";r=\(remaining);") == true, "\(board)")
                }
            }
        }
    }

    private static let faults: [(path: String, code: String)] = [
        ("boards/main/scoreboard?users=", "invalid_query"), ("boards/main/scoreboard?users=a,", "invalid_query"),
        ("boards/main/scoreboard?users=,a", "invalid_query"), ("boards/main/scoreboard?users", "invalid_query"),
        ("boards/main/scoreboard?users=a&users=b", "invalid_query"),
        ("boards/main/scoreboard?users=\(String(repeating: "a,", count: 100))a", "invalid_query"),
        ("boards/main/scoreboard?users=a,!", "invalid_user_id"),
        ("boards/main/scoreboard?users=!", "invalid_user_id"),
        ("boards/main/percentiles?p=", "invalid_query"), ("boards/main/percentiles?p=1,", "invalid_query"),
        ("boards/main/percentiles?p=1&p=2", "invalid_query"), ("boards/main/percentiles?p=101", "invalid_query"),
        ("boards?after=A", "invalid_board_name"), ("boards?after=a&after=b", "invalid_query"),
    ]

    /// Behind a path that reads several boards.
    private static let faultsOfLists: [(query: String, code: String)] = [
        ("", "invalid_query"), ("?boards", "invalid_query"), ("?boards=", "invalid_query"),
        ("?boards=main,", "invalid_query"), ("?boards=a,,b", "invalid_query"),
        ("?boards=a&boards=b", "invalid_query"), ("?boards=main,main", "invalid_query"),
        ("?boards=\((0..<21).map { "b\($0)" }.joined(separator: ","))", "invalid_query"),
        ("?boards=A", "invalid_board_name"), ("?boards=main,A", "invalid_board_name"),
    ]

    @Test(
        "have one code for each fault of a query, however it is spelled; several boards are told in the order asked for"
    )
    func queries() async throws {
        try await withService { service, redis in
            let connection = try await service.connect()
            let lists = ["scoreboards", "users/ada/standings"]
            let faults = lists.flatMap { path in Self.faultsOfLists.map { (path + $0.query, $0.code) } }
            for (path, code) in Self.faults + faults {
                let answer = try await connection.request("GET", "/api/v1/\(path)")
                #expect((answer.status, answer.code) == (400, code), "\(path): \(answer.body)")
            }
            let names = (0..<19).map { "b\(18 - $0)" } + ["main"]
            for name in names { try await redis.command("ZADD", "lb:{\(name)}:scores", "1", "ada") }
            for name in names.dropLast() { try await redis.command("SET", "lb:{\(name)}:board", #"{"version":"1"}"#) }
            for path in lists {
                let list = names.joined(separator: ",")
                let body = try await connection.request("GET", "/api/v1/\(path)?boards=\(list)").body
                #expect(body.matches(of: /"board":"([^"]+)"/).map { String($0.1) } == names)
                let missing = try await connection.request("GET", "/api/v1/\(path)?boards=\(names[0]),none,main")
                #expect((missing.status, missing.code) == (404, "board_not_found"))
            }
        }
    }

    @Test("escape what a message quotes")
    func messages() {
        let message = "a \"b\" \\ c \u{1} d"
        let body = Refusal(status: .badRequest, code: "x", message: message).response.body
        let answer = TestResponse(status: 400, headers: [:], body: String(buffer: body))
        #expect(answer.json?["message"] as? String == message)
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
