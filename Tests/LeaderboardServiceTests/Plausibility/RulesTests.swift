import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Rules of plausibility over HTTP and by command", .timeLimit(.minutes(5)))
struct RulesTests {
    @Test("are defined by operators, refuse with 422 and flag in the audit; operators alone see them and what met them")
    func life() async throws {
        try await withService { service, redis in
            let environment = [
                "LEADERBOARD_URL": "http://127.0.0.1:\(service.port)", "REDIS_URL": redis.url,
                "LEADERBOARD_ADMIN_TOKEN": try service.token("ops", scope: "leaderboard:admin"),
            ]
            func run(_ arguments: String...) async throws -> (output: String, code: Int32) {
                try await ServiceProcess.run(arguments, environment)
            }
            let limit = #"{"rule":"points_limit","points":10,"interval":"1h","action":"flag"}"#
            let cap = #"{"rule":"first_day_cap","points":20,"action":"refuse"}"#
            let made = try await run("board", "create", "coins", "--rules", "[\(limit),\(cap)]")
            #expect(made == ("coins is made, version 1.\n", 0))
            #expect(try await run("board", "show", "coins").output.contains(#""rules":[\#(limit),\#(cap)]"#))
            let wrong = try await run("board", "change", "coins", "--rules", #"[{"rule":"least_time"}]"#)
            #expect(wrong.code == 64 && wrong.output.contains("rules[0].interval must be from 1ms to 1d"))
            for path in ["/api/v1/boards/coins", "/api/v1/boards"] {
                #expect(try await !service.connect().request("GET", path).body.contains("rules"))
            }
            func update(_ points: Int, by user: String = "ada", scope: String? = nil) async throws -> TestResponse {
                let token = try scope.map { try service.token(user, scope: $0) } ?? service.token(user)
                let headers = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
                let body = #"{"user_id":"ada","score_increase":\#(points)}"#
                let path = "/api/v1/boards/coins/score/update"
                let answer = try await service.connect().request("POST", path, headers, body: body)
                #expect(Descriptions.complaints(answer, to: "POST", "/api/v1/boards/{board}/score/update") == [])
                return answer
            }
            #expect(try await update(10).status == 200)
            #expect(try await update(10).status == 200)
            let refused = try await update(1)
            #expect((refused.status, refused.code) == (422, "implausible"))
            #expect(refused.body.contains("first_day_cap"))
            #expect(try await update(500, by: "server", scope: "leaderboard:report").status == 200)

            let audit = try await service.operate("GET", "/boards/coins/audit?flagged=true")
            #expect(Descriptions.complaints(audit, to: "GET", "/api/v1/admin/boards/{board}/audit") == [])
            #expect(audit.body.contains(#""flags":["points_limit"]"#) && audit.body.contains(#""seq":2"#))
            #expect(!audit.body.contains(#""seq":1,"#) && !audit.body.contains(#""seq":3"#))
            #expect(try await service.operate("GET", "/boards/coins/audit?flagged=no").code == "invalid_query")
            let listed = try await run("admin", "audit", "--board", "coins", "--flagged").output
            #expect(listed.contains("flagged points_limit") && !listed.contains("+500"))
            #expect(try await run("admin", "audit", "verify", "--board", "coins").code == 0)

            let met = try await service.operate("GET", "/boards/coins/rules")
            #expect(Descriptions.complaints(met, to: "GET", "/api/v1/admin/boards/{board}/rules") == [])
            #expect(met.body == #"{"rules":[{"rule":\#(limit),"met":1},{"rule":\#(cap),"met":1}]}"#)
            #expect(try await run("board", "rules", "coins").output == "1  \(limit)\n1  \(cap)\n")
            let json = try await run("board", "rules", "coins", "--json")
            #expect(json.code == 0 && json.output == met.body + "\n", "\(json.output)")
            let metrics = try await service.connect().request("GET", "/metrics").body
            for line in [
                #"leaderboard_rules_met_total{rule="first_day_cap",effect="refused"} 1"#,
                #"leaderboard_rules_met_total{rule="points_limit",effect="flagged"} 1"#,
            ] {
                #expect(metrics.contains(line), "\(metrics.split(separator: "\n").filter { $0.contains("rules") })")
            }
            // What is reverted is marked, and free again.
            let body = #"{"seq":2,"reason":"not believed"}"#
            #expect(try await service.operate("POST", "/boards/coins/audit/revert", body).status == 200)
            let marked = try await service.operate("GET", "/boards/coins/audit")
            #expect(Descriptions.complaints(marked, to: "GET", "/api/v1/admin/boards/{board}/audit") == [])
            #expect(marked.body.matches(of: /"reverted":true/).count == 1)
            #expect(
                try await run("admin", "audit", "--board", "coins", "--flagged").output.contains(
                    "flagged points_limit  reverted"
                )
            )
            #expect(try await update(1).status == 200)
            #expect(try await run("board", "change", "coins", "--no-rules").output.contains("rules"))
            #expect(try await update(500).status == 200)
            #expect(try await run("board", "rules", "coins").output == "coins has no rules.\n")
        }
    }
}
