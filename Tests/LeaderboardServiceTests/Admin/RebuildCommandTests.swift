import Foundation
import TestSupport
import Testing

@Suite("leaderboard admin rebuild", .timeLimit(.minutes(5)))
struct RebuildCommandTests {
    @Test("brings a removed audit back from a backup, and where changes are lost only when it is told to")
    func lostAudit() async throws {
        let redis = try await PrivateRedisServer()
        let file = redis.folder.appending(path: "backup").path
        @Sendable func admin(_ arguments: String...) async throws -> (output: String, code: Int32) {
            try await ServiceProcess.run(["admin"] + arguments, ["REDIS_URL": redis.url])
        }
        try await withService(["REDIS_URL": redis.url]) { service in
            let writer = try await service.connect()
            for user in ["ada", "grace"] { _ = try await service.update(user, 50, on: writer) }
            #expect(try await service.operate("POST", "/users/grace/suspend", #"{"reason":"r"}"#).status == 200)
            #expect(try await admin("backup", file).code == 0)
            try await redis.command("DEL", "lb:{main}:audit", "lb:{main}:suspended")
            #expect(try await admin("verify").code == 1)
            let rebuilt = try await admin("rebuild", "--from", file, "--yes")
            #expect(rebuilt.code == 0 && rebuilt.output.contains("3 audit entries brought back"), "\(rebuilt.output)")
            let verified = try await admin("verify")
            #expect(verified.code == 0, "\(verified.output)")
            #expect(try await service.update("grace", 5, on: writer).status == 403)

            #expect(try await service.update("ada", 7, on: writer).status == 200)
            try await redis.command("DEL", "lb:{main}:audit")
            #expect(try await service.update("grace", 5, on: writer).status == 403)
            let tried = try await admin("rebuild", "--from", file, "--dry-run")
            #expect(tried.code == 0 && tried.output.contains("Without --dry-run, this is refused"), "\(tried.output)")
            let refused = try await admin("rebuild", "--from", file, "--yes")
            #expect(refused.code == 1 && refused.output.contains("changes are lost"), "\(refused.output)")
            let forced = try await admin("rebuild", "--from", file, "--force", "--yes")
            #expect(forced.code == 0 && forced.output.contains("1 user kept"), "\(forced.output)")
            let sound = try await admin("verify")
            #expect(sound.code == 0, "\(sound.output)")
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "ada") == "57")
        }
    }

    @Test("names whose suspension was removed, and verify exits with 1")
    func suspension() async throws {
        let redis = try await PrivateRedisServer()
        try await withService(["REDIS_URL": redis.url]) { service in
            _ = try await service.update("grace", 50, on: service.connect())
            _ = try await service.operate("POST", "/users/grace/suspend", #"{"reason":"r"}"#)
            try await redis.command("DEL", "lb:{main}:suspended")
            let verified = try await ServiceProcess.run(["admin", "verify"], ["REDIS_URL": redis.url])
            #expect(verified.code == 1)
            #expect(verified.output.contains("grace: not suspended on the board, suspended by the audit"))
        }
    }
}
