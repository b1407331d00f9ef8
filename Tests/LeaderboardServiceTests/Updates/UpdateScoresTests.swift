import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Updates of several boards in one request", .timeLimit(.minutes(5)))
struct UpdateScoresTests {
    private static func send(
        _ updates: String,
        as user: String = "ada",
        of owner: String = "ada",
        _ service: RunningService,
        on connection: TestConnection,
        _ headers: [String: String] = [:]
    ) async throws -> TestResponse {
        let answer = try await connection.request(
            "POST",
            "/api/v1/score/updates",
            ["Authorization": "Bearer \(service.token(owner))", "Content-Type": "application/json"]
                .merging(headers) { $1 },
            body: #"{"user_id":"\#(user)","updates":[\#(updates)]}"#
        )
        #expect(Descriptions.complaints(answer, to: "POST", "/api/v1/score/updates") == [], "\(answer.body)")
        return answer
    }

    private static func define(_ boards: [String: String], in redis: PrivateRedisServer) async throws {
        for (board, members) in boards {
            try await redis.command("SET", "lb:{\(board)}:board", "{\(members)\"version\":\"1\"}")
        }
    }

    private static let outcomes =
        #"{"status":"partial","results":[{"board":"coins","status":"success","http_status":200,"score":5,"rank":1,"seq":1,"changed":true},"#
        + #"{"board":"none","status":"error","http_status":404,"code":"board_not_found","message":"There is no board of this name."},"#
        + #"{"board":"run","status":"success","http_status":200,"score":71,"rank":1,"seq":1,"changed":true},"#
        + #"{"board":"closed","status":"error","http_status":403,"code":"user_suspended","message":"This account is suspended: its score cannot change."},"#
        + #"{"board":"small","status":"error","http_status":400,"code":"invalid_score_increase","message":"score_increase must be an integer from 0 to 3."},"#
        + #"{"board":"low","status":"error","http_status":409,"code":"score_limit","message":"The score would leave 0 to 4, which this board allows: nothing was changed."},"#
        + #"{"board":"main","status":"success","http_status":200,"score":7,"rank":1,"seq":1,"changed":true}]}"#

    @Test("have each the outcome of their board, in their order, and an audit entry with the client's address")
    func outcomes() async throws {
        try await withService(["TRUSTED_PROXIES": "127.0.0.0/8"]) { service, redis in
            let boards = [
                "coins": "", "run": #""order":"asc","operator":"best","operators":["best"],"#, "closed": "",
                "small": #""increase_max":3,"#, "low": #""min":0,"max":4,"#,
            ]
            try await Self.define(boards, in: redis)
            try await redis.command("SADD", "lb:{closed}:suspended", "ada")
            let connection = try await service.connect()
            let updates =
                #"{"board":"coins","score_increase":5},{"board":"none","score_increase":5},{"board":"run","score":71},"#
                + #"{"board":"closed","score_increase":5},{"board":"small","score_increase":5},"#
                + #"{"board":"low","score_increase":5},{"board":"main","score_increase":7}"#
            let headers = ["Prefer": "return=representation", "X-Forwarded-For": "192.0.2.7"]
            let answer = try await Self.send(updates, service, on: connection, headers)
            #expect((answer.status, answer.body) == (200, Self.outcomes))
            #expect(answer.headers["preference-applied"] == "return=representation")
            // Of each board whose bucket it was held against.
            let policy = #""user:coins";q=60;w=60, "user:run";q=60;w=60, "user:main";q=100000;w=1"#
            #expect(answer.headers["ratelimit-policy"] == policy)
            let left = answer.headers["ratelimit"] ?? ""
            #expect(left.hasPrefix(#""user:coins";r=59;t=1, "user:run";r=59;t=1, "user:main";r=99999;t="#), "\(left)")
            for board in ["coins", "run", "main"] {
                let entry = try await redis.command("XRANGE", "lb:{\(board)}:audit", "-", "+")
                #expect(entry.contains("192.0.2.7"), "\(board)")
            }
            for board in ["closed", "small", "low", "none"] {
                #expect(try await redis.command("EXISTS", "lb:{\(board)}:audit") == "0", "\(board)")
            }
            #expect(try await connection.request("GET", "/api/v1/scoreboard").body == #"[{"user_id":"ada","score":7}]"#)
        }
    }

