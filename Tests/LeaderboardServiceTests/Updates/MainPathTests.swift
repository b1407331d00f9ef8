import TestSupport
import Testing

@testable import LeaderboardService

@Suite("An update by the path without a board", .timeLimit(.minutes(3)))
struct MainPathTests {
    private static let definition =
        #"{"operators":["incr"],"segments":["team"],"windows":[{"name":"all"},{"name":"m","reset":"monthly"}]}"#

    private static func update(
        _ members: String,
        _ service: RunningService,
        _ headers: [String: String] = [:]
    ) async throws -> TestResponse {
        let own = ["Authorization": "Bearer \(try service.token("ada"))", "Content-Type": "application/json"]
        let answer = try await service.connect().request(
            "POST",
            "/api/v1/score/update",
            own.merging(headers) { $1 },
            body: #"{"user_id":"ada","score_increase":5\#(members)}"#
        )
        #expect(Descriptions.complaints(answer, to: "POST", "/api/v1/score/update") == [], "\(answer.body)")
        return answer
    }

    @Test("is refused with a season or segments that main has not, and tells the scores in the windows that it has")
    func seasons() async throws {
        try await withService { service, redis in
            for (members, status, code) in [
                (#","season":"2026-11""#, 404, "season_not_found"), (#","season":null"#, 400, "invalid_season"),
                (#","season":5"#, 400, "invalid_season"),
                (#","segments":["team:red"]"#, 400, "invalid_segment"), (#","segments":[]"#, 400, "invalid_segment"),
            ] {
                let answer = try await Self.update(members, service)
                #expect((answer.status, answer.code) == (status, code), "\(members)")
            }
            #expect(try await redis.command("EXISTS", "lb:{main}:audit") == "0")
            let plain = try await Self.update(#","note":1"#, service, ["Prefer": "return=representation"])
            #expect(plain.body.hasSuffix(#""score":5,"rank":1,"seq":1}"#))
            #expect(try await AnOperator(service).put("main", Self.definition, .change("0")).status == 200)
            try await until {
                let answer = try await Self.update("", service, ["Prefer": "return=representation"])
                return answer.body.contains(#","windows":{"m":{"season":""#)
            }
            #expect(try await Self.update(#","segments":["team:red"]"#, service).status == 200)
        }
    }

    @Test("with the key of another one, be it another in its segments, metadata or season only, is a conflict")
    func keys() async throws {
        try await withService { service, redis in
            #expect(try await AnOperator(service).put("main", Self.definition, .change("0")).status == 200)
            try await until { try await Self.update(#","segments":["team:blue"]"#, service).status == 200 }
            let score = try await redis.command("ZSCORE", "lb:{main}:scores", "ada")
            let season = try await redis.command("GET", "lb:{main}:seasons").firstMatch(of: /\d{4}-\d\d/)
            let bodies = [
                "", #","segments":["team:red"]"#, #","segments":["team:green"]"#, #","metadata":{"name":"A"}"#,
                #","metadata":{"name":"B"}"#, #","metadata":{}"#, #","segments":["team:red"],"metadata":{"name":"A"}"#,
                #","season":"\#(try #require(season).output)""#,
                #","season":"\#(try #require(season).output)","segments":["team:red"]"#,
            ]
            for (place, first) in bodies.enumerated() {
                let key = ["Idempotency-Key": "k\(place)"]
                #expect(try await Self.update(first, service, key).status == 200, "\(first)")
                for body in bodies {
                    let answer = try await Self.update(body, service, key)
                    let isRetry = body == first
                    #expect(answer.status == (isRetry ? 200 : 422), "\(first), then \(body): \(answer.body)")
                    #expect(answer.headers["idempotency-replayed"] == (isRetry ? "true" : nil))
                    #expect(isRetry || answer.code == "idempotency_key_reused")
                }
            }
            let total = (Int(score) ?? 0) + 5 * bodies.count
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "ada") == "\(total)")
            // Said in another order, it is the same.
            let key = ["Idempotency-Key": "order"]
            let (one, other) = (#"{"country":"DE","name":"A"}"#, #"{"name":"A","country":"DE"}"#)
            #expect(try await Self.update(#","metadata":\#(one)"#, service, key).status == 200)
            let again = try await Self.update(#", "metadata" : \#(other)"#, service, key)
            #expect(again.headers["idempotency-replayed"] == "true")
        }
    }
}
