import Foundation
import TestSupport
import Testing

@Suite("The operators' commands that go to Redis by themselves", .timeLimit(.minutes(5)))
struct OperatorCommandsTests {
    /// Where a board may be, and the settings that lead there.
    enum Place: CaseIterable {
        case cluster, sentinels, secured
    }

    @Test(
        "work where the service does: in a cluster, by sentinels, over TLS as a user of ops/redis",
        arguments: Place.allCases
    )
    func everywhere(place: Place) async throws {
        switch place {
        case .cluster:
            let cluster = try await RedisCluster()
            try await commands(["REDIS_URL": cluster.url]) {
                try #require(try await cluster.owner(of: FaultyWorld.slot))
            }
        case .sentinels:
            let sentinels = try await RedisSentinels()
            try await commands(["REDIS_URL": sentinels.url, "DURABILITY": "replicated"]) {
                try await sentinels.primary()
            }
        case .secured:
            let files = try await TestCertificate()
            let redis = try await PrivateRedisServer(
                port: .tls(certificate: files.certificate, key: files.key, authority: files.certificate),
                isDeployed: true
            )
            let url = "rediss://leaderboard:LEADERBOARD_PASSWORD@localhost:\(redis.port ?? 0)"
            try await commands(["REDIS_URL": url, "REDIS_CA_FILE": files.certificate]) { redis }
        }
    }

    private func commands(
        _ settings: [String: String],
        _ primary: @escaping @Sendable () async throws -> PrivateRedisServer
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lb-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "backup").path
        try await withService(settings) { service in
            func admin(_ arguments: String...) async throws -> (output: String, code: Int32) {
                try await ServiceProcess.run(["admin"] + arguments, settings)
            }
            func score() async throws -> String {
                try await primary().command("ZSCORE", "lb:{main}:scores", "ada")
            }
            #expect(try await service.update("ada", 50, on: service.connect()).status == 200)
            #expect(try await admin("verify").code == 0)
            #expect(try await admin("backup", file) == ("1 user and 1 audit entry, up to update 1.\n", 0))
            try await primary().command("ZADD", "lb:{main}:scores", "7", "ada")
            #expect(try await admin("verify").code == 3)
            let rebuilt = try await admin("rebuild", "--yes")
            #expect(rebuilt.code == 0, "\(rebuilt.output)")
            #expect(try await score() == "50")
            #expect(try await service.update("ada", 1, on: service.connect()).status == 200)
            let restored = try await admin("restore", file, "--reason", "r", "--yes")
            #expect(restored.code == 0, "\(restored.output)")
            #expect(try await score() == "50")
            #expect(try await admin("verify").code == 0)
        }
        let doctor = try await ServiceProcess.run(["doctor"], settings.merging(["JWT_SECRET": testSecret]) { $1 })
        #expect(!doctor.output.contains("cannot be used"), "\(doctor.output)")
    }
}
