import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Windows over HTTP", .timeLimit(.minutes(5)))
struct WindowRoutesTests {
    private static let windows =
        #"{"windows":[{"name":"all"},{"name":"month","reset":"monthly"},{"name":"block","reset":"every 8784h"}],"#
        + #""time_zone":"Europe/Berlin","week_starts":"sunday","from":"2026-01-01T00:00:00Z","keep_days":30,"grace_seconds":5}"#

    private func update(
        _ change: String,
        as user: String,
        _ service: RunningService,
        key: String? = nil
    ) async throws -> TestResponse {
        var headers = [
            "Authorization": "Bearer \(try service.token(user))", "Content-Type": "application/json",
            "Prefer": "return=representation",
        ]
        headers["Idempotency-Key"] = key
        return try await service.connect()
            .request(
                "POST",
                "/api/v1/boards/arena/score/update",
                headers,
                body: #"{"user_id":"\#(user)",\#(change)}"#
            )
    }

    @Test("are defined, written, read and listed, as described")
    func life() async throws {
        try await withService { service, _ in
            let operators = try await AnOperator(service)
            let made = try await operators.put("arena", Self.windows, .make)
            #expect(made.status == 201 && made.body.contains(Self.windows.dropFirst().dropLast()))
            #expect(Descriptions.complaints(made, to: "PUT", "/api/v1/admin/boards/{board}") == [])
            let connection = try await service.connect()
            func read(_ rest: String) async throws -> TestResponse {
                let answer = try await connection.request("GET", "/api/v1/boards/arena/" + rest)
                let path = rest.prefix { $0 != "?" }.replacing("users/ada", with: "users/{id}")
                    .replacing("scores/5", with: "scores/{score}")
                #expect(Descriptions.complaints(answer, to: "GET", "/api/v1/boards/{board}/" + path) == [], "\(rest)")
                return answer
            }

            let first = try await update(#""score_increase":5"#, as: "ada", service, key: "k")
            let told = try #require(first.json?["windows"] as? [String: [String: Any]], "\(first.body)")
            #expect(told.keys.sorted() == ["block", "month"])
            let month = try #require(told["month"]?["season"] as? String)
            #expect(told["month"]?["score"] as? Int == 5)
            #expect(Descriptions.complaints(first, to: "POST", "/api/v1/boards/{board}/score/update") == [])
            #expect(try await update(#""score_increase":7"#, as: "bob", service).status == 200)
            let named = try await update(#""score_increase":1,"season":"\#(month)""#, as: "bob", service)
            #expect(named.status == 200, "\(named.body)")
            let again = try await update(#""score_increase":5"#, as: "ada", service, key: "k")
            #expect(again.body == first.body && again.headers["idempotency-replayed"] == "true")

            let several = try await connection.request(
                "POST",
                "/api/v1/score/updates",
                [
                    "Authorization": "Bearer \(service.token("bob"))", "Content-Type": "application/json",
                    "Prefer": "return=representation",
                ],
                body: #"{"user_id":"bob","updates":[{"board":"arena","score_increase":0,"season":"\#(month)"}]}"#
            )
            #expect(several.body.contains(#""windows":{"month":{"season":"\#(month)","score":8}"#), "\(several.body)")
            #expect(Descriptions.complaints(several, to: "POST", "/api/v1/score/updates") == [])

            let rows = #"[{"user_id":"bob","score":8,"rank":1},{"user_id":"ada","score":5,"rank":2}]"#
            for query in ["", "?window=all", "?window=month", "?window=month&season=\(month)", "?window=block"] {
                #expect(try await read("scoreboard" + query).body == rows, "\(query)")
            }
            #expect(try await read("users/ada?window=month").json?["rank"] as? Int == 2)
            #expect(try await read("scores/5?window=month").json?["better"] as? Int == 1)
            #expect(try await read("percentiles?p=100&window=month").body == #"[{"percentile":100,"score":8}]"#)
            #expect(try await read("count?min=6&window=month").body == #"{"count":1,"total":2}"#)
            for path in ["scoreboards?boards=arena&window=month", "users/bob/standings?boards=arena&window=month"] {
                let answer = try await connection.request("GET", "/api/v1/" + path)
                #expect(answer.status == 200 && answer.body.contains("8"), "\(answer.body)")
            }

            let seasons = try await read("seasons")
            let list = try #require(try JSONSerialization.jsonObject(with: Data(seasons.body.utf8)) as? [[String: Any]])
            #expect(list.map { $0["window"] as? String } == ["block", "month"])
            #expect(list.map { $0["users"] as? Int } == [2, 2] && list.map { $0["final"] as? Bool } == [false, false])
            let monthly = try await read("seasons?window=month")
            #expect(monthly.body.contains(#""season":"\#(month)""#) && !monthly.body.contains("block"))
            #expect(try await read("seasons?before=1000").body == "[]")
            #expect(try await connection.request("GET", "/api/v1/boards/main/seasons").body == "[]")
        }
    }

    @Test("are refused with each of their error codes")
    func codes() async throws {
        try await withService { service, _ in
            let operators = try await AnOperator(service)
            #expect(try await operators.put("arena", Self.windows, .make).status == 201)
            let connection = try await service.connect()
            let cases = [
                (400, "invalid_window", "scoreboard?window=none"), (400, "invalid_window", "scoreboard?window=N"),
                (400, "invalid_window", "scoreboard?season=2026-11"),
                (400, "invalid_window", "scoreboard?window=month&window=month"),
                (404, "season_not_found", "scoreboard?window=month&season=2001-01"),
                (400, "invalid_season", "scoreboard?window=month&season=a:b"),
                (400, "invalid_season", "users/ada?window=all&season="),
                (404, "season_not_found", "scoreboard?window=all&season=2001-01"),
                (404, "season_not_found", "users/ada?window=month&season=2001-01"),
                (400, "invalid_window", "count?window=none"), (400, "invalid_window", "seasons?window=none"),
                (400, "invalid_window", "seasons?window=all"),
                (400, "invalid_query", "seasons?window=month&season=2001-01"),
                (400, "invalid_query", "seasons?limit=0"), (400, "invalid_query", "seasons?before=-1"),
            ]
            for (status, code, path) in cases {
                let answer = try await connection.request("GET", "/api/v1/boards/arena/" + path)
                #expect((answer.status, answer.code) == (status, code), "\(path): \(answer.body)")
            }
            let ended = try await update(#""score_increase":1,"season":"2001-01""#, as: "ada", service)
            #expect((ended.status, ended.code) == (409, "season_ended"))
            let described = Descriptions.complaints(ended, to: "POST", "/api/v1/boards/{board}/score/update")
            #expect(described == [])
            for season in ["5", "\"a:b\"", "\"\"", "\"month/\"", "\"a/b/c\"", "\"M/2001-01\""] {
                let answer = try await update(#""score_increase":1,"season":\#(season)"#, as: "ada", service)
                #expect((answer.status, answer.code) == (400, "invalid_season"))
            }
            let unknown = try await update(#""score_increase":1,"season":"none/2001-01""#, as: "ada", service)
            #expect((unknown.status, unknown.code) == (404, "season_not_found"))
            // Nobody was counted by any of them.
            #expect(try await connection.request("GET", "/api/v1/boards/arena/scoreboard").body == "[]")
            let torn = try await operators.put(
                "arena",
                Self.windows.replacing("Europe/Berlin", with: "UTC"),
                .change("1")
            )
            #expect((torn.status, torn.code) == (422, "fixed_field"))
            let other = try await operators.put(
                "arena",
                #"{"windows":[{"name":"all"},{"name":"d","reset":"daily"}]}"#,
                .change("1")
            )
            #expect(other.status == 200, "\(other.body)")
            let next = try await update(#""score_increase":1"#, as: "ada", service)
            #expect((next.json?["windows"] as? [String: Any])?.keys.sorted() == ["d"], "\(next.body)")
        }
    }

    @Test("end by an operator's word, once for each season that is named")
    func reset() async throws {
        try await withService { service, _ in
            let operators = try await AnOperator(service)
            let windows =
                #"{"windows":[{"name":"all"},{"name":"cup","reset":"manual"},{"name":"month","reset":"monthly"}]}"#
            #expect(try await operators.put("arena", windows, .make).status == 201)
            #expect(try await update(#""score_increase":5"#, as: "ada", service).status == 200)
            let connection = try await service.connect()
            let token = try service.token("ops", scope: "leaderboard:admin")
            func reset(_ body: String) async throws -> TestResponse {
                let answer = try await connection.request(
                    "POST",
                    "/api/v1/admin/boards/arena/reset",
                    ["Authorization": "Bearer \(token)", "Content-Type": "application/json"],
                    body: body
                )
                #expect(Descriptions.complaints(answer, to: "POST", "/api/v1/admin/boards/{board}/reset") == [])
                return answer
            }
            for (body, status, code) in [
                (#"{"window":"cup"}"#, 400, "invalid_body"),
                (#"{"window":"cup","reason":"r","x":1}"#, 400, "invalid_body"),
                (#"{"reason":"r"}"#, 400, "invalid_window"),
                (#"{"window":"none","reason":"r"}"#, 400, "invalid_window"),
                (#"{"window":"month","reason":"r"}"#, 400, "invalid_window"),
                (#"{"window":"cup","season":"a:b","reason":"r"}"#, 400, "invalid_season"),
                (#"{"window":"cup","season":"2","reason":"r"}"#, 409, "season_not_begun"),
                (#"{"window":"cup","season":"10","reason":"r"}"#, 409, "season_not_begun"),
                (#"{"window":"cup","season":"0","reason":"r"}"#, 409, "season_ended"),
            ] {
                let answer = try await reset(body)
                #expect((answer.status, answer.code) == (status, code), "\(body): \(answer.body)")
            }
            let done = try await reset(#"{"window":"cup","season":"1","reason":"over"}"#)
            #expect(done.status == 200 && done.json?["next"] as? String == "2", "\(done.body)")
            #expect(try await reset(#"{"window":"cup","season":"1","reason":"over"}"#).code == "season_ended")
            let seasons = try await connection.request("GET", "/api/v1/boards/arena/seasons?window=cup")
            #expect(seasons.body.contains(#""season":"2","from":"#) && seasons.body.contains(#""until":null"#))
            let past = try await connection.request("GET", "/api/v1/boards/arena/scoreboard?window=cup&season=1")
            #expect(past.body == #"[{"user_id":"ada","score":5,"rank":1}]"#)
            #expect(try await connection.request("GET", "/api/v1/boards/arena/scoreboard?window=cup").body == "[]")
        }
    }

    @Test("that are final are moderated: by suspensions, reinstatements and reverts, which say so")
    func moderated() async throws {
        try await withService { service, _ in
            let operators = try await AnOperator(service)
            let windows = #"{"windows":[{"name":"all"},{"name":"cup","reset":"manual"}]}"#
            #expect(try await operators.put("arena", windows, .make).status == 201)
            for (user, points) in [("ada", 5), ("bob", 3)] {
                #expect(try await update(#""score_increase":\#(points)"#, as: user, service).status == 200)
            }
            let connection = try await service.connect()
            func act(_ path: String, _ body: String = #"{"reason":"a bot"}"#) async throws -> [String: Any] {
                let answer = try await connection.request(
                    "POST",
                    "/api/v1/admin/boards/arena/\(path)",
                    ["Authorization": "Bearer \(operators.token)", "Content-Type": "application/json"],
                    body: body
                )
                let described = "/api/v1/admin/boards/{board}/" + path.replacing("users/ada", with: "users/{id}")
                #expect(Descriptions.complaints(answer, to: "POST", described) == [], "\(answer.body)")
                return answer.json ?? [:]
            }
            func rows() async throws -> String {
                try await connection.request("GET", "/api/v1/boards/arena/scoreboard?window=cup&season=1").body
            }
            _ = try await act("reset", #"{"window":"cup","season":"1","reason":"over"}"#)
            let final = try await rows()
            #expect(final.contains("ada") && final.contains("bob"))

            #expect(try await act("users/ada/suspend")["final_seasons"] as? [String] == ["cup/1"])
            #expect(try await rows() == #"[{"user_id":"bob","score":3,"rank":1}]"#)
            #expect(try await act("users/ada/suspend")["changed"] as? Bool == false)
            #expect(try await act("users/ada/reinstate")["final_seasons"] as? [String] == ["cup/1"])
            #expect(try await rows() == final)
            let all = #"{"user_id":"ada","reason":"a bot"}"#
            #expect(try await act("audit/revert/preview", all)["final_seasons"] as? [String] == ["cup/1"])
            #expect(try await act("audit/revert", all)["final_seasons"] as? [String] == ["cup/1"])
            #expect(
                try await rows() == #"[{"user_id":"bob","score":3,"rank":1},{"user_id":"ada","score":0,"rank":2}]"#
            )
            let audit = try await connection.request(
                "GET",
                "/api/v1/admin/boards/arena/audit?limit=3",
                ["Authorization": "Bearer \(operators.token)"]
            )
            #expect(audit.body.components(separatedBy: #""seasons":["cup/1"]"#).count == 4, "\(audit.body)")
            #expect(Descriptions.complaints(audit, to: "GET", "/api/v1/admin/boards/{board}/audit") == [])
        }
    }

    @Test(
        "that are once refuse updates outside of their time",
        arguments: [
            ("2001-01-01T00:00:00Z", "2001-01-02T00:00:00Z", "season_ended"),
            ("2200-01-01T00:00:00Z", "2200-01-02T00:00:00Z", "season_not_begun"),
        ]
    )
    func once(from: String, until: String, code: String) async throws {
        try await withService { service, _ in
            let operators = try await AnOperator(service)
            let made = try await operators.put(
                "arena",
                #"{"windows":[{"name":"all"},{"name":"cup","reset":"once"}],"from":"\#(from)","until":"\#(until)"}"#,
                .make
            )
            #expect(made.status == 201, "\(made.body)")
            #expect(Descriptions.complaints(made, to: "PUT", "/api/v1/admin/boards/{board}") == [])
            for key in [nil, "k"] {
                let answer = try await update(#""score_increase":5"#, as: "ada", service, key: key)
                #expect((answer.status, answer.code) == (409, code), "\(answer.body)")
                #expect(answer.body.contains(code == "season_ended" ? until : from), "\(answer.body)")
                #expect(Descriptions.complaints(answer, to: "POST", "/api/v1/boards/{board}/score/update") == [])
            }
            // Nor does a preview promise what would be refused.
            for act in ["adjust", "adjust/preview"] {
                let body = #"{"score_increase":5,"reason":"x"}"#
                let answer = try await service.operate("POST", "/boards/arena/users/ada/\(act)", body)
                #expect((answer.status, answer.code) == (409, code), "\(answer.body)")
            }
            let connection = try await service.connect()
            for query in ["", "?window=cup", "?window=cup&season=\(from.prefix(13))Z"] {
                let rows = try await connection.request("GET", "/api/v1/boards/arena/scoreboard" + query)
                #expect(rows.body == "[]", "\(query): \(rows.body)")
            }
        }
    }
}
