import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A board that is revealed place by place", .timeLimit(.minutes(3)))
struct RevealByRankTests {
    private static let definition =
        #"{"operators":["incr"],"increase_max":1000,"segments":["team"],"totals":["team"],"#
        + #""windows":[{"name":"all"},{"name":"m","reset":"monthly"}]}"#

    /// Every read that a viewer has, of a board, a user and a season.
    private static let reads = [
        "boards/stage/scoreboard", "boards/stage/scoreboard?limit=100", "boards/stage/scoreboard?offset=1&limit=2",
        "boards/stage/scoreboard?include=metadata", "boards/stage/scoreboard?window=all",
        "boards/stage/scoreboard?window=m&season=SEASON", "boards/stage/scoreboard?segment=team:red",
        "boards/stage/scoreboard?around_user=p5", "boards/stage/scoreboard?around_score=105",
        "boards/stage/scoreboard?users=p5,p4", "boards/stage/scoreboard?users=p5&include=metadata",
        "boards/stage/scoreboard?as_of=0", "boards/stage/users/p5", "boards/stage/users/p5?window=m",
        "boards/stage/users/p5?include=metadata", "boards/stage/scores/105", "boards/stage/scores/105?window=m",
        "boards/stage/percentiles?p=100", "boards/stage/count?min=105", "boards/stage/count", "boards/stage/seasons",
        "boards/stage/stats", "boards/stage/stats?window=m", "boards/stage/totals/team",
        "users/p5/standings?boards=stage",
        "scoreboards?boards=stage", "boards/stage", "boards?limit=100", "boards/stage/audit", "boards/stage/export",
        "boards/stage/users/p5/profile",
    ]

    private func update(_ user: String, _ points: Int, _ service: RunningService) async throws -> TestResponse {
        try await service.connect()
            .request(
                "POST",
                "/api/v1/boards/stage/score/update",
                [
                    "Authorization": "Bearer \(service.token(user))", "Content-Type": "application/json",
                    "Prefer": "return=representation",
                ],
                body: #"{"user_id":"\#(user)","score_increase":\#(points),"segments":["team:red"]}"#
            )
    }

    private func viewer(_ service: RunningService, _ query: String = "") async throws -> TestConnection {
        let viewer = try await service.connect()
        #expect(try await viewer.openWebSocket("/api/v1/boards/stage/live" + query).status == 101)
        return viewer
    }

    private func rows(_ text: String) -> String {
        text.firstMatch(of: /"scoreboard":(\[.*?\])/).map { String($0.1) } ?? ""
    }

