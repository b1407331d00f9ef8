import Foundation

/// One request of the golden file.
struct GoldenExchange: Sendable {
    var name: String
    var method = "GET"
    var path: String
    /// Whose token it has; nil: none.
    var user: String?
    var scope: String?
    var headers: [String] = []
    var body: Body?
    /// The answer does not end by itself.
    var isStream = false
    /// What a stream's answer is read up to.
    var end = ""

    typealias Body = @Sendable () throws -> String

    private static func update(
        _ name: String,
        _ body: String,
        as user: String? = "12345",
        _ headers: String...
    ) -> GoldenExchange {
        GoldenExchange(
            name: name,
            method: "POST",
            path: "/api/v1/score/update",
            user: user,
            headers: (headers.contains { $0.hasPrefix("Content-Type") } ? [] : ["Content-Type: application/json"])
                + headers,
            body: { body }
        )
    }

    private static func get(_ path: String, _ headers: String..., method: String = "GET") -> GoldenExchange {
        GoldenExchange(name: "read", method: method, path: path, headers: headers)
    }

    private static func admin(_ name: String, _ method: String, _ path: String, _ body: String? = nil) -> GoldenExchange
    {
        GoldenExchange(
            name: name,
            method: method,
            path: "/api/v1/admin/" + path,
            user: "ops",
            scope: "leaderboard:admin",
            headers: body == nil ? [] : ["Content-Type: application/json"],
            body: body.map { text in { text } as Body }
        )
    }

    private static let valid = #"{"user_id":"12345","score_increase":50}"#
    private static let asked = "Prefer: return=representation"

