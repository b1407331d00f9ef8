import Text
import Foundation
import Leaderboard
import NIOCore
import TestSupport
import Testing

@testable import LeaderboardService

/// A request whose answer is held against the description.
struct DescribedCase: Sendable, CustomTestStringConvertible {
    let method: String
    /// As the description has it.
    let path: String
    let status: Int
    /// What is really asked for; the path itself, if nothing else is said.
    var target: String?
    var headers: [String: String] = [:]
    var body: String?
    var token: (user: String, scope: String?)?

    var testDescription: String { "\(status) \(method) \(target ?? path)" }

    private static let handshake = [
        "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ]

    private static func update(
        _ status: Int,
        _ body: String,
        _ headers: [String: String] = [:],
        as user: String = "12345"
    )
        -> DescribedCase
    {
        DescribedCase(
            method: "POST",
            path: "/api/v1/score/update",
            status: status,
            headers: ["Content-Type": "application/json", "Origin": page].merging(headers) { $1 },
            body: body,
            token: (user, nil)
        )
    }

    private static func board(
        _ status: Int,
        _ body: String,
        _ headers: [String: String] = [:],
        on name: String = "main"
    ) -> DescribedCase {
        DescribedCase(
            method: "POST",
            path: "/api/v1/boards/{board}/score/update",
            status: status,
            target: "/api/v1/boards/\(name)/score/update",
            headers: ["Content-Type": "application/json", "Origin": page].merging(headers) { $1 },
            body: body,
            token: ("12345", nil)
        )
    }

    private static func updates(
        _ status: Int,
        _ updates: String,
        _ headers: [String: String] = [:],
        as user: String = "12345"
    ) -> DescribedCase {
        DescribedCase(
            method: "POST",
            path: "/api/v1/score/updates",
            status: status,
            headers: ["Content-Type": "application/json", "Origin": page].merging(headers) { $1 },
            body: #"{"user_id":"12345","updates":[\#(updates)]}"#,
            token: (user, nil)
        )
    }

    private static func ofPath(
        _ status: Int,
        _ path: String,
        _ target: String,
        _ headers: [String: String] = [:],
        method: String = "GET"
    ) -> DescribedCase {
        DescribedCase(
            method: method,
            path: "/api/v1/\(path)",
            status: status,
            target: "/api/v1/\(target)",
            headers: headers
        )
    }

    private static func scores(
        _ status: Int,
        _ body: String,
        scope: String? = "leaderboard:report",
        type: String = "application/json"
    ) -> DescribedCase {
        DescribedCase(
            method: "POST",
            path: "/api/v1/boards/{board}/scores",
            status: status,
            target: "/api/v1/boards/b/scores",
            headers: ["Content-Type": type],
            body: body,
            token: ("arena", scope)
        )
    }

    private static func ticket(_ status: Int, _ body: String, _ headers: [String: String] = [:]) -> DescribedCase {
        DescribedCase(
            method: "POST",
            path: "/api/v1/live/tickets",
            status: status,
            headers: ["Content-Type": "application/json", "Origin": page].merging(headers) { $1 },
            body: body,
            token: ("12345", nil)
        )
    }

    /// - Parameter target: nil: the path, with the id in its place.
    private static func admin(
        _ status: Int,
        _ method: String,
        _ path: String,
        _ id: String = "",
        _ body: String? = nil,
        _ target: String? = nil
    ) -> DescribedCase {
        DescribedCase(
            method: method,
            path: "/api/v1/admin/\(path)",
            status: status,
            target: "/api/v1/admin/\(target ?? path.replacing("{id}", with: id))",
            headers: body == nil ? [:] : ["Content-Type": "application/json"],
            body: body,
            token: ("ops", "leaderboard:admin")
        )
    }

    private static let boards: [DescribedCase] = [
        definition(201, "PUT", ["If-None-Match": "*"], "{}"), definition(200, "PUT", ["If-Match": "*"], "{}"),
        definition(428, "PUT", [:], "{}"), definition(200, "GET"),
        admin(200, "GET", "boards"),
        .init(method: "GET", path: "/api/v1/boards", status: 200),
        .init(method: "GET", path: "/api/v1/boards", status: 304, headers: ["If-None-Match": "*"]),
        .init(method: "OPTIONS", path: "/api/v1/boards", status: 204),
        .init(method: "GET", path: "/api/v1/boards/{board}", status: 200, target: "/api/v1/boards/b"),
        .init(method: "OPTIONS", path: "/api/v1/boards/{board}", status: 204, target: "/api/v1/boards/b"),
        ofBoard(200, "GET", "audit"), ofBoard(404, "POST", "audit/revert", #"{"seq":1,"reason":"x"}"#),
        ofBoard(404, "POST", "audit/revert/preview", #"{"seq":1,"reason":"x"}"#),
        ofBoard(404, "POST", "audit/unrevert", #"{"seq":1,"reason":"x"}"#),
        ofBoard(404, "POST", "audit/unrevert/preview", #"{"reverts":[1]}"#),
        ofBoard(200, "POST", "users/{id}/hide", #"{"reason":"x"}"#),
        ofBoard(200, "POST", "users/{id}/unhide", #"{"reason":"x"}"#),
        ofBoard(200, "POST", "users/{id}/hold", #"{"reason":"x"}"#),
        ofBoard(200, "POST", "users/{id}/unhold", #"{"reason":"x"}"#),
        ofBoard(200, "GET", "held"), ofBoard(200, "POST", "held/release/preview", #"{"all":true}"#),
        ofBoard(200, "POST", "held/release", #"{"rule":"least_time","reason":"x"}"#),
        ofBoard(200, "POST", "held/reject/preview", #"{"user_id":"ada"}"#),
        ofBoard(200, "POST", "held/reject", #"{"all":true,"reason":"x"}"#),
        ofBoard(404, "POST", "held/{id}/release", #"{"reason":"x"}"#),
        ofBoard(404, "POST", "held/{id}/release/preview", "{}"),
        ofBoard(404, "POST", "held/{id}/reject", #"{"reason":"x"}"#),
        ofBoard(404, "POST", "held/{id}/reject/preview", "{}"),
        ofBoard(200, "POST", "users/{id}/suspend", #"{"reason":"x"}"#),
        ofBoard(200, "POST", "users/{id}/reinstate", #"{"reason":"x"}"#), ofBoard(200, "GET", "users/{id}/export"),
        ofBoard(200, "GET", "users/{id}"),
        ofBoard(200, "POST", "users/{id}/profile/blank", #"{"reason":"x"}"#),
        ofBoard(200, "POST", "users/{id}/profile/allow", #"{"reason":"x"}"#),
        admin(200, "POST", "users/{id}/profile/blank", "ada", #"{"reason":"x"}"#),
        admin(200, "POST", "users/{id}/profile/allow", "ada", #"{"reason":"x"}"#),
        ofBoard(200, "POST", "freeze", #"{"reason":"x"}"#), ofBoard(200, "POST", "reveal", #"{"reason":"x"}"#),
        admin(200, "POST", "users/{id}/adjust/preview", "ada", #"{"score_increase":1}"#),
        admin(200, "POST", "users/{id}/adjust", "ada", #"{"score_increase":1,"reason":"x"}"#),
        ofBoard(200, "POST", "users/{id}/adjust/preview", #"{"score":1}"#),
        ofBoard(200, "POST", "users/{id}/adjust", #"{"score":1,"reason":"x"}"#),
        ofBoard(400, "POST", "users/{id}/adjust", #"{"score":1,"score_increase":1,"reason":"x"}"#),
        scores(200, #"[{"user_id":"ada","score_increase":1},{"user_id":"!"}]"#), scores(400, "[]"),
        scores(403, "[]", scope: nil), scores(415, "[]", type: "text/plain"),
        scores(200, #"{"id":"1","user_id":"ada","score_increase":1}"#, type: "application/x-ndjson"),
        ofBoard(200, "GET", "rules"), ofBoard(200, "GET", "members"), ofBoard(200, "GET", "on-hold"),
        admin(400, "GET", "boards/{board}/on-hold", "", nil, "boards/b/on-hold?limit=0"),
        admin(400, "GET", "boards/{board}/members", "", nil, "boards/b/members?limit=0"),
        ofBoard(200, "PUT", "members/{id}"), ofBoard(200, "DELETE", "members/{id}"),
        admin(400, "PUT", "boards/{board}/members/{id}", "", nil, "boards/b/members/a%20b"),
        admin(404, "DELETE", "boards/{board}/members/{id}", "", nil, "boards/no/members/a"),
        ticket(200, "{}"), ticket(400, #"{"board":1}"#), ticket(404, #"{"board":"nowhere"}"#),
        ticket(415, "{}", ["Content-Type": "text/plain"]), ticket(401, "{}", ["Authorization": "Bearer x"]),
        .init(method: "OPTIONS", path: "/api/v1/live/tickets", status: 204, headers: ["Origin": page]),
        ofPath(401, "boards/{board}/events", "boards/main/events?ticket=x"),
        ofPath(400, "boards/{board}/events", "boards/main/events?ticket=x&ticket=y"),
        ofBoard(400, "POST", "reset", #"{"window":"No!","reason":"x"}"#),
        ofPath(400, "boards/{board}/totals/{kind}", "boards/main/totals/team"),
        ofPath(204, "boards/{board}/totals/{kind}", "boards/main/totals/team", method: "OPTIONS"),
        ofBoard(200, "DELETE", "users/{id}", #"{"reason":"x"}"#), definition(409, "DELETE"),
        definition(200, "DELETE", query: "?data=delete"),
    ]

    private static func definition(
        _ status: Int,
        _ method: String,
        _ headers: [String: String] = [:],
        _ body: String? = nil,
        query: String = ""
    ) -> DescribedCase {
        var described = ofBoard(status, method, "", body)
        described.target = "/api/v1/admin/boards/b" + query
        described.headers.merge(headers) { $1 }
        return described
    }

    private static func ofBoard(_ status: Int, _ method: String, _ path: String, _ body: String? = nil) -> DescribedCase
    {
        let rest = path.isEmpty ? "" : "/\(path)"
        return DescribedCase(
            method: method,
            path: "/api/v1/admin/boards/{board}" + rest,
            status: status,
            target: "/api/v1/admin/boards/b" + rest.replacing("{id}", with: "ada"),
            headers: body == nil ? [:] : ["Content-Type": "application/json"],
            body: body,
            token: ("ops", "leaderboard:admin")
        )
    }

    /// A page that may send updates and open WebSockets.
    static let page = "https://play.example.com"

    private static let valid = #"{"user_id":"12345","score_increase":50}"#

    private static let tooLong = String(repeating: " ", count: 4097)

    static let all: [DescribedCase] = main + profiles(of: "") + profiles(of: "boards/{board}/") + boards

    /// Of users, what they say of themselves.
    private static func profiles(of board: String) -> [DescribedCase] {
        let path = board + "users/{id}/profile"
        let target = path.replacing("{board}", with: "main").replacing("{id}", with: "12345")
        func profile(_ status: Int, _ method: String, _ body: String? = nil, as user: String = "12345") -> DescribedCase
        {
            var described = ofPath(status, path, target, method: method)
            described.body = body
            described.headers = body == nil ? [:] : ["Content-Type": "application/json"]
            described.token = (user, nil)
            return described
        }
        return [
            profile(204, "PUT", #"{"name":"Ada"}"#), profile(400, "PUT", #"{"country":"XX"}"#),
            profile(403, "PUT", "{}", as: "23456"), profile(200, "GET"), profile(204, "OPTIONS"),
            profile(204, "DELETE"),
        ]
    }

    private static let main: [DescribedCase] = [
        update(200, valid), update(200, valid, ["Prefer": "return=representation", "Idempotency-Key": "k"]),
        update(200, valid, ["Idempotency-Key": "k"]),
        update(422, #"{"user_id":"12345","score_increase":51}"#, ["Idempotency-Key": "k"]),
        update(400, "{"), update(400, #"{"user_id":"1 2","score_increase":50}"#),
        update(400, #"{"user_id":"12345","score_increase":-1}"#), update(400, valid, ["Idempotency-Key": "a b"]),
        update(401, valid, ["Authorization": "Bearer x"]), update(403, valid, as: "23456"),
        update(403, #"{"user_id":"banned","score_increase":1}"#, as: "banned"),
        update(409, #"{"user_id":"full","score_increase":1}"#, as: "full"),
        update(413, tooLong), update(415, valid, ["Content-Type": "text/plain"]),
        board(200, valid), board(200, valid, ["Prefer": "return=representation", "Idempotency-Key": "kb"]),
        board(400, "{"), board(400, #"{"user_id":"12345"}"#), board(400, #"{"user_id":"12345","score":5}"#),
        board(400, #"{"user_id":"12345","score":5,"operator":"set"}"#), board(400, #"{"user_id":"12345","score":1.5}"#),
        board(400, #"{"user_id":"12345","score_decrease":-1}"#),
        board(400, #"{"user_id":"12345","score_increase":1,"metadata":{"country":"XX"}}"#),
        board(404, #"{"user_id":"12345","score_increase":1,"season":"1"}"#), board(404, valid, on: "none"),
        board(400, valid, on: "No"),
        updates(200, #"{"board":"main","score_increase":1},{"board":"none","score_increase":1}"#),
        updates(
            200,
            #"{"board":"main","score_increase":1}"#,
            ["Prefer": "return=representation", "Idempotency-Key": "ks"]
        ),
        updates(
            200,
            #"{"board":"main","score_increase":1}"#,
            ["Prefer": "return=representation", "Idempotency-Key": "ks"]
        ),
        updates(400, ""), updates(400, #"{"board":"No","score":1}"#),
        updates(400, #"{"board":"main","score_decrease":-1}"#),
        updates(401, "", ["Authorization": "Bearer x"]), updates(403, #"{"board":"main","score":1}"#, as: "23456"),
        updates(413, String(repeating: " ", count: 32_768)), updates(415, "", ["Content-Type": "text/plain"]),
        .init(method: "OPTIONS", path: "/api/v1/score/updates", status: 204),
        ofPath(200, "boards/{board}/scoreboard", "boards/main/scoreboard"),
        ofPath(400, "boards/{board}/scoreboard", "boards/main/scoreboard?limit=0"),
        ofPath(404, "boards/{board}/scoreboard", "boards/none/scoreboard"),
        ofPath(400, "boards/{board}/scoreboard", "boards/No/scoreboard"),
        ofPath(204, "boards/{board}/scoreboard", "boards/main/scoreboard", method: "OPTIONS"),
        ofPath(200, "boards/{board}/users/{id}", "boards/main/users/ada"),
        ofPath(400, "boards/{board}/users/{id}", "boards/main/users/!"),
        ofPath(404, "boards/{board}/users/{id}", "boards/none/users/ada"),
        ofPath(400, "boards/{board}/users/{id}", "boards/No/users/ada"),
        ofPath(204, "boards/{board}/users/{id}", "boards/main/users/ada", method: "OPTIONS"),
        ofPath(200, "boards/{board}/scores/{score}", "boards/main/scores/7"),
        ofPath(400, "boards/{board}/scores/{score}", "boards/main/scores/x"),
        ofPath(404, "boards/{board}/scores/{score}", "boards/none/scores/7"),
        ofPath(400, "boards/{board}/scores/{score}", "boards/No/scores/7"),
        ofPath(204, "boards/{board}/scores/{score}", "boards/main/scores/7", method: "OPTIONS"),
        ofPath(200, "boards/{board}/percentiles", "boards/main/percentiles?p=50,99.9"),
        ofPath(400, "boards/{board}/percentiles", "boards/main/percentiles"),
        ofPath(404, "boards/{board}/percentiles", "boards/none/percentiles?p=50,99.9"),
        ofPath(400, "boards/{board}/percentiles", "boards/No/percentiles?p=50,99.9"),
        ofPath(204, "boards/{board}/percentiles", "boards/main/percentiles?p=50,99.9", method: "OPTIONS"),
        ofPath(200, "boards/{board}/count", "boards/main/count?min=1"),
        ofPath(400, "boards/{board}/count", "boards/main/count?min=x"),
        ofPath(404, "boards/{board}/count", "boards/none/count?min=1"),
        ofPath(400, "boards/{board}/count", "boards/No/count?min=1"),
        ofPath(204, "boards/{board}/count", "boards/main/count?min=1", method: "OPTIONS"),
        ofPath(200, "boards/{board}/seasons", "boards/main/seasons"),
        ofPath(400, "boards/{board}/seasons", "boards/main/seasons?limit=0"),
        ofPath(404, "boards/{board}/seasons", "boards/none/seasons"),
        ofPath(204, "boards/{board}/seasons", "boards/main/seasons", method: "OPTIONS"),
        ofPath(200, "boards/{board}/stats", "boards/main/stats"),
        ofPath(404, "boards/{board}/stats", "boards/none/stats"),
        ofPath(400, "boards/{board}/stats", "boards/No/stats"),
        ofPath(204, "boards/{board}/stats", "boards/main/stats", method: "OPTIONS"),
        ofPath(200, "boards/{board}/scoreboard", "boards/main/scoreboard?users=ada,nobody"),
        ofPath(200, "boards/{board}/scoreboard", "boards/main/scoreboard?around_user=ada"),
        ofPath(404, "boards/{board}/scoreboard", "boards/main/scoreboard?around_user=nobody"),
        ofPath(200, "boards/{board}/scoreboard", "boards/main/scoreboard?around_score=5"),
        .init(method: "GET", path: "/api/v1/scoreboard", status: 200, target: "/api/v1/scoreboard?around_score=5"),
        .init(method: "GET", path: "/api/v1/scoreboard", status: 404, target: "/api/v1/scoreboard?around_user=nobody"),
        ofPath(404, "boards/{board}/users/{id}", "boards/main/users/nobody"),
        ofPath(200, "users/{id}/standings", "users/ada/standings?boards=main"),
        ofPath(400, "users/{id}/standings", "users/ada/standings"),
        ofPath(404, "users/{id}/standings", "users/ada/standings?boards=main,none"),
        ofPath(204, "users/{id}/standings", "users/ada/standings", method: "OPTIONS"),
        .init(method: "GET", path: "/api/v1/scoreboards", status: 200, target: "/api/v1/scoreboards?boards=main"),
        .init(method: "GET", path: "/api/v1/scoreboards", status: 400, target: "/api/v1/scoreboards"),
        .init(method: "GET", path: "/api/v1/scoreboards", status: 404, target: "/api/v1/scoreboards?boards=main,none"),
        .init(method: "OPTIONS", path: "/api/v1/scoreboards", status: 204, target: "/api/v1/scoreboards"),
        ofPath(204, "boards/{board}/score/update", "boards/main/score/update", method: "OPTIONS"),
        .init(method: "GET", path: "/api/v1/scoreboard", status: 200),
        .init(method: "GET", path: "/api/v1/scoreboard", status: 304, headers: ["If-None-Match": "*"]),
        .init(method: "GET", path: "/api/v1/scoreboard", status: 400, target: "/api/v1/scoreboard?limit=0"),
        .init(method: "OPTIONS", path: "/api/v1/score/update", status: 204),
        .init(method: "OPTIONS", path: "/api/v1/score/update", status: 204, headers: ["Origin": page]),
        .init(method: "OPTIONS", path: "/api/v1/scoreboard", status: 204),
        .init(
            method: "GET",
            path: "/api/v1/scoreboard/users/{id}",
            status: 200,
            target: "/api/v1/scoreboard/users/ada"
        ),
        .init(method: "GET", path: "/api/v1/scoreboard/users/{id}", status: 404, target: "/api/v1/scoreboard/users/x"),
        .init(method: "GET", path: "/api/v1/scoreboard/users/{id}", status: 400, target: "/api/v1/scoreboard/users/!"),
        .init(
            method: "OPTIONS",
            path: "/api/v1/scoreboard/users/{id}",
            status: 204,
            target: "/api/v1/scoreboard/users/x"
        ),
        .init(method: "GET", path: "/api/v1/scoreboard/stats", status: 200),
        .init(method: "OPTIONS", path: "/api/v1/scoreboard/stats", status: 204),
        .init(method: "GET", path: "/api/v1/scoreboard/live", status: 101, headers: handshake),
        .init(method: "GET", path: "/api/v1/scoreboard/live", status: 426),
        .init(
            method: "GET",
            path: "/api/v1/scoreboard/live",
            status: 400,
            target: "/api/v1/scoreboard/live?view=x",
            headers: handshake
        ),
        .init(
            method: "GET",
            path: "/api/v1/scoreboard/live",
            status: 403,
            headers: handshake.merging(["Origin": "https://evil.example"]) { $1 }
        ),
        ofPath(101, "live", "live", handshake),
        ofPath(426, "live", "live"),
        ofPath(400, "live", "live?ticket=Jx8Qb0c2T1m3Zk5VhR7uLw9eYaSdFgHn", handshake),
        ofPath(401, "live", "live", handshake.merging(["Authorization": "Bearer x.y.z"]) { $1 }),
        ofPath(403, "live", "live", handshake.merging(["Origin": "https://evil.example"]) { $1 }),
        ofPath(101, "boards/{board}/live", "boards/main/live", handshake),
        ofPath(426, "boards/{board}/live", "boards/main/live"),
        ofPath(400, "boards/{board}/live", "boards/main/live?view=x", handshake),
        ofPath(404, "boards/{board}/live", "boards/nobody/live", handshake),
        ofPath(
            403,
            "boards/{board}/live",
            "boards/main/live",
            handshake.merging(["Origin": "https://evil.example"]) { $1 }
        ),
        ofPath(200, "boards/{board}/events", "boards/main/events"),
        ofPath(400, "boards/{board}/events", "boards/Main/events"),
        ofPath(404, "boards/{board}/events", "boards/nobody/events"),
        ofPath(204, "boards/{board}/events", "boards/main/events", method: "OPTIONS"),
        .init(method: "GET", path: "/api/v1/scoreboard/events", status: 200),
        .init(
            method: "GET",
            path: "/api/v1/scoreboard/events",
            status: 400,
            target: "/api/v1/scoreboard/events?view=x"
        ),
        .init(method: "OPTIONS", path: "/api/v1/scoreboard/events", status: 204),
        admin(200, "GET", "audit"), admin(200, "POST", "audit/revert", "", #"{"seq":1,"reason":"r"}"#),
        admin(200, "POST", "audit/revert/preview", "", #"{"seq":1}"#),
        admin(200, "POST", "audit/unrevert", "", #"{"seq":1,"reason":"r"}"#),
        admin(200, "POST", "audit/unrevert/preview", "", #"{"seq":1}"#),
        admin(404, "POST", "audit/unrevert", "", #"{"reverts":[99999],"reason":"r"}"#),
        admin(409, "POST", "audit/revert", "", #"{"user_id":"forged","reason":"r"}"#),
        admin(404, "POST", "audit/revert", "", #"{"seq":99999,"reason":"r"}"#),
        admin(400, "POST", "audit/revert", "", "{}"),
        admin(200, "POST", "users/{id}/hide", "ada", #"{"reason":"x"}"#),
        admin(200, "POST", "users/{id}/unhide", "ada", #"{"reason":"x"}"#),
        admin(200, "POST", "users/{id}/hold", "ada", #"{"reason":"x"}"#), admin(200, "GET", "users/{id}", "ada"),
        admin(200, "POST", "users/{id}/unhold", "ada", #"{"reason":"x"}"#),
        admin(200, "POST", "users/{id}/suspend", "ada", #"{"reason":"x"}"#),
        admin(400, "POST", "users/{id}/suspend", "ada", "{}"),
        admin(200, "POST", "users/{id}/reinstate", "ada", #"{"reason":"x"}"#),
        admin(200, "GET", "users/{id}", "ada"), admin(400, "GET", "users/{id}", "!"),
        admin(200, "GET", "users/{id}/export", "ada"), admin(200, "DELETE", "users/{id}", "ada", #"{"reason":"r"}"#),
        admin(200, "GET", "users/{id}/boards", "ada"), admin(400, "GET", "users/{id}/boards", "!"),
        admin(400, "GET", "users/{id}/export", "!"), admin(413, "DELETE", "users/{id}", "ada", tooLong),
        .init(
            method: "GET",
            path: "/api/v1/admin/audit",
            status: 400,
            target: "/api/v1/admin/audit?limit=0",
            token: ("ops", "leaderboard:admin")
        ),
        .init(
            method: "GET",
            path: "/api/v1/admin/users/{id}/boards",
            status: 200,
            target: "/api/v1/admin/users/nobody/boards?all=true",
            token: ("ops", "leaderboard:admin")
        ),
        .init(method: "POST", path: "/api/v1/admin/audit/revert", status: 415, token: ("ops", "leaderboard:admin")),
        .init(method: "GET", path: "/api/v1/admin/audit", status: 401),
        .init(method: "GET", path: "/api/v1/admin/audit", status: 403, token: ("12345", nil)),
        .init(method: "GET", path: "/healthz", status: 200), .init(method: "GET", path: "/readyz", status: 200),
        .init(method: "GET", path: "/metrics", status: 200), .init(method: "GET", path: "/", status: 200),
        .init(method: "GET", path: "/", status: 304, headers: ["If-None-Match": "*"]),
        .init(method: "GET", path: "/", status: 200, headers: ["Accept-Encoding": "gzip"]),
        .init(method: "GET", path: "/boards", status: 200),
        .init(method: "GET", path: "/boards", status: 304, headers: ["If-None-Match": "*"]),
        .init(method: "GET", path: "/boards/{board}", status: 200, target: "/boards/main"),
        .init(
            method: "GET",
            path: "/boards/{board}",
            status: 304,
            target: "/boards/main",
            headers: ["If-None-Match": "*"]
        ),
        .init(method: "GET", path: "/boards/{board}", status: 404, target: "/boards/nobody"),
        .init(method: "GET", path: "/docs", status: 200),
        .init(method: "GET", path: "/docs", status: 304, headers: ["If-None-Match": "*", "Accept-Encoding": "gzip"]),
        .init(method: "GET", path: "/docs/{guide}", status: 200, target: "/docs/guides"),
        .init(method: "GET", path: "/docs/{guide}", status: 404, target: "/docs/nothing"),
        .init(method: "GET", path: "/overlay", status: 200), .init(method: "GET", path: "/moderate", status: 200),
        .init(method: "GET", path: "/client.js", status: 200), .init(method: "GET", path: "/client.d.ts", status: 200),
        .init(method: "GET", path: "/client.js", status: 304, headers: ["If-None-Match": "*"]),
        .init(method: "GET", path: "/client/{name}", status: 200, target: "/client/live.js"),
        .init(method: "GET", path: "/client/{name}", status: 404, target: "/client/nothing.js"),
        .init(method: "GET", path: "/embed.js", status: 200, headers: ["Accept-Encoding": "gzip"]),
        .init(method: "GET", path: "/assets/{version}/{name}", status: 200, target: "/assets/x/app.js"),
        .init(method: "GET", path: "/assets/{version}/{name}", status: 404, target: "/assets/x/y"),
        .init(
            method: "GET",
            path: "/assets/{version}/{name}",
            status: 304,
            target: "/assets/x/app.js",
            headers: ["If-None-Match": "*"]
        ),
        .init(method: "GET", path: "/openapi.json", status: 200),
        .init(method: "GET", path: "/openapi.json", status: 304, headers: ["If-None-Match": "*"]),
        .init(method: "GET", path: "/asyncapi.json", status: 200),
        .init(method: "GET", path: "/healthz", status: 417, headers: ["Expect": "a miracle"]),
        .init(method: "GET", path: "/healthz", status: 400, headers: ["Host": "again"]),
        .init(method: "GET", path: "/healthz", status: 431, headers: ["X": String(repeating: "x", count: 9000)]),
    ]
}

@Suite("What the service answers is what is described")
struct DescribedAnswersTests {
    @Test("over HTTP: status, headers, body and error code of every endpoint")
    func answers() async throws {
        let origins = ["LIVE_ALLOWED_ORIGINS": DescribedCase.page, "CORS_ALLOWED_ORIGINS": DescribedCase.page]
        try await withService(origins) { service, redis in
            let writer = try await service.connect()
            _ = try await service.update("ada", 7, on: writer)
            try await redis.command("SADD", "lb:{main}:suspended", "banned")
            try await redis.command("ZADD", "lb:{main}:scores", "9007199254740991", "full", "1", "forged")
            for number in 1...3 {
                let fields = ["user", "forged", "increase", "9007199254740991", "seq", "\(100 + number)"]
                try await redis.command(words: ["XADD", "lb:{main}:audit", "*"] + fields)
            }
            for described in DescribedCase.all {
                var headers = described.headers
                if let token = described.token, headers["Authorization"] == nil {
                    let text = try TokenSigner(service.settings)
                        .token(user: token.user, lifetime: .seconds(60), scope: token.scope)
                    headers["Authorization"] = "Bearer \(text)"
                }
                let connection = try await service.connect()
                let target = described.target ?? described.path
                let answer = try await connection.request(described.method, target, headers, body: described.body)
                #expect(answer.status == described.status, "\(described.testDescription): \(answer.body)")
                let complaints = Descriptions.complaints(answer, to: described.method, described.path)
                #expect(complaints == [], "\(described.testDescription)")
                if answer.status >= 400 {
                    let sniffing = answer.headers["x-content-type-options"]
                    #expect(sniffing == "nosniff", "\(described.testDescription)")
                }
            }
            let asked = Set(DescribedCase.all.map { "\($0.method) \($0.path)" })
            #expect(asked == Set(Descriptions.operations.map { "\($0.method) \($0.path)" }))
        }
    }

    @Test("over HTTP, when the bucket is empty, the viewers are too many, or Redis is away")
    func refusals() async throws {
        let few = ["RATE_LIMIT_UPDATES": "1", "RATE_LIMIT_INTERVAL_SECONDS": "60", "LIVE_MAX_SUBSCRIBERS": "1"]
        try await withService(few) { service, redis in
            let writer = try await service.connect()
            let update = ("POST", "/api/v1/score/update")
            let first = try await service.update("ada", 1, on: writer)
            #expect(Descriptions.complaints(first, to: update.0, update.1) == [])
            let limited = try await service.update("ada", 1, on: writer)
            #expect(limited.status == 429)
            #expect(Descriptions.complaints(limited, to: update.0, update.1) == [])
            let viewer = try await service.connect()
            #expect(try await viewer.openWebSocket().status == 101)
            let full = try await service.connect().openWebSocket()
            #expect(full.status == 503)
            #expect(Descriptions.complaints(full, to: "GET", "/api/v1/scoreboard/live") == [])
            redis.kill()
            try await service.becomesReady(false)
            for path in ["/readyz", "/api/v1/scoreboard/stats", "/api/v1/scoreboard/users/{id}"] {
                let refused = try await writer.request("GET", path.replacing("{id}", with: "ada"))
                #expect(refused.status == 503, "\(path)")
                #expect(Descriptions.complaints(refused, to: "GET", path) == [], "\(path)")
            }
            let lost = try await service.update("ada", 1, on: writer)
            #expect(lost.status == 503)
            #expect(Descriptions.complaints(lost, to: update.0, update.1) == [])
            let operatorToken = ["Authorization": "Bearer \(try service.token("ops", scope: "leaderboard:admin"))"]
            let audit = try await writer.request("GET", "/api/v1/admin/audit", operatorToken)
            #expect(audit.status == 503)
            #expect(Descriptions.complaints(audit, to: "GET", "/api/v1/admin/audit") == [])
        }
    }

    @Test("over HTTP, when an address has sent too many bad tokens")
    func tooManyFailures() async throws {
        try await withService(["UNAUTHENTICATED_LIMIT": "1", "UNAUTHENTICATED_INTERVAL_SECONDS": "60"]) { service, _ in
            let connection = try await service.connect()
            for (method, path) in [("GET", "/api/v1/admin/audit"), ("POST", "/api/v1/score/update")] {
                _ = try await connection.request(method, path)
                let limited = try await connection.request(method, path)
                #expect((limited.status, limited.code) == (429, "too_many_failures"))
                #expect(Descriptions.complaints(limited, to: method, path) == [])
            }
        }
    }

    @Test(
        "live: snapshots and what follows, in every view, by both transports",
        arguments: [
            ("", "snapshot", "changes"), ("?view=top", "snapshot", "scoreboard"),
            ("?user_id=ada&user_id=nobody", "snapshot", "changes"), ("?view=me", "me", "me"),
        ]
    )
    func live(query: String, first: String, next: String) async throws {
        try await withService { service, _ in
            let (socket, stream) = (try await service.connect(), try await service.connect())
            _ = try await service.update("ada", 7, on: try await service.connect())
            let token = ["Authorization": "Bearer \(try service.token("ada"))"]
            _ = try await socket.openWebSocket("/api/v1/scoreboard/live\(query)", token)
            _ = try await stream.request("GET", "/api/v1/scoreboard/events\(query)", token)
            try Self.check(try await socket.text(), first)
            try Self.check(try await stream.event()["data"] ?? "", first)
            _ = try await service.update("ada", 7, on: try await service.connect())
            try Self.check(try await socket.text(), next)
            try Self.check(try await stream.event()["data"] ?? "", next)
        }
    }

    @Test("in Redis: the function as the example calls it, its reply, and the event that it publishes")
    func redis() async throws {
        let server = try await PrivateRedisServer(port: .tcp)
        try await withService(["REDIS_URL": server.url]) { _ in
            let port = try #require(server.port)
            let (caller, listener) = (try await TestConnection(port: port), try await TestConnection(port: port))
            try await listener.send("SUBSCRIBE lb:{main}:events\r\n")
            _ = try await listener.redisReply()
            let message = try #require(Descriptions.asyncAPI["components"]?["messages"]?["updateCall"])
            let call = try #require(message["examples"]?.array?.first?["payload"])
            let keys = (call["KEYS"]?.array ?? []).compactMap(\.string)
            let arguments = (call["ARGV"]?.array ?? []).compactMap(\.string)
            let words = ["FCALL", "leaderboard_update", "\(keys.count)"] + keys + arguments
            try await caller.send(words.joined(separator: " ") + "\r\n")
            let reply = try await caller.redisReply()
            #expect(reply.array?.first == .string("applied"))
            #expect(Self.complaints(reply, "updateReply") == [])
            let event = try #require(try await listener.redisReply().array?.last?.string)
            try Self.check(event, "update")
        }
    }

    private static func check(_ text: String, _ message: String) throws {
        let json = try JSONValue(json: Array(text.utf8), maximumBytes: 1 << 20)
        #expect(complaints(json, message) == [], "\(text)")
    }

    private static func complaints(_ value: JSONValue, _ message: String) -> [String] {
        let schema = Descriptions.asyncAPI["components"]?["messages"]?[message]?["payload"]
        return JSONSchema(root: Descriptions.asyncAPI).complaints(value, schema ?? .null)
    }
}

extension TestConnection {
    /// The next reply of a Redis: an array of texts and integers.
    fileprivate func redisReply() async throws -> JSONValue {
        try await receive { bytes in
            var rest = String(buffer: bytes).components(separatedBy: "\r\n")[...]
            guard let count = rest.popFirst().flatMap({ Int($0.dropFirst()) }) else { return nil }
            var elements: [JSONValue] = []
            for _ in 0..<count {
                guard let head = rest.popFirst(), let kind = head.first, rest.count > 1 || kind == ":" else {
                    return nil
                }
                if kind == ":" {
                    elements.append(try JSONValue(json: Array(head.dropFirst().utf8), maximumBytes: 32))
                } else {
                    elements.append(.string(rest.removeFirst()))
                }
            }
            guard rest.count == 1 else { return nil }
            bytes.clear()
            return .array(elements)
        }
    }
}
