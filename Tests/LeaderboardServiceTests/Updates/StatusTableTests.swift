import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

/// One row of the contract's table: what is sent, and what comes back.
struct UpdateCase: Sendable {
    let name: String
    let status: Int
    var code: String?
    var user = "12345"
    var token: Token = .of("12345")
    var headers: [String: String] = [:]
    var contentType: String? = "application/json"
    var body: String = #"{"user_id":"12345","score_increase":50}"#
    /// Of the answer.
    var expected: [String: String] = [:]
    var keepsConnection = true

    enum Token: Sendable {
        case none
        case of(String)
        case expired
        case foreignSecret
        case text(String)
    }

    static let all: [UpdateCase] = [
        .init(name: "a valid update", status: 200),
        .init(
            name: "a zero increase",
            status: 200,
            body: #"{"user_id":"12345","score_increase":0}"#
        ),
        .init(name: "the largest increase", status: 200, body: #"{"user_id":"12345","score_increase":1000}"#),
        .init(name: "further fields", status: 200, body: #"{"x":[{}],"user_id":"12345","score_increase":1}"#),
        .init(name: "a media type with a parameter", status: 200, contentType: "Application/JSON; charset=utf-8"),
        .init(
            name: "no token",
            status: 401,
            code: "missing_token",
            token: .none,
            expected: ["www-authenticate": "Bearer"]
        ),
        .init(
            name: "not Bearer",
            status: 401,
            code: "missing_token",
            token: .none,
            headers: ["Authorization": "Basic YTpi"],
            expected: ["www-authenticate": "Bearer"]
        ),
        .init(
            name: "a bad signature",
            status: 401,
            code: "invalid_token",
            token: .foreignSecret,
            expected: ["www-authenticate": "Bearer error=\"invalid_token\""]
        ),
        .init(
            name: "an expired token",
            status: 401,
            code: "invalid_token",
            token: .expired,
            expected: ["www-authenticate": "Bearer error=\"invalid_token\", error_description=\"It has expired\""]
        ),
        .init(
            name: "a user as Auth0 names them",
            status: 200,
            token: .of("auth0|5f7c8ec7"),
            body: #"{"user_id":"auth0|5f7c8ec7","score_increase":50}"#
        ),
        .init(name: "rubbish for a token", status: 401, code: "invalid_token", token: .text("a.b.c")),
        .init(
            name: "no signature at all",
            status: 401,
            code: "invalid_token",
            token: .text("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0NSIsImV4cCI6OTk5OTk5OTk5OX0.")
        ),
        .init(name: "another user's score", status: 403, code: "not_your_score", token: .of("23456")),
        .init(name: "not JSON", status: 400, code: "invalid_json", body: "score=50"),
        .init(name: "an empty body", status: 400, code: "invalid_json", body: ""),
        .init(name: "an array", status: 400, code: "invalid_json", body: "[]"),
        .init(name: "a missing increase", status: 400, code: "invalid_score_increase", body: #"{"user_id":"12345"}"#),
        .init(name: "a missing user", status: 400, code: "invalid_user_id", body: #"{"score_increase":50}"#),
        .init(
            name: "a number for a user",
            status: 400,
            code: "invalid_user_id",
            body: #"{"user_id":12345,"score_increase":1}"#
        ),
        .init(
            name: "a user id with a space",
            status: 400,
            code: "invalid_user_id",
            body: #"{"user_id":"1 2","score_increase":1}"#
        ),
        .init(
            name: "a user id of 129 characters",
            status: 400,
            code: "invalid_user_id",
            body: #"{"user_id":"\#(String(repeating: "a", count: 129))","score_increase":1}"#
        ),
        .init(
            name: "a fraction",
            status: 400,
            code: "invalid_score_increase",
            body: #"{"user_id":"12345","score_increase":50.5}"#
        ),
        .init(
            name: "a string for an increase",
            status: 400,
            code: "invalid_score_increase",
            body: #"{"user_id":"12345","score_increase":"50"}"#
        ),
        .init(
            name: "a negative increase",
            status: 400,
            code: "invalid_score_increase",
            body: #"{"user_id":"12345","score_increase":-1}"#
        ),
        .init(
            name: "an increase above the bound",
            status: 400,
            code: "invalid_score_increase",
            body: #"{"user_id":"12345","score_increase":1001}"#
        ),
        .init(
            name: "a duplicate field",
            status: 400,
            code: "invalid_json",
            body: #"{"user_id":"12345","score_increase":1,"score_increase":2}"#
        ),
        .init(
            name: "a body too large",
            status: 413,
            code: "body_too_large",
            body: #"{"user_id":"12345","score_increase":1,"x":"\#(String(repeating: "x", count: 4096))"}"#
        ),
        .init(
            name: "a body that is not worth reading to its end",
            status: 413,
            code: "body_too_large",
            body: #"{"user_id":"12345","score_increase":1,"x":"\#(String(repeating: "x", count: 100_000))"}"#,
            keepsConnection: false
        ),
        .init(name: "another media type", status: 415, code: "unsupported_media_type", contentType: "text/plain"),
        .init(
            name: "another encoding",
            status: 415,
            code: "unsupported_media_type",
            contentType: "application/json;charset=utf-16"
        ),
        .init(
            name: "a content coding",
            status: 415,
            code: "unsupported_media_type",
            headers: ["Content-Encoding": "gzip"]
        ),
        .init(name: "no media type", status: 415, code: "unsupported_media_type", contentType: nil),
        .init(
            name: "an idempotency key with a space",
            status: 400,
            code: "invalid_idempotency_key",
            headers: ["Idempotency-Key": "a b"]
        ),
    ]
}

@Suite("An update over HTTP", .serialized)
struct StatusTableTests {
    @Test("gets the status, the code and the headers of the contract, and writes only where it succeeds")
    func table() async throws {
        // One service for all: what each has written is told from what was there before.
        try await withService { service, redis in
            for row in UpdateCase.all { try await check(row, service, redis) }
        }
    }

    private func check(_ row: UpdateCase, _ service: RunningService, _ redis: PrivateRedisServer) async throws {
        func written() async throws -> [Int?] {
            [
                Int(try await redis.command("XLEN", "lb:{main}:audit")),
                Int(try await redis.command("GET", "lb:{main}:seq")) ?? 0,
            ]
        }
        let connection = try await service.connect()
        var headers = row.headers
        headers["Content-Type"] = row.contentType
        switch row.token {
        case .none: break
        case .of(let user): headers["Authorization"] = "Bearer \(try service.token(user))"
        case .expired: headers["Authorization"] = "Bearer \(try service.token(row.user, lifetime: .seconds(-60)))"
        case .foreignSecret:
            let other = testSettings(["JWT_SECRET": "another secret, also of 32 bytes or more"])
            headers["Authorization"] =
                "Bearer \(try TokenSigner(other).token(user: row.user, lifetime: .seconds(60)))"
        case .text(let text): headers["Authorization"] = "Bearer \(text)"
        }
        let before = try await written()
        let response = try await connection.request("POST", "/api/v1/score/update", headers, body: row.body)
        let after = try await written()
        #expect(response.status == row.status, "\(row.name)")
        #expect(response.code == row.code, "\(row.name)")
        if row.status == 200 {
            #expect(response.body == #"{"message":"Score updated successfully","status":"success"}"#, "\(row.name)")
            #expect(response.headers["ratelimit"]?.isEmpty == false, "\(row.name)")
            #expect(response.headers["ratelimit-policy"]?.isEmpty == false, "\(row.name)")
        } else {
            #expect(response.json?["status"] as? String == "error", "\(row.name)")
            #expect((response.json?["message"] as? String)?.hasSuffix(".") == true, "\(row.name)")
        }
        for (name, value) in row.expected { #expect(response.headers[name] == value, "\(row.name)") }
        #expect(response.headers["content-type"] == "application/json", "\(row.name)")
        #expect(response.headers["x-request-id"]?.isEmpty == false, "\(row.name)")
        #expect(after == before.map { $0.map { $0 + (row.status == 200 ? 1 : 0) } }, "\(row.name)")
        if row.keepsConnection {
            #expect(try await connection.request("GET", "/healthz").status == 200, "\(row.name)")
        } else {
            #expect(try await connection.receiveToEnd() == "", "\(row.name)")
        }
    }

    @Test("tells score, rank and seq where the client prefers a representation")
    func representation() async throws {
        try await withService { service, _ in
            let connection = try await service.connect()
            _ = try await service.update("best", 500, on: connection)
            let response = try await service.update("12345", 50, on: connection, ["Prefer": "return=representation"])
            #expect(response.headers["preference-applied"] == "return=representation")
            #expect(
                response.body == """
                    {"message":"Score updated successfully","status":"success","user_id":"12345","score":50,"rank":2,"seq":2}
                    """
            )
        }
    }

    @Test(
        "with a token whose claim active is not true is refused",
        arguments: [("true", 200), ("false", 403), ("null", 403), (#""yes""#, 403)]
    )
    func active(claim: String, status: Int) async throws {
        try await withService { service, redis in
            let token = try TestSigner.hs256(testSecret).token(
                kid: nil,
                claims: #"{"sub":"12345","exp":\#(secondsFromNow(60)),"active":\#(claim)}"#
            )
            let response = try await service.connect().request(
                "POST",
                "/api/v1/score/update",
                ["Authorization": "Bearer \(token)", "Content-Type": "application/json"],
                body: #"{"user_id":"12345","score_increase":50}"#
            )
            #expect(response.status == status)
            if status == 403 { #expect(response.code == "user_suspended") }
            #expect(try await redis.command("ZCARD", "lb:{main}:scores") == (status == 200 ? "1" : "0"))
        }
    }

    @Test("of a suspended user is refused")
    func suspended() async throws {
        try await withService { service, redis in
            let connection = try await service.connect()
            try await redis.command("SADD", "lb:{main}:suspended", "12345")
            let refused = try await service.update("12345", 50, on: connection)
            #expect((refused.status, refused.code) == (403, "user_suspended"))
            #expect(try await service.update("23456", 50, on: connection).status == 200)
        }
    }

    @Test("beyond the token bucket is 429, and tells when to come back")
    func rateLimited() async throws {
        try await withService(["RATE_LIMIT_UPDATES": "2", "RATE_LIMIT_INTERVAL_SECONDS": "60"]) { service, _ in
            let connection = try await service.connect()
            #expect(try await service.update("12345", 1, on: connection).headers["ratelimit"] == "\"user\";r=1;t=30")
            #expect(try await service.update("12345", 1, on: connection).headers["ratelimit"]?.contains("r=0") == true)
            let refused = try await service.update("12345", 1, on: connection)
            #expect((refused.status, refused.code) == (429, "rate_limited"))
            let wait = try #require(Int(refused.headers["retry-after"] ?? ""))
            #expect((1...30).contains(wait))
            #expect(refused.headers["ratelimit"]?.contains("r=0") == true)
            #expect(refused.headers["ratelimit-policy"] == "\"user\";q=2;w=60")
            #expect(try await service.update("23456", 1, on: connection).status == 200)
        }
    }

    @Test("past the largest score is 409")
    func scoreLimit() async throws {
        try await withService { service, redis in
            let connection = try await service.connect()
            try await redis.command("ZADD", "lb:{main}:scores", "9007199254740990", "12345")
            #expect(try await service.update("12345", 1, on: connection).status == 200)
            let refused = try await service.update("12345", 1, on: connection)
            #expect((refused.status, refused.code) == (409, "score_limit"))
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "12345") == "9007199254740991")
            #expect(try await redis.command("GET", "lb:{main}:seq") == "1")
            #expect(try await redis.command("XLEN", "lb:{main}:audit") == "1")
        }
    }

    @Test("that would leave what a score may be is told both ends of it, whichever is in the way")
    func scoreRange() async throws {
        try await withService { service, redis in
            let connection = try await service.connect()
            for score in ["9007199254740991", "-9007199254741992"] {
                try await redis.command("ZADD", "lb:{main}:scores", score, "12345")
                let refused = try await service.update("12345", 1, on: connection)
                #expect((refused.status, refused.code) == (409, "score_limit"))
                #expect(refused.body.contains("-9007199254740991 to 9007199254740991"), "\(refused.body)")
            }
        }
    }

    @Test("that is repeated with its Idempotency-Key counts once; another update with the key is 422")
    func idempotency() async throws {
        try await withService { service, redis in
            let connection = try await service.connect()
            let key = ["Idempotency-Key": "match-7/round-1", "Prefer": "return=representation"]
            let first = try await service.update("12345", 50, on: connection, key)
            let again = try await service.update("12345", 50, on: connection, key)
            #expect((first.status, again.status) == (200, 200))
            #expect(first.headers["idempotency-replayed"] == nil)
            #expect(again.headers["idempotency-replayed"] == "true")
            #expect(again.body == first.body)
            let other = try await service.update("12345", 51, on: connection, key)
            #expect((other.status, other.code) == (422, "idempotency_key_reused"))
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "12345") == "50")
            #expect(try await redis.command("XLEN", "lb:{main}:audit") == "1")
        }
    }

    @Test("is audited with the client's address and the request's id")
    func audited() async throws {
        try await withService { service, redis in
            let connection = try await service.connect()
            let response = try await service.update("12345", 50, on: connection, ["X-Request-Id": "round-1"])
            #expect(response.headers["x-request-id"] == "round-1")
            let entry = try await redis.command("XRANGE", "lb:{main}:audit", "-", "+")
                .split(separator: "\n").dropFirst().map(String.init)
            var fields = Dictionary(
                uniqueKeysWithValues: stride(from: 0, to: entry.count - 1, by: 2).map {
                    (entry[$0], entry[$0 + 1])
                }
            )
            #expect(fields.removeValue(forKey: "hash")?.count == 40)
            #expect(
                fields == [
                    "user": "12345", "increase": "50", "score": "50", "seq": "1", "ip": "127.0.0.1",
                    "request": "round-1",
                ]
            )
        }
    }
}
