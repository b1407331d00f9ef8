import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The users of ops/redis/users.acl", .timeLimit(.minutes(5)))
struct RedisUsersTests {
    @Test("a publishing service may raise a score and tell viewers of it")
    func publisher() async throws {
        let redis = try await ShippedRedis()
        try await withService(redis.settings) { service in
            let viewer = try await service.connect()
            _ = try await viewer.openWebSocket()
            _ = try await viewer.message()
            #expect(try await redis.command(as: "publisher", "ZINCRBY", "lb:{main}:scores", "7", "12345") == "7")
            let event = #"{"user_id":"12345","score":7}"#
            try await redis.command(as: "publisher", "PUBLISH", "lb:{main}:events", event)
            var message = try await viewer.message()
            while message.changes == nil { message = try await viewer.message() }
            #expect(message.changes?.first?.score == 7)
        }
    }

    @Test("a reporting service may write into a board's stream, where that counts")
    func reporter() async throws {
        let redis = try await ShippedRedis()
        try await redis.command("SET", "lb:{arena}:board", #"{"intake":true,"version":"1"}"#)
        try await withService(redis.settings, adjust: { $0.intake.round = .milliseconds(50) }) { service in
            let made = try await AnOperator(service).put("other", #"{"intake":true}"#, .make)
            #expect(made.status == 201)
            // The index learns of a board that nobody made over HTTP when somebody meets it.
            #expect(try await service.connect().request("GET", "/api/v1/boards/arena").status == 200)
            for board in ["arena", "other"] {
                let line = "XADD lb:{\(board)}:in * user_id 12345 score_increase 7"
                let id = try await redis.command(as: "reporter", line.split(separator: " ").map(String.init))
                #expect(id.contains("-") && !id.hasPrefix("NOPERM"), "\(id)")
                try await until { try await redis.command("ZSCORE", "lb:{\(board)}:scores", "12345") == "7" }
            }
        }
    }

    /// What each may not; what it may is in the tests of what it does.
    @Test(
        "each may do its own work and nothing else",
        arguments: [
            (
                "leaderboard",
                [
                    "GET other", "PUBLISH elsewhere x", "FLUSHALL", "CONFIG SET appendonly no", "FUNCTION FLUSH",
                    "SHUTDOWN",
                    "ACL LIST", "ACL GETUSER default", "CLUSTER RESET", "REPLICAOF NO ONE", "REPLCONF listening-port 1",
                    "CLIENT PAUSE 1",
                ]
            ),
            (
                "publisher",
                [
                    "PUBLISH elsewhere x", "DEL lb:{main}:scores", "XADD lb:{main}:audit * a b", "ZADD other 1 x",
                    "FUNCTION FLUSH", "CONFIG GET *", "FCALL leaderboard_begin 0", "ACL WHOAMI", "INFO",
                ]
            ),
            (
                "reporter",
                [
                    "XADD lb:{main}:audit * a b", "XADD lb:{main}:rejected * a b", "XADD in * a b", "XLEN lb:{main}:in",
                    "XRANGE lb:{main}:in - +", "XDEL lb:{main}:in 1-1", "DEL lb:{main}:in", "GET lb:{main}:seq",
                    "PUBLISH lb:{main}:events x", "FCALL leaderboard_begin 0", "FUNCTION FLUSH", "INFO", "ACL WHOAMI",
                ]
            ),
            (
                "replicator",
                ["GET lb:{main}:seq", "INFO", "CONFIG GET *", "REPLICAOF NO ONE", "KEYS *", "SUBSCRIBE a", "ACL LIST"]
            ),
            (
                "sentinel",
                [
                    "GET lb:{main}:seq", "CONFIG GET *", "CONFIG SET dir /", "ACL LIST", "SHUTDOWN",
                    "REPLCONF listening-port 1",
                    "PUBLISH lb:{main}:events x", "SUBSCRIBE lb:{main}:events", "FLUSHALL", "CLIENT PAUSE 1",
                    "CLIENT LIST",
                ]
            ),
            (
                "operator",
                [
                    "FLUSHALL", "DEL lb:{main}:scores", "ZINCRBY lb:{main}:scores 1 x", "ZREM other x", "KEYS *",

                    "MODULE LIST", "EVAL return 0", "FCALL leaderboard_begin 0", "FUNCTION FLUSH",
                    "REPLCONF listening-port 1",
                    "MONITOR",
                ]
            ),
        ]
    )
    func nothingElse(user: String, forbidden: [String]) async throws {
        let redis = try await ShippedRedis()
        for line in forbidden {
            let answer = try await redis.command(as: user, line.split(separator: " ").map(String.init))
            #expect(answer.hasPrefix("NOPERM"), "\(line): \(answer)")
        }
    }

    @Test(
        "without a password nobody is anybody, whatever rights the default user has",
        arguments: ShippedSetup.allCases
    )
    func strangers(setup: ShippedSetup) async throws {
        guard setup != .systemd else { return }
        let redis = try await ShippedRedis(setup)
        let rules = try await redis.command(as: "operator", "ACL", "LIST").split(separator: "\n")
        #expect(rules.contains { $0.hasPrefix("user default off ") && $0.hasSuffix("~* &* +@all") })
        for user in ["default", "leaderboard"] { redis.use("", of: user) }
        for user in ["default", "leaderboard"] {
            for words in [["PING"], ["GET", "lb:{main}:seq"], ["CONFIG", "GET", "*"]] {
                let answer = try await redis.command(as: user, words)
                #expect(answer.contains("NOAUTH") || answer.contains("WRONGPASS"), "\(user) \(words): \(answer)")
            }
        }
    }
}
