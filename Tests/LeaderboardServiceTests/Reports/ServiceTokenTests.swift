import TestSupport
import Testing

@testable import LeaderboardService

/// A token, what it is used for, and what comes of it.
struct ServiceTokenCase: Sendable, CustomTestStringConvertible {
    let name: String
    /// Claims beside `sub`, which is `server`; they begin with a comma.
    let claims: String
    let board: String
    let user: String
    let single: (status: Int, code: String?)
    /// Nil: as a single one.
    var batch: (status: Int, code: String?)?

    var testDescription: String { name }

    private static let scope = #","scope":"leaderboard:report""#
    private static let noScope = (403, "insufficient_scope")
    private static let otherBoard = (403, "board_not_allowed")

    static let all: [Self] =
        [
            .init(name: "any user", claims: scope, board: "main", user: "ada", single: (200, nil)),
            .init(name: "any board", claims: scope, board: "guild-1", user: "ada", single: (200, nil)),
            .init(
                name: "one of several scopes",
                claims: #","scope":"a leaderboard:report b""#,
                board: "main",
                user: "ada",
                single: (200, nil)
            ),
            .init(name: "itself", claims: scope, board: "main", user: "server", single: (200, nil)),
            .init(
                name: "no scope",
                claims: "",
                board: "main",
                user: "ada",
                single: (403, "not_your_score"),
                batch: noScope
            ),
            .init(
                name: "no scope, itself",
                claims: "",
                board: "main",
                user: "server",
                single: (200, nil),
                batch: noScope
            ),
        ]
        + ["leaderboard:reports", "leaderboard:report:x", "LEADERBOARD:REPORT", "report", "leaderboard:admin"].map {
            .init(
                name: "another scope, \($0)",
                claims: #","scope":"\#($0)""#,
                board: "main",
                user: "ada",
                single: (403, "not_your_score"),
                batch: noScope
            )
        }
        + [(#"["guild-*"]"#, "guild-1", true), (#""coins guild-1""#, "guild-1", true), (#"["*"]"#, "main", true)].map {
            .init(
                name: "bound to \($0.0)",
                claims: scope + #","boards":"# + $0.0,
                board: $0.1,
                user: "ada",
                single: (200, nil)
            )
        }
        + [
            (#"["guild-*"]"#, "main"), (#"["guild-2"]"#, "guild-1"), ("[]", "main"), (#""""#, "main"), ("[1]", "main"),
            (#"["*",1]"#, "main"), (#"{"main":true}"#, "main"), ("null", "main"), (#"["mai*n"]"#, "main"),
        ].map {
            .init(
                name: "bound to \($0.0), not \($0.1)",
                claims: scope + #","boards":"# + $0.0,
                board: $0.1,
                user: "ada",
                single: otherBoard
            )
        }
        + [
            .init(
                name: "bound elsewhere, itself",
                claims: scope + #","boards":["x"]"#,
                board: "main",
                user: "server",
                single: (200, nil),
                batch: otherBoard
            ),
            .init(
                name: "not active",
                claims: scope + #","active":false"#,
                board: "main",
                user: "ada",
                single: (403, "user_suspended")
            ),
        ]
}

@Suite("A service's token", .timeLimit(.minutes(5)))
struct ServiceTokenTests {
    @Test("may write what its scope and its boards say, on each path, and nothing else")
    func table() async throws {
        try await withService { service, redis in
            for board in ["guild-1", "coins"] {
                try await redis.command("SET", "lb:{\(board)}:board", #"{"version":"1"}"#)
            }
            let signer = TestSigner.hs256(testSecret)
            for row in ServiceTokenCase.all {
                let token = try signer.token(
                    header: #"{"alg":"HS256"}"#,
                    claims: validClaims("server", row.claims)
                )
                func send(_ path: String, _ body: String) async throws -> TestResponse {
                    let headers = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
                    return try await service.connect().request("POST", path, headers, body: body)
                }
                let update = #"{"user_id":"\#(row.user)","score_increase":1}"#
                var answer = try await send("/api/v1/boards/\(row.board)/score/update", update)
                #expect((answer.status, answer.code) == row.single, "\(row.name)")
                #expect(Descriptions.complaints(answer, to: "POST", "/api/v1/boards/{board}/score/update") == [])
                if row.board == "main" {
                    answer = try await send("/api/v1/score/update", update)
                    #expect((answer.status, answer.code) == row.single, "\(row.name), main")
                    #expect(Descriptions.complaints(answer, to: "POST", "/api/v1/score/update") == [])
                }
                answer = try await send(
                    "/api/v1/score/updates",
                    #"{"user_id":"\#(row.user)","updates":[{"board":"\#(row.board)","score_increase":1}]}"#
                )
                let several = row.single.code.map { answer.body.contains(#""code":"\#($0)""#) }
                #expect(several ?? answer.body.hasPrefix(#"{"status":"success""#), "\(row.name): \(answer.body)")
                answer = try await send("/api/v1/boards/\(row.board)/scores", "[\(update)]")
                #expect((answer.status, answer.code) == row.batch ?? row.single, "\(row.name), batch")
                #expect(Descriptions.complaints(answer, to: "POST", "/api/v1/boards/{board}/scores") == [])
            }
        }
    }

    @Test("is limited by the board's service_rate_limit, else by the setting; its users' limits are none of it")
    func limits() async throws {
        let settings = [
            "RATE_LIMIT_UPDATES": "1", "RATE_LIMIT_INTERVAL_SECONDS": "3600", "SERVICE_RATE_LIMIT_UPDATES": "3",
            "SERVICE_RATE_LIMIT_INTERVAL_SECONDS": "3600",
        ]
        try await withService(settings) { service, redis in
            let limit = #"{"updates":2,"interval_seconds":3600}"#
            try await redis.command("SET", "lb:{coins}:board", #"{"service_rate_limit":\#(limit),"version":"1"}"#)
            let token = try service.token("server", scope: "leaderboard:report")
            for (path, quota) in [("/api/v1/score/update", 3), ("/api/v1/boards/coins/score/update", 2)] {
                for number in 0...quota {
                    let answer = try await service.connect().request(
                        "POST",
                        path,
                        ["Authorization": "Bearer \(token)", "Content-Type": "application/json"],
                        body: #"{"user_id":"ada","score_increase":1}"#
                    )
                    #expect((answer.status, answer.code) == (number < quota ? (200, nil) : (429, "rate_limited")))
                    #expect(answer.headers["ratelimit-policy"] == #""service";q=\#(quota);w=3600"#)
                }
            }
            #expect(try await service.update("ada", 1, on: service.connect()).status == 200)
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "ada") == "4")
        }
    }
}
