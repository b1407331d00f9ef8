import TestSupport
import Testing

@testable import RedisClient

@Suite("Sentinels by ops/redis/sentinel.conf", .timeLimit(.minutes(5)))
struct SentinelTests {
    @Test("replace a primary that died, and make it a replica when it comes back")
    func replace() async throws {
        let world = try await ShippedSentinels(replicas: 1)
        let limits = ["RATE_LIMIT_UPDATES": "100000", "RATE_LIMIT_INTERVAL_SECONDS": "1"]
        let service = try await ServiceProcess.serve(world.settings.merging(limits) { $1 })
        func update(_ complaint: String) async throws {
            try await until(complaint) {
                guard let connection = try? await TestConnection(port: service.port) else { return false }
                return try await Fleet.update("12345", 1, on: connection).status == 200
            }
        }
        try await update("no update at the first primary")
        world.servers[0].kill()
        try await until("nobody is promoted") { try await world.primary() === world.servers[1] }
        try await update("no update at the second primary")
        try await world.servers[0].start()
        try await world.servers[0].follows()
        #expect(try await world.servers[0].role() == "slave")
    }

    @Test("tell anybody where the primary is, and let nobody change it without a password")
    func strangers() async throws {
        let world = try await ShippedSentinels(replicas: 1)
        let sentinel = world.sentinels[0]
        for forbidden in [
            ["SENTINEL", "FAILOVER", "leaderboard"], ["SENTINEL", "REMOVE", "leaderboard"],
            ["SENTINEL", "SET", "leaderboard", "quorum", "1"], ["SENTINEL", "CONFIG", "SET", "announce-port", "1"],
            ["SENTINEL", "MONITOR", "other", "127.0.0.1", "1", "1"], ["SHUTDOWN", "NOSAVE"], ["ACL", "LIST"],
            ["PUBLISH", "__sentinel__:hello", "127.0.0.1,1,x,1,leaderboard,127.0.0.1,1,999"],
        ] {
            let answer = try await sentinel.command(words: forbidden)
            #expect(answer.hasPrefix("NOPERM"), "\(forbidden): \(answer)")
        }
        for channel in SentinelLine.channels {
            let answer = try await sentinel.command(as: "operator", "ACL", "DRYRUN", "default", "SUBSCRIBE", channel)
            #expect(answer == "OK", "\(channel)")
        }
        #expect(try await sentinel.command(as: "operator", "SENTINEL", "CKQUORUM", "leaderboard").hasPrefix("OK 3"))
    }
}
