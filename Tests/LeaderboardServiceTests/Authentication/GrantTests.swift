import Crypto
import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A signed grant")
struct GrantTests {
    private static let secret = "a secret of the game servers, also 32 bytes"
    private static let required = ["GRANTS": "required", "GRANT_SECRET": secret]
    private static let signer = TestSigner.hs256(secret)
    private static let header = #"{"alg":"HS256","typ":"score-grant+jwt"}"#

    private static func grant(
        _ id: String,
        user: String = "12345",
        points: String = "50",
        seconds: Int = 60,
        header: String = header,
        signer: TestSigner = signer,
        board: String? = nil
    ) throws -> String {
        let named = board.map { #","board":"\#($0)""# } ?? ""
        let claims =
            #"{"sub":"\#(user)","points":\#(points),"jti":"\#(id)","exp":\#(secondsFromNow(seconds))\#(named)}"#
        return try signer.token(header: header, claims: claims)
    }

    /// What is sent as `"grant"`, as JSON; nil: nothing.
    static let cases: [(String, Int, String?, @Sendable () throws -> String?)] = [
        ("a valid one", 200, nil, { try quoted(grant("a")) }),
        (
            "a whole media type", 200, nil,
            { try quoted(grant("a", header: #"{"alg":"HS256","typ":"application/score-grant+jwt"}"#)) }
        ),
        ("none", 400, "missing_grant", { nil }),
        ("no string", 400, "missing_grant", { "1" }),
        ("rubbish", 403, "invalid_grant", { quoted("a.b.c") }),
        ("an access token", 403, "invalid_grant", { try quoted(grant("a", header: #"{"alg":"HS256","typ":"JWT"}"#)) }),
        ("no typ", 403, "invalid_grant", { try quoted(grant("a", header: #"{"alg":"HS256"}"#)) }),
        ("by the key of access tokens", 403, "invalid_grant", { try quoted(grant("a", signer: .hs256(testSecret))) }),
        ("expired", 403, "invalid_grant", { try quoted(grant("a", seconds: -60)) }),
        ("valid for a month", 403, "invalid_grant", { try quoted(grant("a", seconds: 30 * 86_400)) }),
        ("an empty jti", 403, "invalid_grant", { try quoted(grant("")) }),
        ("a jti with a space", 403, "invalid_grant", { try quoted(grant("a b")) }),
        ("a jti of 129 characters", 403, "invalid_grant", { try quoted(grant(String(repeating: "a", count: 129))) }),
        ("points as a string", 403, "invalid_grant", { try quoted(grant("a", points: "\"50\"")) }),
        ("points with a fraction", 403, "invalid_grant", { try quoted(grant("a", points: "50.5")) }),
        ("of more points", 403, "grant_mismatch", { try quoted(grant("a", points: "51")) }),
        ("of fewer points", 403, "grant_mismatch", { try quoted(grant("a", points: "49")) }),
        ("of another user", 403, "grant_mismatch", { try quoted(grant("a", user: "23456")) }),
        (
            "without points", 403, "invalid_grant",
            { try quoted(signer.token(header: header, claims: #"{"sub":"12345","jti":"a","exp":9999999}"#)) }
        ),
    ]

    private static func quoted(_ text: String) -> String { "\"\(text)\"" }

    @Test("vouches for one user and so many points, and nothing else does")
    func table() async throws {
        try await withService(Self.required) { service, redis in
            let connection = try await service.connect()
            for (name, status, code, grant) in Self.cases {
                try await redis.command("FLUSHDB")
                let response = try await service.updateWithGrant(try grant(), on: connection)
                #expect((response.status, response.code) == (status, code), "\(name)")
                #expect(try await redis.command("ZCARD", "lb:{main}:scores") == (status == 200 ? "1" : "0"), "\(name)")
            }
            // Of another board, it says of which it is not.
            try await redis.command("SET", "lb:{arena}:board", #"{"version":"1"}"#)
            for (named, board, words) in [
                (nil, "arena", "it is for main, not for arena"), ("beach", "arena", "another board than arena"),
                ("arena", nil, "another board than main"),
            ] as [(String?, String?, String)] {
                let grant = try Self.quoted(Self.grant("b", board: named))
                let response = try await service.updateWithGrant(grant, to: board, on: connection)
                #expect(response.code == "grant_mismatch" && response.body.contains(words), "\(response.body)")
            }
        }
    }

    @Test("counts once, however often and through however many connections it comes at the same time")
    func once() async throws {
        try await withService(Self.required) { service, redis in
            let grant = try Self.quoted(Self.grant("match-7"))
            let statuses = try await withThrowingTaskGroup { tasks in
                for _ in 0..<20 {
                    tasks.addTask {
                        let connection = try await service.connect()
                        let response = try await service.updateWithGrant(grant, on: connection)
                        return response.code ?? "\(response.status)"
                    }
                }
                return try await tasks.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == ["200": 1, "grant_used": 19])
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "12345") == "50")
            #expect(try await redis.command("GET", "lb:{main}:grant:match-7") == "1")
            let lifetime = try #require(Int(try await redis.command("PTTL", "lb:{main}:grant:match-7")))
            #expect((60_000...122_000).contains(lifetime))
        }
    }

    @Test(
        "may be sent again with the Idempotency-Key of its update, and is not used up by an update that does not count"
    )
    func retry() async throws {
        try await withService(
            Self.required.merging(["RATE_LIMIT_UPDATES": "1", "RATE_LIMIT_INTERVAL_SECONDS": "3600"]) { $1 }
        ) {
            service,
            redis in
            let connection = try await service.connect()
            let grant = try Self.quoted(Self.grant("match-7"))
            let key = ["Idempotency-Key": "match-7"]
            let first = try await service.updateWithGrant(grant, key, on: connection)
            let again = try await service.updateWithGrant(grant, key, on: connection)
            #expect((first.status, again.status) == (200, 200))
            #expect(again.headers["idempotency-replayed"] == "true")
            let other = try await service.updateWithGrant(grant, ["Idempotency-Key": "other"], on: connection)
            #expect(other.code == "grant_used")
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "12345") == "50")

            let next = try Self.quoted(Self.grant("match-8"))
            #expect(try await service.updateWithGrant(next, on: connection).code == "rate_limited")
            try await redis.command("DEL", "lb:{main}:limit:12345")
            #expect(try await service.updateWithGrant(next, on: connection).status == 200)
        }
    }

    @Test("by a key set is taken; and it gives no access")
    func keySet() async throws {
        let games = TestSigner.edDSA(Curve25519.Signing.PrivateKey())
        let file = try TemporaryFile(keySetJSON(games.jwk(kid: "game-1")))
        try await withService(["GRANTS": "required", "GRANT_JWKS": file.path]) { service, _ in
            let connection = try await service.connect()
            let header = #"{"alg":"EdDSA","kid":"game-1","typ":"score-grant+jwt"}"#
            let grant = try Self.grant("a", header: header, signer: games)
            let quoted = Self.quoted(grant)
            #expect(try await service.updateWithGrant(quoted, on: connection).status == 200)
            #expect(try await service.post(token: grant, [:], on: connection).code == "invalid_token")
        }
    }

    @Test("is not looked at where none is needed")
    func off() async throws {
        try await withService { service, _ in
            let connection = try await service.connect()
            #expect(try await service.updateWithGrant("1", on: connection).status == 200)
            #expect(try await service.updateWithGrant("\"a.b.c\"", on: connection).status == 200)
        }
    }

    @Test(
        "needs a key of its own",
        arguments: [["GRANTS": "required"], ["GRANTS": "required", "GRANT_SECRET": testSecret]]
    )
    func ownKey(settings: [String: String]) throws {
        let error = #expect(throws: InvalidSettings.self) { try ServiceConfiguration(testSettings(settings)) }
        #expect(error?.all.map(\.name) == ["GRANT_SECRET"])
    }
}

extension RunningService {
    /// 50 points for user 12345, with this JSON for a grant.
    fileprivate func updateWithGrant(
        _ grant: String?,
        _ headers: [String: String] = [:],
        to board: String? = nil,
        on connection: TestConnection
    ) async throws -> TestResponse {
        let member = grant.map { #","grant":\#($0)"# } ?? ""
        let own = ["Authorization": "Bearer \(try token("12345"))", "Content-Type": "application/json"]
        return try await connection.request(
            "POST",
            board.map { "/api/v1/boards/\($0)/score/update" } ?? "/api/v1/score/update",
            headers.merging(own) { $1 },
            body: #"{"user_id":"12345","score_increase":50\#(member)}"#
        )
    }
}
