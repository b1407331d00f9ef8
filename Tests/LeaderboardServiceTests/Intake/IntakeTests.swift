import Leaderboard
import RedisClient
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("What services write into the streams of boards", .timeLimit(.minutes(3)))
struct IntakeTests {
    private static func quick(_ configuration: inout ServiceConfiguration) {
        configuration.intake.beat = .milliseconds(5)
        configuration.intake.round = .milliseconds(50)
        configuration.intake.renewal = .milliseconds(50)
        configuration.intake.rest = .milliseconds(50)
    }

    private static let intake =
        #"{"intake":true,"operators":["incr","decr"],"service_rate_limit":{"updates":1000000,"interval_seconds":1}}"#

    private static func doctor(_ redis: PrivateRedisServer) async -> [String] {
        await Doctor(testSettings(["LIVE_MAX_SUBSCRIBERS": "10", "REDIS_URL": redis.url])).findings()
            .filter { $0.subject == "intake" }.map(\.fact)
    }

    private static func empties(_ boards: [String], _ redis: PrivateRedisServer) async throws {
        for board in boards {
            try await until("entries of \(board) wait") { try await redis.command("XLEN", "lb:{\(board)}:in") == "0" }
        }
    }

    @Test("counts once, on several boards and instances, whichever instance comes and goes")
    func instances() async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        let own = ["REDIS_URL": redis.url]
        let boards = ["one", "two", "three"]
        // Each entry twice, as of a writer that did not hear of the first.
        @Sendable func write(_ numbers: Range<Int>) async throws {
            let script = """
                for n = \(numbers.lowerBound), \(numbers.upperBound - 1) do
                  redis.call('XADD', KEYS[1], '*', 'user_id', 'u' .. n % 5, 'score_increase', '1', 'id', 'k' .. n, 'actor', 'game')
                  redis.call('XADD', KEYS[1], '*', 'user_id', 'u' .. n % 5, 'score_increase', '1', 'id', 'k' .. n, 'actor', 'game')
                end
                """
            for board in boards { try await redis.command("EVAL", script, "1", "lb:{\(board)}:in") }
        }
        try await withService(own, adjust: Self.quick) { first in
            let ops = try await AnOperator(first)
            for board in boards { #expect(try await ops.put(board, Self.intake, .make).status == 201) }
            try await withService(own, adjust: Self.quick) { _ in
                try await write(0..<60)
                try await Self.empties(boards, redis)
            }
            // Another one takes over, whichever it was.
            try await write(60..<80)
            try await Self.empties(boards, redis)
        }
        // What comes while none is there waits.
        try await write(80..<100)
        try await withService(own, adjust: Self.quick) { service in
            try await Self.empties(boards, redis)
            for board in boards {
                #expect(try await redis.command("XLEN", "lb:{\(board)}:audit") == "100")
                #expect(try await redis.command("ZSCORE", "lb:{\(board)}:scores", "u3") == "20")
            }
            let entries = try await redis.command("XREVRANGE", "lb:{one}:audit", "+", "-", "COUNT", "1")
            #expect(entries.contains("game") && entries.contains("in-"))
            let scrape = try await service.connect().request("GET", "/metrics").body
            #expect(scrape.contains(#"leaderboard_intake_entries_total{outcome="counted"} 60"#))
            #expect(scrape.contains(#"leaderboard_intake_entries_total{outcome="replayed"} 60"#))
            #expect(scrape.contains("leaderboard_intake_waiting_entries 0"))
        }
    }

    @Test("counts in a cluster, whichever of its servers has the board")
    func cluster() async throws {
        let cluster = try await RedisCluster()
        try await withService(["REDIS_URL": cluster.url], adjust: Self.quick) { service in
            let ops = try await AnOperator(service)
            for number in 1...6 {
                let board = "b\(number)"
                #expect(try await ops.put(board, Self.intake, .make).status == 201)
                let node = try #require(try await cluster.owner(of: ClusterSlot.of(board)))
                for user in ["ada", "bob", "{x}"] {
                    try await node.command(
                        "XADD",
                        "lb:{\(board)}:in",
                        "*",
                        "user_id",
                        user,
                        "score_increase",
                        "\(number)"
                    )
                }
                try await until { try await node.command("XLEN", "lb:{\(board)}:in") == "0" }
                #expect(try await node.command("ZSCORE", "lb:{\(board)}:scores", "bob") == "\(number)")
                #expect(try await node.command("XLEN", "lb:{\(board)}:rejected") == "1")
            }
        }
    }