    @Test("shows each step to viewers of every instance, and tells nowhere what is covered")
    func show() async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        let settings = ["REDIS_URL": redis.url, "LIVE_WINDOW_MS": "0"]
        try await withService(settings) { one in
            try await withService(settings) { other in
                let operators = try await AnOperator(one)
                #expect(try await operators.put("stage", Self.definition, .make).status == 201)
                for place in 1...5 { #expect(try await update("p\(place)", place * 10, one).status == 200) }
                let viewers = [try await viewer(one), try await viewer(other, "?view=top")]
                for viewer in viewers { _ = try await viewer.text() }
                // It is there before the freeze.
                let early = try await viewer(other, "?window=m")
                let season = try #require(try await early.message().season)
                #expect(try await operators.ask("POST", "/stage/freeze", #"{"reason":"a show"}"#).status == 200)

                let then = [50, 40, 30, 20, 10].map { #"{"user_id":"p\#($0 / 10)","score":\#($0)}"# }
                let all = "[" + then.joined(separator: ",") + "]"
                for viewer in viewers + [early] {
                    var told = try await viewer.text()
                    // The board may have been read a second time, for all that was scored just before.
                    while !told.contains(#","frozen":{"since":"#) { told = try await viewer.text() }
                    #expect(rows(told) == all, "\(told)")
                }
                let late = try await viewer(one, "?window=m").text()
                #expect(late.contains(#""window":"m","season":"\#(season)""#) && rows(late) == all, "\(late)")
                #expect(
                    try await one.connect().request("GET", "/api/v1/boards/stage/scoreboard?window=m&limit=1").body
                        == #"[{"user_id":"p5","score":50,"rank":1}]"#
                )

                // The best of now are not those of then.
                for place in 1...5 { #expect(try await update("p\(place)", 100 - place * 9, other).status == 200) }
                func reveal(_ hidden: Int) async throws -> String {
                    try await operators.ask("POST", "/stage/reveal", #"{"reason":"a show","hidden":\#(hidden)}"#).body
                }
                let shown = [105, 104, 103, 102, 101].map { #"{"user_id":"p\#($0 - 100)","score":\#($0)}"# }
                let covered = (1...5).map { #"{"rank":\#($0),"hidden":true}"# }
                for hidden in [3, 2, 1] {
                    #expect(
                        try await reveal(hidden)
                            == #"{"status":"success","board":"stage","frozen":true,"changed":true,"hidden":\#(hidden)}"#
                    )
                    let expected = "[" + (covered.prefix(hidden) + shown.dropFirst(hidden)).joined(separator: ",") + "]"
                    for viewer in viewers {
                        let told = try await viewer.text()
                        #expect(told.contains(#","hidden":\#(hidden)},"#) && rows(told) == expected, "\(told)")
                    }
                    let newcomer = try await viewer(other).text()
                    #expect(rows(newcomer) == expected, "\(newcomer)")
                    #expect(try await reveal(4).hasSuffix(#""changed":false,"hidden":\#(hidden)}"#))
                    try await expectNothingTold(of: (6 - hidden)...5, in: season, one)
                }
                let follower = try await viewer(one, "?user_id=p5&user_id=p4").text()
                #expect(
                    follower.contains(
                        #""users":[{"user_id":"p5","score":null,"rank":null},{"user_id":"p4","score":104,"rank":2}]"#
                    ),
                    "\(follower)"
                )
                #expect(try await update("p5", 0, one).json?["rank"] is NSNull)
                // Nobody is covered any more, and the show is not over.
                for (act, hidden) in [("suspend", 0), ("reinstate", 1)] {
                    let path = "/stage/users/p5/\(act)"
                    #expect(try await operators.ask("POST", path, #"{"reason":"a show"}"#).status == 200)
                    let rows = "[" + (covered.prefix(hidden) + shown.dropFirst()).joined(separator: ",") + "]"
                    for viewer in viewers {
                        let told = try await viewer.text()
                        #expect(told.contains(#","hidden":\#(hidden)},"#) && self.rows(told) == rows, "\(told)")
                    }
                }
                #expect(try await reveal(0).hasSuffix(#""frozen":false,"changed":true}"#))
                for viewer in viewers + [early] {
                    var told = try await viewer.text()
                    // Of a window, what was shown without who was suspended.
                    while viewer === early, told.contains("frozen") { told = try await viewer.text() }
                    #expect(
                        !told.contains("frozen") && rows(told) == "[" + shown.joined(separator: ",") + "]",
                        "\(told)"
                    )
                }
                #expect(try await reveal(3).hasSuffix(#""frozen":false,"changed":false}"#))
                for wrong in ["-1", "101", "1.5", "null", "\"3\""] {
                    let body = #"{"reason":"a show","hidden":\#(wrong)}"#
                    #expect(try await operators.ask("POST", "/stage/reveal", body).code == "invalid_body", "\(wrong)")
                }
            }
        }
    }

    /// - Parameter users: who is covered. Their scores of then are no secret, and those of now are 101 to 105.
    private func expectNothingTold(of users: ClosedRange<Int>, in season: String, _ service: RunningService)
        async throws
    {
        let connection = try await service.connect()
        for token in [nil, try service.token("eve")] {
            let headers = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
            for read in Self.reads {
                let path = "/api/v1/" + read.replacing("SEASON", with: season)
                let answer = try await connection.request("GET", path, headers)
                for user in users {
                    #expect(
                        !answer.body.contains(#""p\#(user)""#) && !answer.body.contains(#""score":10\#(user)"#),
                        "\(read): \(answer.body)"
                    )
                }
            }
        }
    }
}