    @Test(
        "count each once, however often the request is sent with its key: what was missing is added, the rest is replayed"
    )
    func retry() async throws {
        try await withService { service, redis in
            try await Self.define(["a": "", "c": ""], in: redis)
            let connection = try await service.connect()
            let updates = ["a", "b", "c"].map { #"{"board":"\#($0)","score_increase":5}"# }.joined(separator: ",")
            func send() async throws -> String {
                try await Self.send(updates, service, on: connection, ["Idempotency-Key": "k"]).body
            }
            let (added, missing) = (#""status":"success","http_status":200"#, #""code":"board_not_found""#)
            let first = try await send()
            #expect(first.hasPrefix(#"{"status":"partial""#) && first.contains(missing))
            #expect(!first.contains("replayed"))
            try await Self.define(["b": ""], in: redis)
            try await until { try await send().hasPrefix(#"{"status":"success""#) }
            let last = try await send()
            let results = ["a", "b", "c"].map { #"{"board":"\#($0)",\#(added),"replayed":true}"# }
            #expect(last == #"{"status":"success","results":[\#(results.joined(separator: ","))]}"#)
            for board in ["a", "b", "c"] {
                #expect(try await redis.command("ZSCORE", "lb:{\(board)}:scores", "ada") == "5")
                #expect(try await redis.command("XLEN", "lb:{\(board)}:audit") == "1")
            }
            // The key is the update's, on each board.
            let other = #"{"board":"a","score_increase":6},{"board":"c","score_increase":5}"#
            let answer = try await Self.send(other, service, on: connection, ["Idempotency-Key": "k"]).body
            #expect(answer.contains(#""http_status":422,"code":"idempotency_key_reused""#))
            #expect(answer.contains(#"{"board":"c",\#(added),"replayed":true}"#))
        }
    }

    private static let one = #"{"board":"main","score_increase":5}"#

    @Test("are refused as a whole where the request is none, or another's: then nothing is written")
    func refused() async throws {
        try await withService { service, redis in
            let connection = try await service.connect()
            let many = (0..<21).map { #"{"board":"b\#($0)","score_increase":1}"# }.joined(separator: ",")
            let cases: [(status: Int, code: String, updates: String, owner: String, headers: [String: String])] = [
                (401, "invalid_token", Self.one, "ada", ["Authorization": "Bearer x"]),
                (403, "not_your_score", Self.one, "bob", [:]),
                (415, "unsupported_media_type", Self.one, "ada", ["Content-Type": "text/plain"]),
                (400, "invalid_idempotency_key", Self.one, "ada", ["Idempotency-Key": "a b"]),
                (400, "invalid_updates", "", "ada", [:]), (400, "invalid_updates", many, "ada", [:]),
                (400, "invalid_updates", Self.one + "," + Self.one, "ada", [:]), (400, "invalid_json", "{", "ada", [:]),
                (400, "invalid_board_name", Self.one + #",{"board":"A"}"#, "ada", [:]),
                (400, "invalid_score", Self.one + #",{"board":"b"}"#, "ada", [:]),
                (413, "body_too_large", String(repeating: " ", count: 32_768), "ada", [:]),
            ]
            for one in cases {
                let fresh = one.status == 413 ? try await service.connect() : connection
                let answer = try await Self.send(one.updates, of: one.owner, service, on: fresh, one.headers)
                #expect((answer.status, answer.code) == (one.status, one.code), "\(answer.body)")
            }
            #expect(try await redis.command("EXISTS", "lb:{main}:audit") == "0")
            redis.kill()
            try await service.becomesReady(false)
            let away = try await Self.send(Self.one, service, on: connection)
            #expect((away.status, away.code, away.headers["retry-after"]) == (503, "store_unavailable", "1"))
        }
    }
}
