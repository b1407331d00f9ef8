import Foundation
import TestSupport
import Testing

@Suite("leaderboard admin backup", .timeLimit(.minutes(5)))
struct BackupCommandTests {
    /// A board whose backup takes a while: so many entries of its audit.
    private func withLongAudit(
        _ body: (_ redis: PrivateRedisServer, _ folder: URL) async throws -> Void
    ) async throws {
        let redis = try await PrivateRedisServer()
        let folder = redis.folder.appending(path: "backups")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        let fill = """
            for n = 1, 60000 do redis.call('XADD', KEYS[1], n .. '-0', 'user', 'ada', 'increase', '1', 'score', n, 'seq', n) end
            redis.call('SET', KEYS[2], 60000)
            """
        try await redis.command("EVAL", fill, "2", "lb:{main}:audit", "lb:{main}:seq")
        try await body(redis, folder)
    }

    private func pages(_ redis: PrivateRedisServer) async throws -> Int {
        let statistics = try await redis.command("INFO", "commandstats")
        return statistics.firstMatch(of: /cmdstat_fcall_ro:calls=(\d+)/).flatMap { Int($0.1) } ?? 0
    }

    @Test(
        "that is ended in the middle leaves nothing, and an old file as it was",
        arguments: [SIGKILL, SIGINT, SIGTERM]
    )
    func interrupted(signal: Int32) async throws {
        try await withLongAudit { redis, folder in
            let file = folder.appending(path: "board")
            try "the old one".write(to: file, atomically: false, encoding: .utf8)
            let process = try await Launcher.shared.launch(
                ServiceProcess.program,
                ["admin", "backup", file.path],
                environment: ["REDIS_URL": redis.url]
            )
            try await until { try await pages(redis) > 10 || !process.isRunning }
            #expect(process.isRunning)
            kill(process.processIdentifier, signal)
            try await until { !process.isRunning }
            #expect(process.exitCode != 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["board"])
            #expect(try String(contentsOf: file, encoding: .utf8) == "the old one")
        }
    }

    @Test("that does not fit leaves nothing, and says so")
    func full() async throws {
        try await withLongAudit { redis, folder in
            let command = "REDIS_URL='\(redis.url)' '\(ServiceProcess.program)' admin backup"
            // A file may have 512 KB: the write fails as on a full disk.
            let limited = "trap '' XFSZ; ulimit -f 1000; \(command) '\(folder.path)/board'"
            let answer = try await Launcher.shared.run("sh", ["-c", limited])
            #expect(answer.code == 1 && answer.output.contains("is not written to"), "\(answer.output)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
            let device = try await Launcher.shared.run("sh", ["-c", "\(command) /dev/full"])
            #expect(device.code == 1 && device.output.contains("No space left on device"), "\(device.output)")
        }
    }

    @Test("takes the place of the old file, for its owner alone")
    func replaces() async throws {
        let redis = try await PrivateRedisServer()
        try await redis.command("ZADD", "lb:{main}:scores", "7", "ada")
        let file = redis.folder.appending(path: "board")
        for name in ["board", "board.partial"] {
            try "old".write(to: redis.folder.appending(path: name), atomically: false, encoding: .utf8)
        }
        for path in [file.path, "board"] {
            let answer = try await Launcher.shared.run(
                ServiceProcess.program,
                ["admin", "backup", path],
                environment: ["REDIS_URL": redis.url],
                directory: redis.folder
            )
            #expect(answer.code == 0, "\(answer.output)")
            #expect(try String(contentsOf: file, encoding: .utf8).contains(#""user":"ada","score":7"#))
            let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(!FileManager.default.fileExists(atPath: file.path + ".partial"))
        }
    }
}
