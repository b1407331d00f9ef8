import Foundation
import TestSupport
import Testing

@Suite("What is promised of an update is looked at while the service runs", .timeLimit(.minutes(5)))
struct DurabilityWatchTests {
    @Test(
        "with DURABILITY=fsynced, not ready while Redis is set otherwise",
        arguments: ["appendfsync everysec", "appendonly no"]
    )
    func settings(change: String) async throws {
        let redis = try await PrivateRedisServer(arguments: ["--appendfsync", "always"])
        try await withService(["REDIS_URL": redis.url, "DURABILITY": "fsynced"]) { service in
            let (name, value) = (change.split(separator: " ")[0], change.split(separator: " ")[1])
            #expect(try await redis.command("CONFIG", "SET", "\(name)", "\(value)") == "OK")
            try await service.becomesReady(false)
            let answer = try await service.connect().request("GET", "/readyz")
            #expect(answer.code == "not_durable")
            try await redis.command("CONFIG", "SET", "appendonly", "yes", "appendfsync", "always")
            try await service.becomesReady()
        }
    }

    @Test("a user default that would lose the board in a restart is told in the log, soon after the start")
    func rights() async throws {
        let redis = try await ShippedRedis()
        #expect(try await redis.command(as: "operator", "ACL", "SETUSER", "default", "resetkeys", "-@all") == "OK")
        let service = try await ServiceProcess.serve(redis.settings)
        try await until { try service.log.contains("redis would not find the board again after a restart") }
    }
}
