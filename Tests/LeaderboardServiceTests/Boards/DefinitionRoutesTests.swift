import Foundation
import Leaderboard
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Boards over HTTP", .timeLimit(.minutes(5)))
struct DefinitionRoutesTests {
    private static let admin = "/api/v1/admin/boards"

    @Test("are made, read, changed and deleted by operators, each version once")
    func life() async throws {
        try await withService { service, _ in
            let operators = try await AnOperator(service)
            let made = try await operators.put("speedrun", #"{"order":"asc","ties":"first","operator":"best"}"#, .make)
            #expect((made.status, made.headers["etag"]) == (201, "\"1\""))
            let public_ = try await service.connect().request("GET", "/api/v1/boards/speedrun")
            #expect(public_.status == 200 && public_.body == made.body)
            #expect(public_.headers["etag"] == "\"1\"")
            let same = try await service.connect()
                .request("GET", "/api/v1/boards/speedrun", ["If-None-Match": "\"1\""])
            #expect(same.status == 304)
            // What was answered is what may be sent back.
            let changed = try await operators.put(
                "speedrun",
                made.body.replacing(#""title":"""#, with: #""title":"Speedrun \"7\"""#),
                .change("1")
            )
            #expect((changed.status, changed.headers["etag"]) == (200, "\"2\""))
            #expect(try await operators.ask("GET", "/speedrun").body == changed.body)
            let listed = try await service.connect().request("GET", "/api/v1/boards")
            #expect(listed.body.contains(#""name":"speedrun","title":"Speedrun \"7\"""#))
            #expect(try await operators.ask("DELETE", "/speedrun").status == 200)
            #expect(try await operators.ask("GET", "/speedrun").code == "board_not_found")
        }
    }

    @Test("are refused with each of their error codes, and as described")
    func codes() async throws {
        try await withService(["BOARDS_MAX": "4"]) { service, redis in
            let operators = try await AnOperator(service)
            _ = try await operators.put("a", "{}", .make)
            _ = try await operators.put("secret", #"{"visibility":"private"}"#, .make)
            _ = try await operators.put("level-*", "{}", .make)
            try await redis.command("ZADD", "lb:{a}:scores", "1", "alice")
            let cases:
                [(status: Int, code: String, method: String, path: String, body: String?, AnOperator.Condition?)] = [
                    (400, "invalid_board_name", "PUT", "/A", "{}", .make),
                    (400, "invalid_board_name", "GET", "/a%7D", nil, nil),
                    (400, "invalid_definition", "PUT", "/b", #"{"ties":"x","oder":"asc"}"#, .make),
                    (400, "invalid_json", "PUT", "/b", "[]", .make), (400, "invalid_json", "PUT", "/b", "{", .make),
                    (400, "invalid_query", "DELETE", "/a?date=delete", nil, nil),
                    (400, "invalid_query", "DELETE", "/a?data=yes", nil, nil),
                    (413, "body_too_large", "PUT", "/b", String(repeating: " ", count: 4097), .make),
                    (428, "version_required", "PUT", "/b", "{}", nil),
                    (409, "board_exists", "PUT", "/a", "{}", .make), (409, "board_exists", "PUT", "/main", "{}", .make),
                    (404, "board_not_found", "PUT", "/nobody", "{}", .change("1")),
                    (412, "version_mismatch", "PUT", "/a", "{}", .change("7")),
                    (412, "version_mismatch", "PUT", "/a", "{}", .weak("1")),
                    (412, "version_mismatch", "DELETE", "/a?data=delete", nil, .change("7")),
                    (422, "fixed_field", "PUT", "/a", #"{"ties":"first"}"#, .change("1")),
                    (409, "board_not_empty", "DELETE", "/a", nil, nil),
                    (409, "main_stays", "DELETE", "/main", nil, nil),
                    (404, "board_not_found", "DELETE", "/nobody", nil, nil),
                    (404, "board_not_found", "GET", "/nobody", nil, nil),
                    (404, "board_not_found", "GET", "/nobody/audit", nil, nil),
                    (404, "board_not_found", "POST", "/nobody/users/alice/suspend", #"{"reason":"x"}"#, nil),
                    (400, "invalid_board_name", "GET", "/A/users/alice/export", nil, nil),
                ]
            for one in cases {
                let answer = try await operators.ask(one.method, one.path, one.body, one.5)
                #expect((answer.status, answer.code) == (one.status, one.code), "\(one): \(answer.body)")
                let path = Self.described(one.path)
                #expect(Descriptions.complaints(answer, to: one.method, path) == [], "\(one)")
            }
            _ = try await operators.put("last", "{}", .make)
            let full = try await operators.put("more", "{}", .make)
            #expect((full.status, full.code) == (409, "boards_limit"))
            let message = try await operators.put("b", #"{"ties":"x","oder":"asc","min":1.5}"#, .make).body
            for words in ["ties must be", "min must be", "oder is no member here: is order meant?"] {
                #expect(message.contains(words), "\(message)")
            }
        }
    }

    @Test("may be main: then that holds, and the first update goes by it")
    func main() async throws {
        try await withService { service, _ in
            let operators = try await AnOperator(service)
            let connection = try await service.connect()
            #expect(try await service.update("alice", 50, on: connection).status == 200)
            let made = try await operators.put(
                "main",
                #"{"rate_limit":{"updates":1,"interval_seconds":600}}"#,
                .change("0")
            )
            #expect((made.status, made.headers["etag"]) == (200, "\"1\""))
            #expect(try await service.update("bob", 50, on: connection).status == 200)
            #expect(try await service.update("bob", 50, on: connection).code == "rate_limited")
            #expect(try await connection.request("GET", "/readyz").status == 200)
        }
    }

    @Test("that are private are for who has a token, and listed for nobody else")
    func privacy() async throws {
        try await withService { service, _ in
            let operators = try await AnOperator(service)
            _ = try await operators.put("secret", #"{"visibility":"private"}"#, .make)
            _ = try await operators.put("level-*", "{}", .make)
            let token = ["Authorization": "Bearer \(try service.token("12345"))"]
            let connection = try await service.connect()
            for (headers, status, names) in [([:], 401, ["main"]), (token, 200, ["main", "secret"])] {
                let one = try await connection.request("GET", "/api/v1/boards/secret", headers)
                #expect(one.status == status)
                #expect(Descriptions.complaints(one, to: "GET", "/api/v1/boards/{board}") == [])
                let list = try await connection.request("GET", "/api/v1/boards", headers)
                #expect(Descriptions.complaints(list, to: "GET", "/api/v1/boards") == [])
                #expect(list.body.matches(of: /"name":"([^"]+)","title"/).map { String($0.1) } == names)
            }
            let bad = try await connection.request("GET", "/api/v1/boards", ["Authorization": "Bearer x"])
            #expect(bad.code == "invalid_token")
            // Nobody has written it: it is what its template says.
            let covered = try await connection.request("GET", "/api/v1/boards/level-7")
            #expect(covered.status == 200 && covered.body.hasPrefix(#"{"name":"level-7""#))
            let all = try await operators.ask("GET", "")
            #expect(all.body.contains(#""name":"level-*""#))
            #expect(try await connection.request("GET", "/api/v1/admin/boards", token).code == "insufficient_scope")
        }
    }

    @Test("have each their own operators' acts: audit, suspend, reinstate, revert, export, erase")
    func acts() async throws {
        try await withService { service, redis in
            let operators = try await AnOperator(service)
            _ = try await operators.put("b", "{}", .make)
            try await redis.command("ZADD", "lb:{b}:scores", "5", "alice")
            let reason = #"{"reason":"a test"}"#
            let suspended = try await operators.ask("POST", "/b/users/alice/suspend", reason)
            #expect(suspended.body.contains(#""changed":true"#))
            #expect(try await redis.command("SISMEMBER", "lb:{b}:suspended", "alice") == "1")
            #expect(try await redis.command("EXISTS", "lb:{main}:suspended") == "0")
            #expect(try await operators.ask("GET", "/b/audit").body.contains(#""action":"suspend""#))
            #expect(try await operators.ask("POST", "/b/users/alice/reinstate", reason).status == 200)
            #expect(try await redis.command("ZSCORE", "lb:{b}:scores", "alice") == "5")
            #expect(try await operators.ask("GET", "/b/users/alice/export").body.contains(#""score":5"#))
            let revert = #"{"user_id":"alice","reason":"a test"}"#
            for path in ["/b/audit/revert/preview", "/b/audit/revert"] {
                #expect(try await operators.ask("POST", path, revert).body.contains(#""updates":0"#))
            }
            #expect(try await operators.ask("DELETE", "/b/users/alice", reason).status == 200)
            #expect(try await redis.command("ZCARD", "lb:{b}:scores") == "0")
            let gone = try await operators.ask("DELETE", "/b?data=delete")
            #expect(gone.body == #"{"status":"success","name":"b","data_deleted":true}"#)
            #expect(try await redis.command("KEYS", "lb:{b}:*") == "")
        }
    }

    private static func described(_ path: String) -> String {
        let segments = path.prefix { $0 != "?" }.split(separator: "/").map(String.init)
        var described = [Self.admin, "{board}"] + segments.dropFirst()
        if let user = described.firstIndex(of: "users"), user + 1 < described.count { described[user + 1] = "{id}" }
        return described.joined(separator: "/")
    }
}
