import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Profiles over HTTP", .timeLimit(.minutes(5)))
struct ProfileRoutesTests {
    private static let path = "/api/v1/boards/{board}/users/{id}/profile"
    private static let ada = #"{"name":"Ada","country":"GB"}"#

    private func ask(_ method: String, _ target: String, _ service: RunningService) async throws -> TestResponse {
        try await ask(method, target, nil, as: nil, service)
    }

    private func ask(
        _ method: String,
        _ target: String,
        _ body: String? = nil,
        as user: String? = nil,
        scope: String? = nil,
        _ service: RunningService
    ) async throws -> TestResponse {
        var headers: [String: String] = [:]
        if let user { headers["Authorization"] = "Bearer \(try service.token(user, scope: scope))" }
        if body != nil { headers["Content-Type"] = "application/json" }
        let answer = try await service.connect().request(method, target, headers, body: body)
        if target.hasSuffix("/profile") {
            let path = target.contains("/boards/") ? Self.path : "/api/v1/users/{id}/profile"
            #expect(Descriptions.complaints(answer, to: method, path) == [], "\(method) \(target) \(answer.status)")
        }
        return answer
    }

    @Test("are set, read and taken away by their owner, of main by either path")
    func life() async throws {
        try await withService { service, _ in
            let (named, short) = ("/api/v1/boards/main/users/ada/profile", "/api/v1/users/ada/profile")
            #expect(try await ask("GET", named, service).body == "{}")
            let kept = try await ask("PUT", named, #" {"country":"GB","name":"Ada "} "#, as: "ada", service)
            #expect(kept.status == 204 && kept.headers["ratelimit"] != nil, "\(kept.body)")
            #expect(try await ask("GET", short, service).body == Self.ada)
            #expect(try await ask("DELETE", short, as: "ada", service).status == 204)
            #expect(try await ask("GET", named, service).body == "{}")
        }
    }

    @Test("are refused with all that is wrong")
    func refusals() async throws {
        try await withService { service, redis in
            let path = "/api/v1/boards/main/users/ada/profile"
            for (body, user, target, status, code) in [
                (Self.ada, nil, path, 401, "missing_token"),
                (Self.ada, "bob", path, 403, "not_your_profile"),
                (#"{"name":"","country":"x"}"#, "ada", path, 400, "invalid_metadata"),
                ("[]", "ada", path, 400, "invalid_metadata"), ("{", "ada", path, 400, "invalid_metadata"),
                ("{\"name\":\"a\u{202E}b\"}", "ada", path, 400, "invalid_metadata"),
                (Self.ada, "ada", "/api/v1/boards/none/users/ada/profile", 404, "board_not_found"),
                (Self.ada, "ada", "/api/v1/boards/None/users/ada/profile", 400, "invalid_board_name"),
                (Self.ada, "ada", "/api/v1/boards/main/users/%20/profile", 400, "invalid_user_id"),
                (String(repeating: " ", count: 4097), "ada", path, 413, "body_too_large"),
            ] as [(String, String?, String, Int, String)] {
                let answer = try await ask("PUT", target, body, as: user, service)
                #expect((answer.status, answer.code) == (status, code), "\(body.prefix(80)) \(target)")
            }
            let both = try await ask("PUT", path, #"{"name":"","country":"x"}"#, as: "ada", service)
            #expect(both.body.contains("name must") && both.body.contains("country must"))
            #expect(try await redis.command("EXISTS", "lb:{main}:meta") == "0")

            _ = try await service.operate("POST", "/users/ada/suspend", #"{"reason":"r"}"#)
            let suspended = try await ask("PUT", path, Self.ada, as: "ada", service)
            #expect((suspended.status, suspended.code) == (403, "user_suspended"))
        }
    }

    @Test("cost a token of the user's updates")
    func limit() async throws {
        try await withService(["RATE_LIMIT_UPDATES": "2", "RATE_LIMIT_INTERVAL_SECONDS": "7200"]) { service, _ in
            let path = "/api/v1/users/ada/profile"
            for status in [204, 204, 429] {
                let answer = try await ask("PUT", path, Self.ada, as: "ada", service)
                #expect(answer.status == status, "\(answer.body)")
                if status == 429 { #expect(answer.headers["retry-after"] != nil) }
            }
            #expect(try await service.update("ada", 1, on: service.connect()).status == 429)
        }
    }

    @Test("come with an update, and stand beside the rows of every read that asks for them")
    func reads() async throws {
        try await withService { service, _ in
            for (target, change) in [
                ("/api/v1/score/update", #""score_increase":7,"metadata":{"name":"Ada"}"#),
                ("/api/v1/boards/main/score/update", #""score_increase":5,"metadata":{"country":"FR"}"#),
            ] {
                let user = target.contains("boards") ? "bob" : "ada"
                let answer = try await ask("POST", target, #"{"user_id":"\#(user)",\#(change)}"#, as: user, service)
                #expect(answer.status == 200, "\(answer.body)")
            }
            let several = #"{"user_id":"cy","updates":[{"board":"main","score_increase":1,"metadata":{"x":[1]}}]}"#
            #expect(try await ask("POST", "/api/v1/score/updates", several, as: "cy", service).status == 200)
            _ = try await service.update("dot", 0, on: service.connect())

            let (ada, bob) = (#""metadata":{"name":"Ada"}"#, #""metadata":{"country":"FR"}"#)
            for (target, has) in [
                ("/boards/main/scoreboard?", [ada, bob, #""metadata":{"x":[1]}"#]), ("/scoreboard?", [ada, bob]),
                ("/boards/main/scoreboard?offset=1&", [bob]),
                ("/boards/main/scoreboard?around_user=ada&limit=1&", [ada]),
                ("/boards/main/scoreboard?around_score=7&limit=1&", [ada]),
                ("/boards/main/scoreboard?users=bob,nobody,ada&", [bob, ada]), ("/boards/main/users/ada?", [ada]),
                ("/scoreboard/users/bob?", [bob]), ("/users/ada/standings?boards=main&", [ada]),
                ("/scoreboards?boards=main&", [ada, bob]),
            ] {
                let answer = try await ask("GET", "/api/v1\(target)include=metadata", service)
                #expect(answer.status == 200, "\(target)")
                for text in has { #expect(answer.body.contains(text), "\(target) \(answer.body)") }
                #expect(!answer.body.contains(#""user_id":"dot","score":0,"rank":4,"metadata""#))
                let plain = try await ask("GET", "/api/v1\(target.dropLast())", service)
                #expect(plain.status == 200 && !plain.body.contains("metadata"), "\(target)")
            }
            for wrong in ["include=x", "include=", "include=metadata&include=metadata"] {
                let answer = try await ask("GET", "/api/v1/boards/main/scoreboard?\(wrong)", service)
                #expect((answer.status, answer.code) == (400, "invalid_query"), "\(wrong)")
            }
            for target in ["/api/v1/score/update", "/api/v1/boards/main/score/update"] {
                let bad = #"{"user_id":"ada","score_increase":1,"metadata":{"country":"XX"}}"#
                let answer = try await ask("POST", target, bad, as: "ada", service)
                #expect((answer.status, answer.code) == (400, "invalid_metadata"), "\(target)")
            }
        }
    }

    @Test("are blanked by an operator until they are allowed again, and set by one")
    func operators() async throws {
        try await withService { service, _ in
            let path = "/api/v1/users/ada/profile"
            #expect(try await ask("PUT", path, #"{"name":"Rude"}"#, as: "ada", service).status == 204)
            let nobody = try await service.operate("POST", "/users/ada/profile/blank", #"{"reason":"r"}"#, scope: nil)
            #expect((nobody.status, nobody.code) == (403, "insufficient_scope"))
            #expect(try await service.operate("POST", "/users/ada/profile/blank", "{}").code == "invalid_body")
            for (act, isHeld, hasChanged) in [("blank", true, true), ("blank", true, false), ("allow", false, true)] {
                let answer = try await service.operate("POST", "/users/ada/profile/\(act)", #"{"reason":"rude"}"#)
                #expect(
                    answer.body
                        == #"{"status":"success","user_id":"ada","held":\#(isHeld),"changed":\#(hasChanged)}"#
                )
                let described = "/api/v1/admin/users/{id}/profile/\(act)"
                #expect(Descriptions.complaints(answer, to: "POST", described) == [])
                if isHeld {
                    #expect(try await ask("GET", path, service).body == "{}")
                    let refused = try await ask("PUT", path, Self.ada, as: "ada", service)
                    #expect((refused.status, refused.code) == (403, "profile_held"))
                }
            }
            #expect(try await ask("PUT", path, Self.ada, as: "ada", service).status == 204)
            let set = try await ask("PUT", path, #"{"name":"Player"}"#, as: "ops", scope: "leaderboard:admin", service)
            #expect(set.status == 204, "\(set.body)")
            let export = try await service.operate("GET", "/users/ada/export")
            #expect(export.body.contains(#""metadata":{"name":"Player"}"#))
            #expect(Descriptions.complaints(export, to: "GET", "/api/v1/admin/users/{id}/export") == [])
            let audit = try await service.operate("GET", "/audit").body
            #expect(audit.contains(#""action":"blank""#) && audit.contains(#""reason":"rude""#))
            #expect(!audit.contains("Player") && !audit.contains("Rude"))

            let environment = [
                "LEADERBOARD_URL": "http://127.0.0.1:\(service.port)",
                "LEADERBOARD_ADMIN_TOKEN": try service.token("ops", scope: "leaderboard:admin"),
            ]
            for (command, line) in [
                ("blank-name", "ada shows no name now."), ("allow-name", "ada may set a name again."),
                ("allow-name", "ada was not held."),
            ] {
                let told = try await ServiceProcess.run(["admin", command, "ada", "--reason", "r"], environment)
                #expect(told.code == 0 && told.output.contains(line), "\(told.output)")
            }
        }
    }

    @Test("may be set by pages of the allowed origins, and read by all")
    func origins() async throws {
        try await withService(["CORS_ALLOWED_ORIGINS": "https://play.example.com"]) { service, _ in
            let connection = try await service.connect()
            for (origin, allows, methods) in [
                ("https://play.example.com", "https://play.example.com", "GET, HEAD, PUT, DELETE, OPTIONS"),
                ("https://other.example.com", "*", "GET, HEAD, OPTIONS"),
            ] {
                let answer = try await connection.request("OPTIONS", "/api/v1/users/ada/profile", ["Origin": origin])
                #expect(answer.status == 204 && answer.headers["vary"] == "Origin")
                #expect(answer.headers["access-control-allow-origin"] == allows)
                #expect(answer.headers["access-control-allow-methods"] == methods)
                #expect(Descriptions.complaints(answer, to: "OPTIONS", "/api/v1/users/{id}/profile") == [])
            }
        }
    }
}
