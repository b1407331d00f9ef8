import Crypto
import Foundation
import TestSupport
import Testing

@testable import HTTPServer
@testable import LeaderboardService

/// A token that is refused, and what its sender is told of the reason: nothing (nil) unless a key of ours signed it.
struct RefusedToken: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let told: String?
    let reason: String
    let token: @Sendable () throws -> String

    init(
        _ name: String,
        _ told: String?,
        _ reason: String,
        _ signer: TestSigner = .hs256(testSecret),
        header: String = #"{"alg":"HS256"}"#,
        _ claims: @escaping @Sendable () -> String = { good() }
    ) {
        (testDescription, self.told, self.reason) = (name, told, reason)
        token = { try signer.token(header: header, claims: claims()) }
    }

    static func good(_ further: String = "", iss: String = "https://id.example", aud: String = "leaderboard") -> String
    {
        validClaims("12345", #","iss":"\#(iss)","aud":"\#(aud)""# + further)
    }

    /// A clock reaches none of them.
    private static let unusableEnds = ["1e400", "-1e400", "null", "true", #""1795959897""#, "[1]", "{}"].map { end in
        RefusedToken("whose exp is \(end)", "Its exp is no time in seconds since 1970", "unusable_expiry") {
            #"{"sub":"12345","exp":\#(end)}"#
        }
    }

    private static let stranger = TestSigner.hs256("another secret, also of 32 bytes or more")

    /// Signed by our key, with a header that is of no use.
    private static let unusableHeaders = [
        (#""typ":"dpop+jwt""#, "Its typ is that of another kind of token: neither JWT nor at+jwt", "wrong_type"),
        (#""typ":"""#, "Its typ is that of another kind of token: neither JWT nor at+jwt", "wrong_type"),
        (#""typ":"score-grant+jwt""#, "Its typ is that of another kind of token: neither JWT nor at+jwt", "wrong_type"),
        (#""crit":["x"]"#, "It needs an extension (crit), and none is understood here", "critical_extension"),
        (#""crit":[]"#, "It needs an extension (crit), and none is understood here", "critical_extension"),
        (#""b64":false"#, "It needs an extension (crit), and none is understood here", "critical_extension"),
        (#""typ":1"#, "Its header has a name twice, or a kid or typ that is no string", "bad_header"),
        (#""kid":1"#, "Its header has a name twice, or a kid or typ that is no string", "bad_header"),
        (#""kid":null"#, "Its header has a name twice, or a kid or typ that is no string", "bad_header"),
        (#""alg":"HS256""#, "Its header has a name twice, or a kid or typ that is no string", "bad_header"),
        (#""alg":"none""#, "Its header has a name twice, or a kid or typ that is no string", "bad_header"),
        (#""x":1,"\u0078":2"#, "Its header has a name twice, or a kid or typ that is no string", "bad_header"),
    ].map { member, told, reason in
        RefusedToken("whose header has \(member)", told, reason, header: #"{"alg":"HS256",\#(member)}"#)
    }

    private static let unusableUsers = ["12345", "null", "true", #"["12345"]"#, "{}", #""""#, #""1 2""#].map { sub in
        RefusedToken("whose sub is \(sub)", "The claim that names its user is no user id", "unusable_user") {
            userless(#","sub":\#(sub)"#)
        }
    }

    private static func userless(_ further: String) -> String {
        #"{"exp":\#(secondsFromNow(60)),"iss":"https://id.example","aud":"leaderboard"\#(further)}"#
    }

    private static let noKey = "Its algorithm is none of RS256, PS256, ES256, EdDSA and HS256"

    private static let unusableAlgorithms = ["none", "None", "HS512", "", "ES384"].map { name in
        RefusedToken("of algorithm \(name)", noKey, "unsupported_algorithm", header: #"{"alg":"\#(name)"}"#)
    }

    static let all = others + unusableEnds + unusableHeaders + unusableUsers + unusableAlgorithms

    private static let others: [RefusedToken] = [
        .init("expired", "It has expired", "expired") { #"{"sub":"12345","exp":\#(secondsFromNow(-60))}"# },
        .init("not valid yet", "It is not valid yet", "not_yet_valid") { good(#","nbf":\#(secondsFromNow(300))"#) },
        .init("of another issuer", "It is of another issuer", "wrong_issuer") { good(iss: "https://evil.example") },
        .init("for another audience", "It is for another audience", "wrong_audience") { good(aud: "chat") },
        .init("without an exp", "It has no exp", "missing_expiry") { #"{"sub":"12345"}"# },
        .init("without an issuer", "It has no iss", "missing_issuer") {
            validClaims("12345", #","aud":"leaderboard""#)
        },
        .init("whose issuer is null", "It is of another issuer", "wrong_issuer") {
            validClaims("12345", #","iss":null,"aud":"leaderboard""#)
        },
        .init("without an audience", "It has no aud", "missing_audience") {
            validClaims("12345", #","iss":"https://id.example""#)
        },
        .init("without a user", "The claim that names its user is missing", "missing_user") { userless("") },
        .init("with a claim of another type", "One of its claims is not of its type", "bad_claims") {
            good(#","nbf":"x""#)
        },
        .init("whose payload has a name twice", "Its payload is no JSON object, or has a name twice", "bad_payload") {
            good(#","sub":"12345""#)
        },
        .init("whose payload is an array", "Its payload is no JSON object, or has a name twice", "bad_payload") {
            "[]"
        },
        .init("whose payload is a string", "Its payload is no JSON object, or has a name twice", "bad_payload") {
            #""x""#
        },
        .init("whose payload is nothing", "Its payload is no JSON object, or has a name twice", "bad_payload") { "" },
        // What is not ours learns nothing, whatever its claims are.
        .init("a stranger's, expired", nil, "bad_signature", stranger) { #"{"sub":"12345","exp":1}"# },
        .init("a stranger's, of another issuer", nil, "bad_signature", stranger) { good(iss: "x") },
        .init("a stranger's, without a user", nil, "bad_signature", stranger) { #"{"exp":9999999999}"# },
        .init("a stranger's, good", nil, "bad_signature", stranger),
        .init("of a key that we have not", nil, "unknown_key", .es256, header: #"{"alg":"ES256"}"#),
        .init("a stranger's, of another type", nil, "bad_signature", stranger, header: #"{"alg":"HS256","typ":"x"}"#),
        .init("a stranger's, with an extension", nil, "bad_signature", stranger, header: #"{"alg":"HS256","crit":[]}"#),
        .init(
            "a stranger's, with alg twice",
            nil,
            "bad_signature",
            stranger,
            header: #"{"alg":"HS256","alg":"HS256"}"#
        ),
        .init("a stranger's, of rubbish", nil, "bad_signature", stranger) { "[" },
        .init("whose header is an array", nil, "malformed", header: #"["HS256"]"#),
        .init("no JWT", nil, "malformed", header: "{}{}"),
    ]
}

@Suite("A refused token")
struct RefusedTokensTests {
    @Test("says why where one of our keys signed it, and otherwise nothing; the log has the reason")
    func reasons() async throws {
        let settings = [
            "JWT_ISSUER": "https://id.example", "JWT_AUDIENCE": "leaderboard", "UNAUTHENTICATED_LIMIT": "100000",
        ]
        try await withService(settings) { service, _ in
            let connection = try await service.connect()
            for row in RefusedToken.all {
                let answer = try await service.post(token: row.token(), [:], on: connection)
                #expect((answer.status, answer.code) == (401, "invalid_token"), "\(row)")
                let told = row.told.map { ", error_description=\"\($0)\"" } ?? ""
                #expect(answer.headers["www-authenticate"] == "Bearer error=\"invalid_token\"" + told, "\(row)")
                let message = answer.json?["message"] as? String
                #expect(
                    message == row.told.map {
                        "The access token is not valid: \($0.prefix(1).lowercased())\($0.dropFirst())."
                    }
                        ?? "The access token is not valid, or not any more: get a new one."
                )
                #expect(Refusal(try error(of: row)).reason == row.reason, "\(row)")
            }
        }
    }

    private func error(of row: RefusedToken) throws -> TokenError {
        try #require(TokenError(rawValue: row.reason))
    }

    @Test(
        "every reason has a description that fits into a quoted string (RFC 6750, section 3)",
        arguments: TokenError.allCases
    )
    func descriptions(error: TokenError) {
        let header = Refusal(error).headers.lines.replacing("\r\n", with: "")
        #expect(error == .keysUnavailable || header.hasPrefix(#"WWW-Authenticate: Bearer error="invalid_token""#))
        #expect(header.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
        #expect(header.count { $0 == "\"" } % 2 == 0)
    }

    @Test("has its reason in the line of the audit log")
    func logged() async throws {
        let redis = try await PrivateRedisServer()
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url])
        let connection = try await TestConnection(port: service.port)
        let token = try TokenSigner(testSettings()).token(user: "12345", lifetime: .seconds(-60))
        let headers = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
        for _ in 0..<3 {
            #expect(try await connection.request("POST", "/api/v1/score/update", headers, body: "{}").status == 401)
        }
        try await until {
            try service.log.matches(of: /"code":"invalid_token","reason":"expired"/).count == 3
        }
        #expect(try service.log.matches(of: /access tokens refused/).count == 1)
    }

    @Test(
        "is none of those whose user another claim names",
        arguments: [
            ("user_id", #""user_id":"12345""#, 200),
            ("https://example.com/user_id", #""https://example.com/user_id":"12345""#, 200),
            ("custom.user.id", #""custom.user.id":"12345""#, 200), ("/user/id", #""user":{"id":"12345"}"#, 200),
            ("/a~1b/c~0d", #""a/b":{"c~d":"12345"}"#, 200), ("user_id", #""sub":"12345""#, 401),
            ("user_id", #""sub":"23456","user_id":"12345""#, 200),
            ("user_id", #""sub":"12345","user_id":"23456""#, 403),
            ("user_id", #""user_id":12345"#, 401), ("user_id", #""user_id":["12345"]"#, 401),
            ("/user/id", #""user":"12345""#, 401), ("/user/id", #""/user/id":"12345""#, 401),
            ("custom.user", #""custom":{"user":"12345"}"#, 401), ("user_id", #""user_id":"1 2""#, 401),
        ]
    )
    func userClaim(name: String, claims: String, status: Int) async throws {
        try await withService(["JWT_USER_CLAIM": name]) { service, _ in
            let token = try TestSigner.hs256(testSecret).token(
                kid: nil,
                claims: #"{\#(claims),"exp":\#(secondsFromNow(60))}"#
            )
            #expect(try await service.status(token) == status)
            // What `leaderboard token` signs has the claim as well.
            #expect(try await service.status(service.token("12345")) == 200)
        }
    }
}
