import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Boards of a template", .timeLimit(.minutes(5)))
struct TemplateBoardsTests {
    private static func update(
        _ board: String,
        _ change: String = #""score_increase":1"#,
        as user: String,
        from address: String,
        _ service: RunningService
    ) async throws -> TestResponse {
        let connection = try await service.connect()
        defer { connection.close() }
        let answer = try await connection.request(
            "POST",
            "/api/v1/boards/\(board)/score/update",
            [
                "Authorization": "Bearer \(service.token(user))", "Content-Type": "application/json",
                "X-Forwarded-For": address,
            ],
            body: #"{"user_id":"\#(user)",\#(change)}"#
        )
        #expect(Descriptions.complaints(answer, to: "POST", "/api/v1/boards/{board}/score/update") == [])
        return answer
    }

    @Test("are made by a player, and from an address, so many times an hour, and not by what is refused anyway")
    func limit() async throws {
        let own = [
            "BOARDS_BY_TEMPLATE": "3", "BOARDS_BY_TEMPLATE_INTERVAL_SECONDS": "3600", "TRUSTED_PROXIES": "127.0.0.0/8",
        ]
        try await withService(own) { service, redis in
            let operators = try await AnOperator(service)
            _ = try await operators.put("level-*", "{}", .make)
            func update(_ number: Int, as user: String, from address: String) async throws -> TestResponse {
                try await Self.update("level-\(number)", as: user, from: address, service)
            }
            for number in 10..<15 {
                let refused = try await Self.update("level-\(number)", "", as: "eve", from: "192.0.2.1", service)
                #expect(refused.status == 400)
            }
            #expect(try await redis.command("HLEN", "lb:boards") == "1")
            for number in 0..<3 { #expect(try await update(number, as: "eve", from: "192.0.2.1").status == 200) }
            let fourth = try await update(3, as: "eve", from: "192.0.2.1")
            #expect((fourth.status, fourth.code) == (429, "too_many_new_boards"))
            let wait = try #require(fourth.headers["retry-after"].flatMap { Int($0) })
            #expect((1...1200).contains(wait))
            // Another address does not help the player, another name does not help the address.
            #expect(try await update(3, as: "eve", from: "192.0.2.2").code == "too_many_new_boards")
            #expect(try await update(3, as: "mallory", from: "192.0.2.1").code == "too_many_new_boards")
            // What is there takes updates of everybody, and others make boards.
            #expect(try await update(2, as: "mallory", from: "192.0.2.1").status == 200)
            #expect(try await update(3, as: "ada", from: "192.0.2.3").status == 200)
            #expect(try await update(3, as: "eve", from: "192.0.2.1").status == 200)
            #expect(try await operators.put("more", "{}", .make).status == 201)
            // In several updates as in one.
            let connection = try await service.connect()
            let several = try await connection.request(
                "POST",
                "/api/v1/score/updates",
                [
                    "Authorization": "Bearer \(service.token("eve"))", "Content-Type": "application/json",
                    "X-Forwarded-For": "192.0.2.9",
                ],
                body:
                    #"{"user_id":"eve","updates":[{"board":"level-1","score_increase":1},{"board":"level-9","score_increase":1}]}"#
            )
            #expect(several.body.contains(#""http_status":429,"code":"too_many_new_boards""#))
            #expect(several.body.contains(#""retry_after":"#))
            #expect(try await redis.command("EXISTS", "lb:{level-9}:board") == "0")
        }
    }

    @Test("leave the last tenth of BOARDS_MAX to operators")
    func reserve() async throws {
        try await withService(["BOARDS_MAX": "20", "BOARDS_BY_TEMPLATE": "1000"]) { service, redis in
            let operators = try await AnOperator(service)
            _ = try await operators.put("level-*", "{}", .make)
            var codes: [String?] = []
            for number in 0..<20 {
                codes.append(try await Self.update("level-\(number)", as: "eve", from: "192.0.2.1", service).code)
            }
            #expect(codes == Array(repeating: nil, count: 17) + Array(repeating: "boards_limit", count: 3))
            for (name, status) in [("a", 201), ("b", 201), ("c", 409)] {
                #expect(try await operators.put(name, "{}", .make).status == status, "\(name)")
            }
        }
    }
}
