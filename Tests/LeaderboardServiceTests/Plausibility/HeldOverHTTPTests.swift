import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The review queue over HTTP and by command", .timeLimit(.minutes(5)))
struct HeldOverHTTPTests {
    @Test(
        "tells players 202, and operators what waits; they release and reject, one or many, with a preview and a reason"
    )
    func life() async throws {
        try await withService { service, redis in
            let environment = [
                "LEADERBOARD_URL": "http://127.0.0.1:\(service.port)", "REDIS_URL": redis.url,
                "LEADERBOARD_ADMIN_TOKEN": try service.token("ops", scope: "leaderboard:admin"),
            ]
            func run(_ arguments: String...) async throws -> (output: String, code: Int32) {
                try await ServiceProcess.run(arguments, environment)
            }
            func operate(_ method: String, _ path: String, _ body: String? = nil, as pattern: String) async throws
                -> TestResponse
            {
                let answer = try await service.operate(method, "/boards/coins" + path, body)
                let described = "/api/v1/admin/boards/{board}" + pattern
                #expect(Descriptions.complaints(answer, to: method, described) == [], "\(answer.body)")
                return answer
            }
            let rule = #"{"rule":"largest_jump","against":"own","points":10,"times":1,"action":"hold"}"#
            #expect(
                try await run("board", "create", "coins", "--rules", "[\(rule)]", "--segments", "team").code == 0
            )
            func update(_ user: String, _ points: Int, key: String? = nil, _ more: String = "") async throws
                -> TestResponse
            {
                var headers = [
                    "Authorization": "Bearer \(try service.token(user))", "Content-Type": "application/json",
                ]
                headers["Idempotency-Key"] = key
                let body = #"{"user_id":"\#(user)","score_increase":\#(points)\#(more)}"#
                let path = "/api/v1/boards/coins/score/update"
                let answer = try await service.connect().request("POST", path, headers, body: body)
                #expect(Descriptions.complaints(answer, to: "POST", "/api/v1/boards/{board}/score/update") == [])
                return answer
            }
            #expect(try await update("ada", 5).status == 200)
            let said = #""segments":["team:red"],"metadata":{"name":"Lady","note":[1,true]}"#
            let held = try await update("ada", 50, key: "k", ",\(said)")
            #expect(
                held.status == 202 && held.body.contains(#""held":true,"held_id":""#)
                    && held.headers["ratelimit"] != nil
            )
            let again = try await update("ada", 50, key: "k", ",\(said)")
            #expect(again.status == 202 && again.body == held.body && again.headers["idempotency-replayed"] == "true")
            let id = try #require(held.body.firstMatch(of: /"held_id":"([0-9-]+)"/).map { String($0.1) })

            let page = try await operate("GET", "/held?user_id=ada&rule=largest_jump", as: "/held")
            #expect(
                page.body.hasPrefix(#"{"waiting":1,"held":[{"held_id":"\#(id)""#)
                    && page.body.contains(#""score_before":5,"score":55"#)
                    && page.body.contains("\(said)}]"),
                "\(page.body)"
            )
            #expect(try await operate("GET", "/held?rule=none", as: "/held").code == "invalid_query")
            let line = try await run("admin", "held", "--board", "coins").output
            #expect(
                line.contains("incr 50  5 to 55  largest_jump held")
                    && line.contains(#"  names team:red  says {"name":"Lady","note":[1,true]}"#),
                "\(line)"
            )
            #expect(
                try await run("admin", "held", "--board", "coins", "--json").output.contains(
                    #""metadata":{"name":"Lady","note":[1,true]}"#
                )
            )

            let preview = try await operate(
                "POST",
                "/held/\(id)/release/preview",
                "{}",
                as: "/held/{id}/release/preview"
            )
            #expect(preview.body.contains(#""released":true,"score":55,"points":50"#))
            #expect(
                try await operate("POST", "/held/\(id)/release", "{}", as: "/held/{id}/release").code == "invalid_body"
            )
            let reason = #"{"reason":"seen"}"#
            let released = try await operate("POST", "/held/\(id)/release", reason, as: "/held/{id}/release")
            #expect(released.body == preview.body)
            #expect(
                try await operate("POST", "/held/\(id)/release", reason, as: "/held/{id}/release").code
                    == "held_not_found"
            )
            let counted = try await update("ada", 50, key: "k", ",\(said)")
            #expect(counted.status == 200 && counted.headers["idempotency-replayed"] == "true")
            #expect(try await update("ada", 50, key: "k2").status == 202)
            let all = #"{"all":true,"reason":"no"}"#
            #expect(try await operate("POST", "/held/reject", all, as: "/held/reject").body.contains(#""rejected":1"#))
            let rejected = try await update("ada", 50, key: "k2")
            #expect(
                rejected.status == 422 && rejected.code == "update_rejected" && rejected.headers["ratelimit"] != nil
            )
            let audit = try await operate("GET", "/audit", as: "/audit").body
            #expect(audit.contains(#""action":"release""#) && audit.contains(#""held_id":"\#(id)""#))

            // Batches and several boards say it too.
            let service202 = [
                "Authorization": "Bearer \(try service.token("ada"))", "Content-Type": "application/json",
            ]
            let several =
                #"{"user_id":"ada","updates":[{"board":"coins","score_increase":60},{"board":"main","score_increase":1}]}"#
            let both = try await service.connect().request("POST", "/api/v1/score/updates", service202, body: several)
            #expect(Descriptions.complaints(both, to: "POST", "/api/v1/score/updates") == [], "\(both.body)")
            #expect(both.status == 200 && both.body.contains(#""http_status":202,"held":true"#))
            let byAll = rule.replacing("}", with: #","by":"all"}"#)
            #expect(try await run("board", "change", "coins", "--rules", "[\(byAll)]").code == 0)
            let server = [
                "Authorization": "Bearer \(try service.token("server", scope: "leaderboard:report"))",
                "Content-Type": "application/json",
            ]
            let batch =
                #"[{"id":"1","user_id":"bob","score_increase":70},{"id":"2","user_id":"bob","score_increase":1}]"#
            for _ in 0..<2 {
                let answer = try await service.connect().request(
                    "POST",
                    "/api/v1/boards/coins/scores",
                    server,
                    body: batch
                )
                #expect(
                    Descriptions.complaints(answer, to: "POST", "/api/v1/boards/{board}/scores") == [],
                    "\(answer.body)"
                )
                #expect(
                    answer.body.contains(#""http_status":202,"held":true"#)
                        && answer.body.contains(#""status":"success","results""#)
                )
            }

            #expect(
                try await operate("POST", "/held/reject/preview", "{}", as: "/held/reject/preview").code
                    == "invalid_body"
            )
            let summary = try await operate(
                "POST",
                "/held/reject/preview",
                #"{"all":true}"#,
                as: "/held/reject/preview"
            )
            #expect(summary.body.contains(#""updates":2,"users":2,"upto":""#))
            let ofBob = #"{"user_id":"bob","reason":"no"}"#
            let many = try await operate("POST", "/held/reject", ofBob, as: "/held/reject")
            #expect(many.body == #"{"status":"success","released":0,"rejected":1,"kept":[],"next":null}"#)
            let dry = try await run("admin", "held", "release", "--board", "coins", "--all", "--dry-run")
            #expect(dry.output == "1 update of 1 user would be released.\n" && dry.code == 0)
            let done = try await run(
                "admin",
                "held",
                "release",
                "--board",
                "coins",
                "--rule",
                "largest_jump",
                "--reason",
                "seen",
                "--yes"
            )
            #expect(done.output.hasSuffix("1 update is released.\n") && done.code == 0)
            #expect(try await run("admin", "held", "--board", "coins").output == "Nothing waits.\n")
            #expect(try await run("admin", "audit", "verify", "--board", "coins").code == 0)
            let metrics = try await service.connect().request("GET", "/metrics").body
            #expect(metrics.contains("leaderboard_updates_held_total 4"))
            #expect(metrics.contains(#"leaderboard_rules_met_total{rule="largest_jump",effect="held"} 4"#))
        }
    }

    @Test(
        "is emptied by itself where the definition says after which time, once, whichever instance is up",
        arguments: ["release", "reject"]
    )
    func term(_ word: String) async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        @Sendable func quick(_ configuration: inout ServiceConfiguration) {
            configuration.reviews.beat = .milliseconds(20)
        }
        try await withService(["REDIS_URL": redis.url], adjust: quick) { one in
            try await withService(["REDIS_URL": redis.url], adjust: quick) { _ in
                let environment = [
                    "LEADERBOARD_URL": "http://127.0.0.1:\(one.port)", "REDIS_URL": redis.url,
                    "LEADERBOARD_ADMIN_TOKEN": try one.token("ops", scope: "leaderboard:admin"),
                ]
                let rule = #"{"rule":"largest_jump","against":"own","points":10,"times":1,"action":"hold"}"#
                let arguments = [
                    "board", "create", "coins", "--rules", "[\(rule)]", "--held-after", "1s", "--held-then", word,
                ]
                #expect(try await ServiceProcess.run(arguments, environment).code == 0)
                for user in ["ada", "bob"] { try await one.play("coins", user, #""score_increase":50"#, status: 202) }
                try await until("they wait") { try await redis.command("XLEN", "lb:{coins}:held") == "0" }
                let audit = try await one.operate("GET", "/boards/coins/audit").body
                #expect(
                    audit.matches(of: /"action":"(release|reject)"/).map { String($0.1) } == [word, word],
                    "\(audit)"
                )
                #expect(audit.matches(of: /"actor":"leaderboard"[^{]*"reason":"It waited for 1s/).count == 2)
                let score = word == "release" ? "50" : ""
                #expect(try await redis.command("ZSCORE", "lb:{coins}:scores", "ada") == score)
            }
        }
    }

    @Test("tries again by itself what a suspension or a bound kept waiting")
    func again() async throws {
        let quick: @Sendable (inout ServiceConfiguration) -> Void = { $0.reviews.beat = .milliseconds(20) }
        try await withService(adjust: quick) { service, redis in
            let rule = #"{"rule":"largest_jump","against":"own","points":10,"times":1,"action":"hold"}"#
            try await service.define("coins", #"{"max":60,"rules":[\#(rule)],"held":{"after":"1s","then":"release"}}"#)
            let reason = #"{"reason":"r"}"#
            try await service.play("coins", "ada", #""score_increase":5"#)
            for user in ["ada", "bob", "bob", "cid"] {
                try await service.play("coins", user, #""score_increase":40"#, status: 202)
            }
            #expect(try await service.operate("POST", "/boards/coins/users/ada/suspend", reason).status == 200)
            // The oldest first: when the last one counts, the others were kept waiting.
            try await until("it waits") { try await redis.command("ZSCORE", "lb:{coins}:scores", "cid") == "40" }
            #expect(try await redis.command("XLEN", "lb:{coins}:held") == "2")
            #expect(try await service.operate("POST", "/boards/coins/users/ada/reinstate", reason).status == 200)
            try await until("it waits") { try await redis.command("ZSCORE", "lb:{coins}:scores", "ada") == "45" }
            let down = #"{"score_decrease":30,"reason":"r"}"#
            let adjusted = try await service.operate("POST", "/boards/coins/users/bob/adjust", down)
            #expect(adjusted.status == 200, "\(adjusted.body)")
            try await until("it waits") { try await redis.command("XLEN", "lb:{coins}:held") == "0" }
            #expect(try await redis.command("ZSCORE", "lb:{coins}:scores", "bob") == "50")
        }
    }
}
