import TestSupport
import Testing

@testable import LeaderboardService

@Suite("An operator's adjustment", .timeLimit(.minutes(5)))
struct AdjustTests {
    @Test("is shown, made once by its key, and stands in the audit with its operator and reason; on each window, too")
    func adjusts() async throws {
        try await withService { service, redis in
            let definition = #"{"version":"1","max":1000,"windows":[{"name":"all"},{"name":"daily","reset":"daily"}]}"#
            try await redis.command("SET", "lb:{coins}:board", definition)
            for board in ["", "/boards/coins"] {
                let path = board + "/users/ada/adjust"
                func ask(_ path: String, _ change: String) async throws -> TestResponse {
                    let answer = try await service.operate("POST", path, "{\(change)}")
                    let described =
                        "/api/v1/admin" + path.replacing("coins", with: "{board}").replacing("ada", with: "{id}")
                    #expect(Descriptions.complaints(answer, to: "POST", described) == [], "\(answer.body)")
                    return answer
                }
                let preview = try await ask(path + "/preview", #""score_increase":50"#)
                #expect(preview.body == #"{"status":"success","user_id":"ada","score":50,"score_before":null}"#)
                #expect(
                    try await ask(path, #""score_increase":50,"reason":"lost points""#).json?["score"] as? Int == 50
                )
                #expect(try await ask(path, #""score_decrease":20,"reason":"a bug""#).json?["score"] as? Int == 30)
                #expect(try await ask(path, #""score":7,"reason":"agreed""#).json?["score"] as? Int == 7)
                let audit = try await service.operate("GET", board + "/audit?limit=1").body
                for part in [#""action":"adjust""#, #""actor":"ops""#, #""reason":"agreed""#, #""score":7"#] {
                    #expect(audit.contains(part), "\(audit)")
                }
                for (change, code) in [
                    (#""score_increase":1"#, "invalid_body"), (#""reason":"r""#, "invalid_body"),
                    (#""score":1,"score_increase":1,"reason":"r""#, "invalid_body"),
                    (#""score_increase":-1,"reason":"r""#, "invalid_body"),
                    (#""score_increase":1.5,"reason":"r""#, "invalid_body"),
                    (#""score_increase":1,"resaon":"r""#, "invalid_body"),
                ] {
                    #expect(try await ask(path, change).code == code, "\(change)")
                }
            }
            let over = try await service.operate(
                "POST",
                "/boards/coins/users/ada/adjust",
                #"{"score_increase":994,"reason":"r"}"#
            )
            #expect((over.status, over.code) == (409, "score_limit"))
            let daily = try await service.connect().request("GET", "/api/v1/boards/coins/scoreboard?window=daily").body
            #expect(daily == #"[{"user_id":"ada","score":7,"rank":1}]"#)
            let player = try await service.connect().request(
                "POST",
                "/api/v1/admin/users/ada/adjust",
                [
                    "Authorization": "Bearer \(service.token("ada", scope: "leaderboard:report"))",
                    "Content-Type": "application/json",
                ],
                body: #"{"score_increase":1,"reason":"r"}"#
            )
            #expect((player.status, player.code) == (403, "insufficient_scope"))
        }
    }

    @Test("by the command is shown first; a dry run needs no reason, and changes nothing")
    func command() async throws {
        try await withService { service, _ in
            func run(_ words: String...) async throws -> (code: Int32, output: String) {
                let own = [
                    "LEADERBOARD_ADMIN_TOKEN": try service.token("ops", scope: "leaderboard:admin")
                ]
                let url = "http://127.0.0.1:\(service.port)"
                let answer = try await ServiceProcess.run(["admin", "adjust", "ada", "--url", url] + words, own)
                return (answer.code, answer.output)
            }
            let trial = try await run("--add", "50", "--dry-run").output
            #expect(trial.contains("ada is not on the board; the score would be 50."))
            #expect(trial.contains("Nobody of this name was on the board"))
            #expect(try await run("--add", "50").code != 0)
            #expect(try await run("--add", "50", "--reason", "r").output.contains("say --yes"))
            let done = try await run("--add", "50", "--reason", "r", "--yes")
            #expect(done.code == 0 && done.output.contains("ada has 50."), "\(done.output)")
            let set = try await run("--set", "-5", "--reason", "r", "--yes")
            #expect(set.code == 0 && set.output.contains("ada has 50; the score would be -5."), "\(set.output)")
            #expect(!set.output.contains("Nobody"))
            #expect(
                try await service.connect().request("GET", "/api/v1/scoreboard").body
                    == #"[{"user_id":"ada","score":-5}]"#
            )
        }
    }
}
