import Foundation
import TestSupport
import Testing

/// The jobs of `ops/systemd` and `ops/kubernetes`: the commands that stand there, on folders of the test's own.
@Suite("The nightly jobs", .timeLimit(.minutes(5)))
struct NightlyJobsTests {
    enum Deployment: String, CaseIterable { case systemd, kubernetes }

    /// The shell's words of a job.
    private static func script(_ deployment: Deployment, _ folder: URL) async throws -> String {
        switch deployment {
        case .systemd:
            let unit = try ShippedFiles.text("systemd/leaderboard-backup.service")
            let words = try #require(unit.firstMatch(of: /ExecStart=.*\/bin\/sh -euc '((?:.|\n)*?)'\n/)).1
            // As systemd reads it.
            return String(words).replacing("\\\n", with: "").replacing("$$", with: "$").replacing("%%", with: "%")
                .replacing("/usr/local/bin/leaderboard", with: ServiceProcess.program)
                .replacing("/var/lib/leaderboard-backups", with: folder.path)
        case .kubernetes:
            let program = """
                import sys, yaml
                for job in yaml.safe_load_all(open(sys.argv[1])):
                    if job["metadata"]["name"] == "leaderboard-backup":
                        print(job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["command"][2])
                """
            let file = ShippedFiles.root.appending(path: "ops/kubernetes/cronjobs.yaml").path
            return try await Launcher.shared.output("python3", ["-c", program, file])
                .replacing("leaderboard admin", with: "\(ServiceProcess.program) admin")
                .replacing("/backups", with: folder.path)
        }
    }

    @Test(
        "leave the backups of fourteen nights, and nothing of one that was broken off",
        arguments: Deployment.allCases
    )
    func backups(deployment: Deployment) async throws {
        let redis = try await PrivateRedisServer()
        try await redis.command("ZADD", "lb:{main}:scores", "7", "ada")
        try await redis.command("SET", "lb:{other}:board", #"{"version":"1"}"#)
        try await redis.command("HSET", "lb:boards", "other", "{}")
        let folder = redis.folder.appending(path: "backups")
        let manager = FileManager.default
        try manager.createDirectory(at: folder.appending(path: "boards-1.partial"), withIntermediateDirectories: true)
        for night in 0..<16 {
            // One of an earlier release is a file.
            let place = folder.appending(path: night == 0 ? "board-0.ndjson" : "boards-\(night)")
            if night == 0 {
                try Data().write(to: place)
            } else {
                try manager.createDirectory(at: place, withIntermediateDirectories: false)
            }
            let time = Date(timeIntervalSince1970: 1_700_000_000 + Double(night) * 86_400)
            try manager.setAttributes([.modificationDate: time], ofItemAtPath: place.path)
        }
        let script = try await Self.script(deployment, folder)
        let environment = ProcessInfo.processInfo.environment.merging(["REDIS_URL": redis.url]) { $1 }
        let done = try await Launcher.shared.run("sh", ["-euc", script], environment: environment)
        #expect(done.code == 0, "\(done.output)")
        let names = try manager.contentsOfDirectory(atPath: folder.path)
        #expect(names.count == 14 && !names.contains { $0.hasSuffix(".partial") }, "\(names)")
        let newest = try #require(names.first { $0.hasPrefix("boards-20") })
        let files = try manager.contentsOfDirectory(atPath: folder.appending(path: newest).path)
        #expect(files.sorted() == ["definitions.json", "main.ndjson", "other.ndjson"])

        redis.kill()
        let failed = try await Launcher.shared.run("sh", ["-euc", script], environment: environment)
        #expect(failed.code != 0, "\(failed.output)")
        #expect(try manager.contentsOfDirectory(atPath: folder.path).count == 14)
    }
}
