import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Users on hold, over HTTP and by command", .timeLimit(.minutes(2)))
struct HoldOverHTTPTests {
    @Test(
        "are put there by an operator, on a board that never had a rule: what is reported of them waits, with who said so"
    )
    func life() async throws {
        try await withService { service, redis in
            let environment = [
                "LEADERBOARD_URL": "http://127.0.0.1:\(service.port)", "REDIS_URL": redis.url,
                "LEADERBOARD_ADMIN_TOKEN": try service.token("ops", scope: "leaderboard:admin"),
            ]
            func run(_ arguments: String...) async throws -> String {
                try await ServiceProcess.run(arguments, environment).output
            }
            func operate(_ method: String, _ path: String, _ body: String? = nil, as pattern: String) async throws
                -> TestResponse
            {
                let answer = try await service.operate(method, path, body)
                #expect(Descriptions.complaints(answer, to: method, "/api/v1/admin" + pattern) == [], "\(answer.body)")
                return answer
            }
            func update(_ path: String, _ body: String) async throws -> TestResponse {
                let headers = [
                    "Authorization": "Bearer \(try service.token("ada"))", "Content-Type": "application/json",
                ]
                return try await service.connect().request("POST", path, headers, body: body)
            }
            let one = #"{"user_id":"ada","score_increase":5}"#
            #expect(try await update("/api/v1/score/update", one).status == 200)
            _ = try await run("board", "create", "coins")
            #expect(
                try await run("admin", "hold", "ada", "--reason", "a look")
                    == "ada is on hold: updates wait for review.\n"
            )
            let body = #"{"reason":"why \"so\""}"#
            let held = try await operate(
                "POST",
                "/boards/coins/users/ada/hold",
                body,
                as: "/boards/{board}/users/{id}/hold"
            )
            #expect(held.body == #"{"status":"success","user_id":"ada","on_hold":true,"changed":true,"known":false}"#)
            let again = try await operate(
                "POST",
                "/boards/coins/users/ada/hold",
                body,
                as: "/boards/{board}/users/{id}/hold"
            )
            #expect(again.body.contains(#""changed":false"#))

            let path = "/boards/{board}/on-hold"
            let list = try await operate("GET", "/boards/coins/on-hold", as: path)
            #expect(list.body.hasPrefix(#"{"on_hold":[{"user_id":"ada","actor":"ops","time":"#), "\(list.body)")
            #expect(list.body.hasSuffix(#","reason":"why \"so\""}],"next":null}"#) && list.headers["link"] == nil)
            for user in ["eve", "bob", "a+b"] {
                _ = try await operate("POST", "/users/\(user)/hold", body, as: "/users/{id}/hold")
            }
            #expect(try await update("/api/v1/score/update", one).status == 202)
            var (seen, next) = ([String](), "?limit=1")
            while !next.isEmpty, seen.count < 9 {
                let page = try await operate("GET", "/boards/main/on-hold" + next, as: path)
                seen += page.body.matches(of: /"user_id":"([^"]+)"/).map { String($0.1) }
                let link = page.headers["link"]?.firstMatch(of: /on-hold(\?[^>]+)>; rel="next"/)
                next = link.map { String($0.1) } ?? ""
            }
            #expect(seen == ["a+b", "ada", "bob", "eve"])
            #expect(try await operate("GET", "/boards/main/on-hold?after=%20", as: path).code == "invalid_user_id")
            let lines = try await run("admin", "on-hold").split(separator: "\n")
            #expect(lines.count == 4 && lines[1].hasPrefix("ada  since 20") && lines[1].hasSuffix("  by ops: a look"))
            #expect(try await run("admin", "on-hold", "--json").contains(#""reason":"a look""#))
            _ = try await run("board", "create", "empty")
            #expect(try await run("admin", "on-hold", "--board", "empty") == "Nobody is on hold.\n")
            let several =
                #"{"user_id":"ada","updates":[{"board":"coins","score_increase":6},{"board":"main","score_increase":1}]}"#
            let both = try await update("/api/v1/score/updates", several)
            #expect(both.body.matches(of: /"http_status":202,"held":true/).count == 2, "\(both.body)")
            let user = try await operate("GET", "/users/ada", as: "/users/{id}")
            #expect(user.body.contains(#""score":5,"#) && user.body.contains(#""on_hold":{"actor":"ops","time":"#))
            let page = try await operate("GET", "/boards/coins/held?rule=by_hand", as: "/boards/{board}/held")
            #expect(page.body.contains(#""held_by":"ops","held_reason":"why \"so\"""#), "\(page.body)")
            #expect(try await run("admin", "held").contains("by_hand held  from 127.0.0.1  held by ops: a look"))
            let audit = try await operate("GET", "/audit", as: "/audit").body
            #expect(
                audit.contains(#""action":"held""#) && audit.contains(#""action":"hold""#)
                    && audit.contains(#""flags":["by_hand"]"#)
            )

            let boards = try await operate("GET", "/users/ada/boards", as: "/users/{id}/boards").body
            #expect(
                boards.contains(#""board":"coins","score":null"#) && boards.matches(of: /"on_hold":true}/).count == 2
            )
            // Also where they have no score.
            let offHold = try await run("admin", "unhold", "ada", "--reason", "seen", "--all-boards")
            #expect(offHold.contains("coins: off hold") && offHold.contains("main: off hold"), "\(offHold)")
            // The rule goes with the last.
            #expect(try await !run("board", "show", "coins").contains("by_hand"))
            #expect(try await run("board", "show", "main").contains("by_hand"))
            #expect(try await update("/api/v1/score/update", one).status == 200)
            #expect(try await run("admin", "unhold", "ada", "--reason", "seen") == "ada was not on hold.\n")

            // As many rules as there may be, and not this one: who is on hold, stays so. With nobody, the rule goes.
            let times = (1...8).map { #"{"rule":"least_time","interval":"\#($0)s","action":"flag"}"# }
            let rules = "[\(times.joined(separator: ","))]"
            func hold(_ word: String) async throws -> TestResponse {
                let path = "/boards/{board}/users/{id}/\(word)"
                return try await operate("POST", "/boards/coins/users/bob/\(word)", body, as: path)
            }
            for isOnHold in [true, false] {
                #expect(try await hold(isOnHold ? "hold" : "unhold").body.contains(#""changed":true"#))
                _ = try await run("board", "change", "coins", "--title", "\(isOnHold)", "--rules", rules)
                let shown = try await run("board", "show", "coins")
                #expect(shown.contains("by_hand") == isOnHold && shown.contains("8s"), "\(shown)")
            }
            #expect(try await hold("hold").body.contains(#""changed":true"#))
            // Of main, without its definition there is no rule.
            let main = try await operate("POST", "/users/dan/hold", body, as: "/users/{id}/hold")
            #expect(main.body.contains(#""changed":true"#))
            let refused = try await service.operate("DELETE", "/boards/main")
            #expect(refused.status == 409 && refused.code == "users_on_hold", "\(refused.body)")
        }
    }
}
