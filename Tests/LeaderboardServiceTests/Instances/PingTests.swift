import Foundation
import TestSupport
import Testing

@Suite("leaderboard ping")
struct PingTests {
    @Test("exits with 0 while the service is alive or ready, and with 1 when it is not")
    func exitCodes() async throws {
        let redis = try await PrivateRedisServer()
        let service = try await ServiceProcess.serve(["REDIS_URL": redis.url])
        let url = "http://127.0.0.1:\(service.port)"
        try await until { try await ServiceProcess.run(["ping", "--url", url, "--ready"]).code == 0 }
        redis.kill()
        #expect(try await ServiceProcess.run(["ping", "--url", url]).code == 0)
        try await until { try await ServiceProcess.run(["ping", "--url", url, "--ready"]).code == 1 }
        service.signal(SIGKILL)
        try await until { !service.isRunning }
        #expect(try await ServiceProcess.run(["ping", "--url", url]).code == 1)
    }
}
