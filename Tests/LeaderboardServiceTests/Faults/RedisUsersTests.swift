import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The users of ops/redis/users.acl", .timeLimit(.minutes(5)))
struct RedisUsersTests {
    @Test("a publishing service may raise a score and tell viewers of it, and nothing else")
    func publisher() async throws {
        try await withService { service, redis in
            let viewer = try await service.connect()
            _ = try await viewer.openWebSocket()
            _ = try await viewer.message()
            #expect(try await redis.command(as: "publisher", ["ZINCRBY", "lb:{main}:scores", "7", "12345"]) == "7")
            let event = #"{"user_id":"12345","score":7}"#
            _ = try await redis.command(as: "publisher", ["PUBLISH", "lb:{main}:events", event])
            var message = try await viewer.message()
            while message.changes == nil { message = try await viewer.message() }
            #expect(message.changes?.first?.score == 7)
            for forbidden in [
                ["PUBLISH", "elsewhere", event], ["DEL", "lb:{main}:scores"],
                ["XADD", "lb:{main}:audit", "*", "a", "b"],
                ["ZADD", "other", "1", "x"], ["FUNCTION", "FLUSH"], ["CONFIG", "GET", "*"],
                ["FCALL", "leaderboard_begin", "0"],
            ] {
                let answer = try await redis.command(as: "publisher", forbidden)
                #expect(answer.hasPrefix("NOPERM"), "\(forbidden): \(answer)")
            }
        }
    }

    @Test("the service may not touch keys and channels of others, nor change the server")
    func service() async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        for forbidden in [
            ["GET", "other"], ["PUBLISH", "elsewhere", "x"], ["FLUSHALL"], ["CONFIG", "SET", "appendonly", "no"],
            ["FUNCTION", "FLUSH"], ["SHUTDOWN"], ["ACL", "LIST"], ["CLUSTER", "RESET"], ["REPLICAOF", "NO", "ONE"],
        ] {
            let answer = try await redis.command(as: "leaderboard", forbidden)
            #expect(answer.hasPrefix("NOPERM"), "\(forbidden): \(answer)")
        }
    }
}

extension PrivateRedisServer {
    /// As one of the users of `users.acl`.
    fileprivate func command(as user: String, _ words: [String]) async throws -> String {
        let login = ["-s", socketPath, "--no-auth-warning", "--user", user, "--pass", "\(user.uppercased())_PASSWORD"]
        return try await Launcher.shared.output("redis-cli", login + words)
    }
}
