import TestSupport
import Testing

@testable import LeaderboardService

@Suite("What users say of themselves, live", .timeLimit(.minutes(3)))
struct LiveMetadataTests {
    private func put(_ profile: String, of user: String, _ service: RunningService) async throws {
        let answer = try await service.connect()
            .request(
                "PUT",
                "/api/v1/boards/quiz/users/\(user)/profile",
                ["Authorization": "Bearer \(service.token(user))", "Content-Type": "application/json"],
                body: profile
            )
        #expect(answer.status == 204, "\(answer.body)")
    }

    private func update(_ user: String, _ body: String, _ service: RunningService) async throws {
        let answer = try await service.connect()
            .request(
                "POST",
                "/api/v1/boards/quiz/score/update",
                ["Authorization": "Bearer \(service.token(user))", "Content-Type": "application/json"],
                body: #"{"user_id":"\#(user)",\#(body)}"#
            )
        #expect(answer.status == 200, "\(answer.body)")
    }

    private func viewer(_ service: RunningService, _ query: String) async throws -> TestConnection {
        let viewer = try await service.connect()
        #expect(try await viewer.openWebSocket("/api/v1/boards/quiz/live" + query).status == 101)
        return viewer
    }

    /// The next message of this type.
    private func next(_ type: String, of viewer: TestConnection) async throws -> String {
        while true {
            let text = try await viewer.text()
            if text.hasPrefix(#"{"type":"\#(type)""#) { return text }
        }
    }

    @Test("goes to viewers who asked for it, on every instance, as it changes; the others' messages are what they were")
    func changes() async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        let settings = ["REDIS_URL": redis.url, "LIVE_WINDOW_MS": "0"]
        try await withService(settings) { one in
            try await withService(settings) { other in
                let operators = try await AnOperator(one)
                let definition =
                    #"{"operators":["incr","best"],"windows":[{"name":"all"},{"name":"m","reset":"monthly"}]}"#
                #expect(try await operators.put("quiz", definition, .make).status == 201)
                try await update("ada", #""score_increase":5,"metadata":{"name":"Ada"}"#, one)
                try await update("bob", #""score_increase":3"#, one)
                let plain = try await viewer(one, "")
                let first = try await plain.text()
                #expect(first.hasSuffix(#""scoreboard":[{"user_id":"ada","score":5},{"user_id":"bob","score":3}]}"#))
                let asking = [
                    try await viewer(one, "?include=metadata"),
                    try await viewer(other, "?include=metadata&view=top"),
                    try await viewer(other, "?include=metadata&window=m"),
                ]
                for viewer in asking {
                    let text = try await viewer.text()
                    #expect(
                        text.hasSuffix(
                            #""scoreboard":[{"user_id":"ada","score":5,"metadata":{"name":"Ada"}},"#
                                + #"{"user_id":"bob","score":3,"metadata":null}]}"#
                        ),
                        "\(text)"
                    )
                }

                // By the profile alone; by an update; by one that changes no score; by an operator.
                try await put(#"{"name":"Bob"}"#, of: "bob", one)
                for viewer in asking {
                    let text = try await next("metadata", of: viewer)
                    #expect(text.hasSuffix(#""users":[{"user_id":"bob","metadata":{"name":"Bob"}}]}"#), "\(text)")
                    #expect(text.contains(#""board":"quiz""#) && !text.contains("cursor"))
                }
                try await update("bob", #""score_increase":1,"metadata":{"name":"Bobby"}"#, other)
                try await update("bob", #""score":1,"operator":"best","metadata":{"name":"Robert"}"#, other)
                for viewer in asking {
                    while try await !next("metadata", of: viewer).contains("Robert") {}
                }
                let blanked = try await operators.ask(
                    "POST",
                    "/quiz/users/ada/profile/blank",
                    #"{"reason":"a test"}"#
                )
                #expect(blanked.status == 200, "\(blanked.body)")
                for viewer in asking {
                    let text = try await next("metadata", of: viewer)
                    #expect(text.hasSuffix(#""users":[{"user_id":"ada","metadata":null}]}"#), "\(text)")
                }

                // Who comes among the rows is told of; who says nothing new is not.
                try await put(#"{"name":"Eve"}"#, of: "eve", one)
                try await put(#"{"name":"Robert"}"#, of: "bob", one)
                try await update("eve", #""score_increase":9"#, one)
                for viewer in asking {
                    let text = try await next("metadata", of: viewer)
                    #expect(text.hasSuffix(#""users":[{"user_id":"eve","metadata":{"name":"Eve"}}]}"#), "\(text)")
                }

                // The plain viewer has heard of scores alone.
                var heard: [String] = []
                while heard.last?.contains(#""user_id":"eve""#) != true { heard.append(try await plain.text()) }
                #expect(!heard.contains { $0.contains("metadata") || $0.contains("name") }, "\(heard)")
                #expect(heard.last?.contains(#""score":9,"score_increase":9,"seq":"#) == true)
            }
        }
    }

    @Test("is asked of Redis by nobody who does not want it")
    func cost() async throws {
        try await withService(["LIVE_WINDOW_MS": "0"]) { service, redis in
            let operators = try await AnOperator(service)
            #expect(try await operators.put("quiz", "{}", .make).status == 201)
            try await update("ada", #""score_increase":5"#, service)
            let plain = try await viewer(service, "")
            _ = try await plain.text()
            try await put(#"{"name":"Ada"}"#, of: "ada", service)
            try await update("ada", #""score_increase":1"#, service)
            var text = ""
            while !text.contains(#""score":6"#) {
                text = try await plain.text()
                #expect(!text.contains("Ada"))
            }
            #expect(try await !redis.command("INFO", "commandstats").contains("cmdstat_hmget"))
            let refused = try await service.connect()
                .request("GET", "/api/v1/boards/quiz/events?include=names")
            #expect((refused.status, refused.code) == (400, "invalid_query"))
            let segment = try await service.connect()
                .request("GET", "/api/v1/boards/quiz/events?segment=team:red")
            #expect((segment.status, segment.code) == (400, "invalid_segment"))
        }
    }
}