    @Test("follows the definition: nothing is read without an intake, and what changes holds at once")
    func definitions() async throws {
        try await withService(adjust: Self.quick) { service, redis in
            let ops = try await AnOperator(service)
            #expect(try await ops.put("b", #"{"intake":false}"#, .make).status == 201)
            #expect(try await ops.put("c", #"{"intake":1}"#, .make).status == 400)
            #expect(try await ops.put("c", Self.intake, .make).status == 201)
            let shown = try await service.connect().request("GET", "/api/v1/boards/c").body
            #expect(shown.contains(#""intake":true"#))
            for board in ["b", "c", "main"] {
                try await redis.command("XADD", "lb:{\(board)}:in", "*", "user_id", "ada", "score_increase", "1")
            }
            try await Self.empties(["c"], redis)
            #expect(try await redis.command("XLEN", "lb:{b}:in") == "1")
            #expect(try await redis.command("XLEN", "lb:{main}:in") == "1")
            #expect(
                await Self.doctor(redis).contains {
                    $0.contains("without an intake: 1 in lb:{b}:in, 1 in lb:{main}:in")
                }
            )
            #expect(try await ops.put("b", Self.intake, .change("1")).status == 200)
            try await Self.empties(["b"], redis)
            #expect(try await redis.command("ZSCORE", "lb:{b}:scores", "ada") == "1")
            // The reader knows the board without increases as one with them, until it is told.
            #expect(try await ops.put("b", #"{"intake":true,"increase_max":2}"#, .change("2")).status == 200)
            try await redis.command("XADD", "lb:{b}:in", "*", "user_id", "ada", "score_increase", "3")
            try await redis.command("XADD", "lb:{b}:in", "*", "user_id", "ada", "score_increase", "2")
            try await Self.empties(["b"], redis)
            #expect(try await redis.command("ZSCORE", "lb:{b}:scores", "ada") == "3")
            let rejected = try await redis.command("XRANGE", "lb:{b}:rejected", "-", "+")
            #expect(rejected.contains("invalid_score_increase"))
            let scrape = try await service.connect().request("GET", "/metrics").body
            #expect(scrape.contains(#"leaderboard_intake_rejections_total{code="invalid_score_increase"} 1"#))
            // What waits is counted, too, where it cannot be taken because another key of the board is of another type.
            try await redis.command("DEL", "lb:{b}:rejected")
            try await redis.command("SET", "lb:{b}:rejected", "x")
            try await redis.command("XADD", "lb:{b}:in", "*", "user_id", "ada", "score_increase", "3")
            func waiting() async throws -> Bool {
                try await service.connect().request("GET", "/metrics").body
                    .contains("\nleaderboard_intake_waiting_entries 1\n")
            }
            try await until { try await waiting() }
            for _ in 0..<20 { #expect(try await waiting()) }
            try await redis.command("DEL", "lb:{b}:rejected")
            try await Self.empties(["b"], redis)
            #expect(try await redis.command("XLEN", "lb:{b}:rejected") == "1")
            // A stream of another type keeps none of the others from being read.
            try await redis.command("DEL", "lb:{b}:in")
            try await redis.command("SET", "lb:{b}:in", "x")
            try await redis.command("XADD", "lb:{c}:in", "*", "user_id", "ada", "score_decrease", "4")
            let told = await Self.doctor(redis)
            #expect(told.contains { $0.contains("something else than a stream stands in lb:{b}:in") })
            #expect(told.contains { $0.contains("rejected in the last days: 1 in lb:{b}:rejected") })
            try await Self.empties(["c"], redis)
            #expect(try await redis.command("ZSCORE", "lb:{c}:scores", "ada") == "-3")
            try await redis.command("DEL", "lb:{b}:in")
            try await redis.command("XADD", "lb:{b}:in", "*", "user_id", "bob", "score_increase", "1")
            try await Self.empties(["b"], redis)
            #expect(try await redis.command("ZSCORE", "lb:{b}:scores", "bob") == "1")
        }
    }
}
