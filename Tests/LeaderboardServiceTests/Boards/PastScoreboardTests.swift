import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The past over HTTP", .timeLimit(.minutes(2)))
struct PastScoreboardTests {
    private static let path = "/api/v1/boards/{board}/scoreboard"

    @Test("is shown to operators, as described, and is refused in words")
    func past() async throws {
        try await withService { service, _ in
            let connection = try await service.connect()
            let token = try service.token("ops", scope: Operators.scope)
            func read(_ query: String, path: String = "/api/v1/boards/main/scoreboard", as token: String?) async throws
                -> TestResponse
            {
                let headers = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
                let answer = try await connection.request("GET", path + query, headers)
                #expect(Descriptions.complaints(answer, to: "GET", Self.path) == [], "\(query)")
                return answer
            }
            for user in ["ada", "bob"] {
                let update = try await connection.request(
                    "POST",
                    "/api/v1/score/update",
                    ["Authorization": "Bearer \(service.token(user))", "Content-Type": "application/json"],
                    body: #"{"user_id":"\#(user)","score_increase":5}"#
                )
                #expect(update.status == 200)
            }
            let now = try await read("?as_of=\(Int(Date.now.timeIntervalSince1970 * 1000))&limit=1&offset=1", as: token)
            #expect(now.status == 200, "\(now.body)")
            #expect(
                now.body.hasSuffix(
                    #","seq":2,"total":2,"exact":true,"unknown_users":0,"unknown_places":0,"#
                        + #""scoreboard":[{"user_id":"ada","score":5,"rank":2}]}"#
                )
            )
            #expect(now.headers["cache-control"] == "private, no-cache")
            let before = try await read("?as_of=2026-01-01T00:00:00Z", path: "/api/v1/scoreboard", as: token)
            #expect(before.body.contains(#""seq":0,"total":0,"exact":true"#), "\(before.body)")

            #expect(try await read("?as_of=1", as: nil).code == "missing_token")
            #expect(try await read("?as_of=1", as: service.token("ada")).code == "insufficient_scope")
            for (query, code) in [
                ("as_of=", "invalid_query"), ("as_of=yesterday", "invalid_query"), ("as_of=1&as_of=2", "invalid_query"),
                ("as_of=9007199254740991", "invalid_query"), ("as_of=9007199254740992", "invalid_query"),
                ("as_of=1&limit=0", "invalid_query"), ("as_of=1&offset=10001", "invalid_query"),
                ("as_of=1&users=ada", "invalid_query"), ("as_of=1&window=daily", "invalid_window"),
            ] {
                let answer = try await read("?" + query, as: token)
                #expect((answer.status, answer.code) == (400, code), "\(query): \(answer.body)")
            }
        }
    }
}
