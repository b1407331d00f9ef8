import Leaderboard
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("How many watch a board", .timeLimit(.minutes(2)))
struct PresenceTests {
    private static func viewers(_ board: String, _ service: RunningService) async throws -> String {
        let path = board == "main" ? "/api/v1/scoreboard/stats" : "/api/v1/boards/\(board)/stats"
        let body = try await service.connect().request("GET", path).body
        return String(body.prefix { $0 != "," }.drop { $0 != ":" }.dropFirst())
    }

    private static func expect(_ wanted: String, on board: String, _ services: RunningService...) async throws {
        for service in services {
            try await until("not \(wanted) on \(board)") { try await viewers(board, service) == wanted }
        }
    }

    @Test("is told by each instance over all of them, those that have none too, until the last has gone")
    func everywhere() async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        let own = ["REDIS_URL": redis.url]
        try await withService(own) { first in
            let windows = #"{"windows":[{"name":"all"},{"name":"day","reset":"daily"}]}"#
            #expect(try await AnOperator(first).put("arena", windows, .make).status == 201)
            try await withService(own) { second in
                try await withService(own) { idle in
                    var viewers: [TestConnection] = []
                    for (service, path) in [
                        (first, "/api/v1/scoreboard/live"), (first, "/api/v1/scoreboard/live"),
                        (second, "/api/v1/scoreboard/live"), (second, "/api/v1/boards/arena/live"),
                        (first, "/api/v1/boards/arena/live?window=day"),
                        (second, "/api/v1/boards/arena/live?window=day"),
                    ] {
                        let viewer = try await service.connect()
                        #expect(try await viewer.openWebSocket(path).status == 101)
                        viewers.append(viewer)
                    }
                    try await Self.expect("3", on: "main", first, second, idle)
                    try await Self.expect("1", on: "arena", first, second, idle)
                    for service in [first, second, idle] {
                        try await until {
                            try await service.connect().request("GET", "/api/v1/boards/arena/stats?window=day").body
                                .hasPrefix(#"{"viewers":2,"#)
                        }
                    }
                    #expect(try await redis.command("HLEN", "lb:{main}:viewers") == "2")
                    // Those of an instance that died are forgotten.
                    let time = try await redis.command("TIME").split(separator: "\n").first.flatMap { Int($0) } ?? 0
                    for (field, text) in [
                        ("dead ", "50 \(time * 1000 - 1)"), ("alive ", "10 \(time * 1000 + 600_000)"), ("x", "y"),
                        ("rubbish ", "7"), ("other day", "9 \(time * 1000 + 600_000)"),
                    ] { try await redis.command("HSET", "lb:{main}:viewers", field, text) }
                    try await Self.expect("13", on: "main", first, idle)
                    try await until { try await redis.command("HKEYS", "lb:{main}:viewers").contains("dead") == false }
                    try await redis.command("HDEL", "lb:{main}:viewers", "alive ")
                    viewers[2].close()
                    try await Self.expect("2", on: "main", idle, second)
                    for viewer in viewers { viewer.close() }
                    try await Self.expect("0", on: "main", idle, first, second)
                    try await Self.expect("0", on: "arena", idle, first, second)
                    try await until { try await redis.command("EXISTS", "lb:{arena}:viewers") == "0" }
                }
            }
        }
    }
}
