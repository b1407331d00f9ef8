import Foundation
import LeaderboardPage
import NIOCore
import TestSupport
import Testing
import Text

@testable import LeaderboardService

@Suite("Problem details", .timeLimit(.minutes(5)))
struct ProblemTests {
    private static let wanted = ["Accept": "application/problem+json"]

    @Test("are what every error is told in to who asks for them, with the same code and the same sentence")
    func everyError() async throws {
        let environment = ["RATE_LIMIT_UPDATES": "1", "RATE_LIMIT_INTERVAL_SECONDS": "86400"]
        try await withService(environment) { service, _ in
            let token = ["Authorization": "Bearer \(try service.token("ada"))"]
            let json = token.merging(["Content-Type": "application/json"]) { $1 }
            let update = #"{"user_id":"ada","score_increase":1}"#
            _ = try await service.update("ada", 1, on: try await service.connect())
            let asked: [(Int, String, String, [String: String], String?)] = [
                (404, "GET", "/nowhere", [:], nil), (405, "DELETE", "/api/v1/scoreboard", [:], nil),
                (501, "BREW", "/api/v1/scoreboard", [:], nil),
                (400, "GET", "/api/v1/scoreboard?limit=0", [:], nil),
                (400, "GET", "/api/v1/boards/main/scoreboard?token=x", [:], nil),
                (404, "GET", "/api/v1/boards/none", [:], nil),
                (401, "POST", "/api/v1/score/update", ["Content-Type": "application/json"], update),
                (429, "POST", "/api/v1/score/update", json, update),
                (413, "POST", "/api/v1/score/update", json, String(repeating: " ", count: 5000)),
                (415, "POST", "/api/v1/score/update", token, update),
                (403, "GET", "/api/v1/admin/audit", token, nil),
                (403, "POST", "/api/v1/boards/main/scores", json, "[]"),
                (426, "GET", "/api/v1/scoreboard/live", [:], nil),
                (400, "GET", "/api/v1/scoreboard/events?view=x", [:], nil),
                (404, "GET", "/client/none.js", [:], nil),
                (417, "POST", "/api/v1/score/update", ["Expect": "wonders"], update),
            ]
            for (status, method, path, headers, body) in asked {
                let plain = try await service.connect().request(method, path, headers, body: body)
                let all = headers.merging(Self.wanted) { $1 }
                let problem = try await service.connect().request(method, path, all, body: body)
                #expect((plain.status, problem.status) == (status, status), "\(method) \(path)")
                #expect(plain.headers["content-type"] == "application/json", "\(path)")
                #expect(problem.headers["content-type"] == "application/problem+json", "\(path)")
                #expect(problem.headers["vary"] == "Accept", "\(path)")
                let names = Set(plain.headers.keys).union(["vary"])
                #expect(Set(problem.headers.keys) == names, "\(path)")
                let code = try #require(plain.code)
                #expect(Self.complaints(problem) == [], "\(path)")
                #expect(problem.code == code, "\(path)")
                #expect(problem.json?["type"] as? String == "/docs/errors#\(code)", "\(path)")
                #expect(problem.json?["status"] as? Int == status, "\(path)")
                #expect(problem.json?["detail"] as? String == plain.json?["message"] as? String, "\(path)")
            }
            let fine = try await service.connect().request("GET", "/api/v1/scoreboard", Self.wanted)
            #expect((fine.status, fine.headers["content-type"]) == (200, "application/json"))
        }
    }

    private static func complaints(_ answer: TestResponse) -> [String] {
        let bytes = Array(answer.body.utf8)
        guard let json = try? JSONValue(json: bytes, maximumBytes: bytes.count) else { return ["no JSON"] }
        let schema = JSONSchema(root: Descriptions.openAPI)
        return schema.complaints(json, Descriptions.openAPI["components"]?["schemas"]?["Problem"] ?? .null)
    }

    @Test("are for who names them and does not rather have plain JSON")
    func accept() async throws {
        let problem = "application/problem+json"
        let cases: [(String, Bool)] = [
            (problem, true), ("Application/Problem+JSON", true), ("application/json, \(problem)", true),
            ("text/html, \(problem);q=0.2", true), ("\(problem); charset=utf-8 ; q=1", true),
            ("application/json;q=0.9, \(problem);q=0.9", true), ("application/json, \(problem);q=0.5", false),
            ("*/*", false), ("application/*", false), ("application/json", false), ("\(problem);q=0", false),
            ("\(problem);q=x", false), ("", false), (",;,", false), ("x\(problem)", false),
        ]
        try await withService { service, _ in
            let connection = try await service.connect()
            for (accept, isProblem) in cases {
                let answer = try await connection.request("GET", "/nowhere", ["Accept": accept])
                let type = isProblem ? problem : "application/json"
                #expect((answer.status, answer.headers["content-type"]) == (404, type), "\(accept)")
            }
        }
    }

    @Test("are described with each error, and their types lead to a page that has all codes")
    func described() async throws {
        try await withService { service, _ in
            let connection = try await service.connect()
            let served = Array(try await connection.request("GET", "/openapi.json").body.utf8)
            let api = try JSONValue(json: served, maximumBytes: served.count, maximumDepth: 32)
            var (errors, problems) = (0, 0)
            func look(_ value: JSONValue) {
                if value["application/json"]?["schema"]?["$ref"]?.string == "#/components/schemas/Error" {
                    errors += 1
                    let problem = value["application/problem+json"]?["schema"]?["$ref"]?.string
                    if problem == "#/components/schemas/Problem" { problems += 1 }
                }
                for member in value.members { look(member.value) }
                for element in value.array ?? [] { look(element) }
            }
            look(api)
            #expect(errors > 80 && errors == problems)
            let page = try await connection.request("GET", "/docs/errors")
            #expect(page.status == 200)
            for (code, _) in (Descriptions.openAPI["components"]?["examples"] ?? .null).members {
                #expect(page.body.contains(#"<h2 id="\#(code)">"#), "\(code)")
            }
            for code in [
                "invalid_message", "duplicate_subscription", "too_many_subscriptions", "unknown_subscription",
                "other_user",
            ] {
                #expect(page.body.contains(#"<h2 id="\#(code)">"#), "\(code), which live connections alone are told")
            }
            #expect(page.body.contains("<strong>429</strong>"))
            #expect(try await connection.request("GET", "/docs/guides").body.contains(#"href="/docs/errors""#))
        }
    }
}
