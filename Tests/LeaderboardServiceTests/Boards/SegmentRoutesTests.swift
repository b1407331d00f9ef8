import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Segments over HTTP", .timeLimit(.minutes(5)))
struct SegmentRoutesTests {
    private static let definition = #"{"segments":["country","team"],"totals":["team"]}"#

    private func update(_ change: String, as user: String, _ service: RunningService) async throws -> TestResponse {
        let headers = [
            "Authorization": "Bearer \(try service.token(user))", "Content-Type": "application/json",
            "Prefer": "return=representation",
        ]
        return try await service.connect().request(
            "POST",
            "/api/v1/boards/arena/score/update",
            headers,
            body: #"{"user_id":"\#(user)",\#(change)}"#
        )
    }

    @Test("are defined, named by updates, and read, as described")
    func life() async throws {
        try await withService { service, _ in
            let operators = try await AnOperator(service)
            let made = try await operators.put("arena", Self.definition, .make)
            #expect(made.status == 201 && made.body.contains(Self.definition.dropFirst().dropLast()), "\(made.body)")
            #expect(Descriptions.complaints(made, to: "PUT", "/api/v1/admin/boards/{board}") == [])
            for (user, points, segments) in [
                ("ada", 5, #"["country:de","team:red"]"#), ("bob", 7, #"["country:fr","team:red"]"#),
                ("cyd", 9, #"["country:de","team:blue"]"#), ("dan", 1, "[]"),
            ] {
                let answer = try await update(
                    #""score_increase":\#(points),"segments":\#(segments)"#,
                    as: user,
                    service
                )
                #expect(answer.status == 200, "\(answer.body)")
                #expect(Descriptions.complaints(answer, to: "POST", "/api/v1/boards/{board}/score/update") == [])
            }
            let connection = try await service.connect()
            func read(_ rest: String) async throws -> String {
                let answer = try await connection.request("GET", "/api/v1/boards/arena/" + rest)
                let path = rest.prefix { $0 != "?" }.replacing("users/ada", with: "users/{id}")
                    .replacing("scores/5", with: "scores/{score}").replacing("totals/team", with: "totals/{kind}")
                #expect(Descriptions.complaints(answer, to: "GET", "/api/v1/boards/{board}/" + path) == [], "\(rest)")
                return answer.body
            }
            let german = #"[{"user_id":"cyd","score":9,"rank":1},{"user_id":"ada","score":5,"rank":2}]"#
            for rest in ["", "&window=all", "&around_user=ada", "&around_score=6", "&users=cyd,ada"] {
                #expect(try await read("scoreboard?segment=country:de" + rest) == german, "\(rest)")
            }
            #expect(try await read("scoreboard?segment=country:none") == "[]")
            #expect(
                try await read("users/ada?segment=country:de")
                    == #"{"user_id":"ada","score":5,"rank":2,"total":2,"percentile":25}"#
            )
            #expect(try await read("count?min=6&segment=country:de") == #"{"count":1,"total":2}"#)
            #expect(try await read("scores/5?segment=team:red").contains(#""better":1,"equal":1,"worse":0"#))
            #expect(try await read("percentiles?p=100&segment=team:red") == #"[{"percentile":100,"score":7}]"#)
            for path in [
                "scoreboards?boards=arena&segment=team:red", "users/bob/standings?boards=arena&segment=team:red",
            ] {
                let answer = try await connection.request("GET", "/api/v1/" + path)
                #expect(answer.status == 200 && answer.body.contains(#""rank":1"#), "\(answer.body)")
            }
            let red = #"{"segment":"red","score":12,"rank":1,"users":2}"#
            let blue = #"{"segment":"blue","score":9,"rank":2,"users":1}"#
            #expect(try await read("totals/team") == "[\(red),\(blue)]")
            #expect(try await read("totals/team?limit=1&offset=1") == "[\(blue)]")
            #expect(try await read("totals/team?limit=1&around=blue") == "[\(blue)]")
            #expect(try await read("totals/team?around=none") == "[]")

            let moved = try await update(#""score_increase":0,"segments":["team:blue"]"#, as: "ada", service)
            #expect(moved.json?["changed"] as? Bool == true, "\(moved.body)")
            #expect(
                try await read("totals/team")
                    == #"[{"segment":"blue","score":14,"rank":1,"users":2},{"segment":"red","score":7,"rank":2,"users":1}]"#
            )
        }
    }

    @Test("are refused with each of their error codes")
    func codes() async throws {
        try await withService { service, _ in
            let operators = try await AnOperator(service)
            #expect(try await operators.put("arena", Self.definition, .make).status == 201)
            let connection = try await service.connect()
            for path in [
                "scoreboard?segment=none:x", "scoreboard?segment=country", "scoreboard?segment=country:",
                "scoreboard?segment=country:de&segment=country:fr", "scoreboard?segment=country:de&window=weekly",
                "scoreboard?segment=country:de&season=1", "users/ada?segment=a:b:c", "count?segment=Team:x",
                "totals/country", "totals/none", "totals/Team", "totals/team?around=a:b",
            ] {
                let answer = try await connection.request("GET", "/api/v1/boards/arena/" + path)
                #expect((answer.status, answer.code) == (400, "invalid_segment"), "\(path): \(answer.body)")
            }
            for segments in [#""team:red""#, #"["none:x"]"#, #"["team:a","team:b"]"#, #"["team:a b"]"#, "null"] {
                let answer = try await update(#""score_increase":1,"segments":\#(segments)"#, as: "ada", service)
                #expect((answer.status, answer.code) == (400, "invalid_segment"), "\(segments): \(answer.body)")
            }
            #expect(try await connection.request("GET", "/api/v1/boards/arena/scoreboard").body == "[]")
            let torn = try await operators.put("arena", #"{"segments":["country","team"]}"#, .change("1"))
            #expect((torn.status, torn.code) == (422, "fixed_field"), "\(torn.body)")
        }
    }
}