    static let all: [GoldenExchange] =
        [
            get("/healthz"), get("/readyz"), get("/readyz?for=reads"), get("/api/v1/scoreboard?offset=3"),
            update("plain", valid),
            update("another spelling", #"{ "score_increase": 5e1, "user_id": "12345", "x": [] }"#),
            update("zero", #"{"user_id":"zero","score_increase":0}"#, as: "zero"),
            update("with its rank", valid, asked),
            update("with a key", valid, "Idempotency-Key: k"), update("the same key", valid, "Idempotency-Key: k"),
            update("the same key, asked for more", valid, "Idempotency-Key: k", asked),
            update("the same key for another", #"{"user_id":"12345","score_increase":51}"#, "Idempotency-Key: k"),
            update("a trace", valid, "traceparent: 00-0123456789abcdef0123456789abcdef-0123456789abcdef-01", asked),
            update("a half stays", #"{"user_id":"half","score_increase":1}"#, as: "half", asked),
            update("below 0", #"{"user_id":"low","score_increase":3}"#, as: "low", asked),
            update("no JSON", "{"), update("no object", "[]"),
            update("a name twice", #"{"user_id":"a","user_id":"b"}"#),
            update("a bad id", #"{"user_id":"1 2","score_increase":50}"#), update("no id", #"{"score_increase":50}"#),
            update("a negative increase", #"{"user_id":"12345","score_increase":-1}"#),
            update("an increase too large", #"{"user_id":"12345","score_increase":1001}"#),
            update("a fraction", #"{"user_id":"12345","score_increase":1.5}"#),
            update("a bad key", valid, "Idempotency-Key: a b"),
            update("two keys", valid, "Idempotency-Key: a", "Idempotency-Key: b"),
            update("no token", valid, as: nil), update("a bad token", valid, as: nil, "Authorization: Bearer x"),
            update("another's score", valid, as: "23456"),
            update("suspended", #"{"user_id":"banned","score_increase":1}"#, as: "banned"),
            update("full", #"{"user_id":"full","score_increase":1}"#, as: "full"),
            update("full, and nothing added", #"{"user_id":"full","score_increase":0}"#, as: "full"),
            update("too long", String(repeating: " ", count: 4097)),
            update("no media type", valid, "Content-Type: text/plain"),
            update("from a page", valid, "Origin: https://play.example.com"),
            update("from another page", valid, "Origin: https://evil.example"),
            get("/api/v1/score/update", method: "OPTIONS"),
            get("/api/v1/score/update", "Origin: https://play.example.com", method: "OPTIONS"),
            get("/api/v1/score/update"), get("/api/v1/score/updat"),
        ]
        + (0..<22).map {
            update("until the bucket is empty, \($0)", #"{"user_id":"eager","score_increase":1}"#, as: "eager")
        }
        + [
            get("/api/v1/scoreboard"), get("/api/v1/scoreboard", "If-None-Match: *"), get("/api/v1/scoreboard?limit=2"),
            get("/api/v1/scoreboard?limit=2&offset=1"), get("/api/v1/scoreboard?offset=1", "If-None-Match: *"),
            get("/api/v1/scoreboard?limit=0"), get("/api/v1/scoreboard?limit=1&limit=2"),
            get("/api/v1/scoreboard?offset=-1"), get("/api/v1/scoreboard?unknown=1"),
            get("/api/v1/scoreboard", method: "OPTIONS"), get("/api/v1/scoreboard", method: "HEAD"),
            get("/api/v1/scoreboard", method: "DELETE"),
            get("/api/v1/scoreboard/users/12345"), get("/api/v1/scoreboard/users/12345", "If-None-Match: *"),
            get("/api/v1/scoreboard/users/nobody"), get("/api/v1/scoreboard/users/!"),
            get("/api/v1/scoreboard/users/12345", method: "OPTIONS"),
            get("/api/v1/scoreboard/stats"), get("/api/v1/scoreboard/stats", method: "OPTIONS"),
            GoldenExchange(name: "events", path: "/api/v1/scoreboard/events", isStream: true, end: "]}\n\n"),
            GoldenExchange(
                name: "one user's events",
                path: "/api/v1/scoreboard/events?user_id=12345",
                isStream: true,
                end: "]}\n\n"
            ),
            GoldenExchange(
                name: "the top's events",
                path: "/api/v1/scoreboard/events?view=top",
                isStream: true,
                end: "]}\n\n"
            ),
            get("/api/v1/scoreboard/events?view=x"), get("/api/v1/scoreboard/live"),
            GoldenExchange(
                name: "by WebSocket",
                path: "/api/v1/scoreboard/live",
                headers: [
                    "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                ],
                isStream: true,
                end: "]}"
            ),
            admin("the audit", "GET", "audit?limit=30"), admin("one user's", "GET", "audit?user_id=half"),
            admin("suspend", "POST", "users/zero/suspend", #"{"reason":"x"}"#),
            admin("reinstate", "POST", "users/zero/reinstate", #"{"reason":"x"}"#),
            admin("revert", "POST", "audit/revert", #"{"seq":1,"reason":"x"}"#),
            admin("export", "GET", "users/zero/export"), admin("erase", "DELETE", "users/zero", #"{"reason":"x"}"#),
            get("/api/v1/scoreboard?limit=100"),
        ]

    static let grantSecret = "a secret of the game servers, also 32 bytes"

    private static func granted(_ name: String, _ id: String, _ increase: Int, _ headers: String...) -> GoldenExchange {
        GoldenExchange(
            name: name,
            method: "POST",
            path: "/api/v1/score/update",
            user: "12345",
            headers: ["Content-Type: application/json"] + headers,
            body: {
                let claims = #"{"sub":"12345","points":50,"jti":"\#(id)","exp":\#(secondsFromNow(60))}"#
                let header = #"{"alg":"HS256","typ":"score-grant+jwt"}"#
                let grant = try TestSigner.hs256(grantSecret).token(header: header, claims: claims)
                return #"{"user_id":"12345","score_increase":\#(increase),"grant":"\#(grant)"}"#
            }
        )
    }

    static let granted: [GoldenExchange] = [
        update("no grant", valid), granted("a grant", "a", 50), granted("the same grant", "a", 50),
        granted("a grant of other points", "b", 51), granted("with a key", "c", 50, "Idempotency-Key: k"),
        granted("with the same key", "c", 50, "Idempotency-Key: k"),
    ]
}
