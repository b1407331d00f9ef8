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
                ["admin", "backup", file.path, "--yes"],
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

    @Test("leaves a file that is there, what a link leads to as well, unless it is empty or --yes is said")
    func keepsOld() async throws {
        let redis = try await PrivateRedisServer()
        try await redis.command("ZADD", "lb:{main}:scores", "7", "ada")
        let (file, link) = (redis.folder.appending(path: "board"), redis.folder.appending(path: "link"))
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "board")
        for words in [["admin", "backup"], ["board", "export", "main"]] {
            func run(_ path: String, _ more: String...) async throws -> (output: String, code: Int32) {
                try await ServiceProcess.run(words + [path] + more, ["REDIS_URL": redis.url])
            }
            for path in [file.path, link.path] {
                try "the old one".write(to: file, atomically: false, encoding: .utf8)
                let refused = try await run(path)
                #expect(refused.code == 1 && refused.output.contains("stays as it is"), "\(refused.output)")
                #expect(try String(contentsOf: file, encoding: .utf8) == "the old one")
            }
            try "".write(to: file, atomically: false, encoding: .utf8)
            #expect(try await run(file.path).code == 0)
            #expect(try await run(file.path, "--yes").code == 0)
            #expect(try await run("-").output.contains("ada"))
            // What is no file of its own stays what it is, and gets the rows.
            #expect(try await run(link.path, "--yes").code == 0)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == "board")
            #expect(try String(contentsOf: file, encoding: .utf8).contains("ada"))
            // And is for its owner alone, as a new file is.
            #expect(try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int == 0o600)
            let unnamed = try await run("")
            #expect(unnamed.code == 1 && unnamed.output.contains("the file has no name"), "\(unnamed.output)")
            // Standard output by its other name: behind what is there.
            try "the old one\n".write(to: file, atomically: false, encoding: .utf8)
            let command = ([ServiceProcess.program] + words + ["/dev/stdout"]).joined(separator: " ")
            let line = "REDIS_URL='\(redis.url)' \(command) >> '\(file.path)'"
            #expect(try await Launcher.shared.run("sh", ["-c", line]).code == 0)
            let behind = try String(contentsOf: file, encoding: .utf8)
            #expect(behind.hasPrefix("the old one\n") && behind.contains("ada"), "\(behind)")
            let pipe = redis.folder.appending(path: "pipe-\(words[0])").path
            #expect(unsafe mkfifo(pipe, 0o600) == 0)
            let reader = unsafe open(pipe, O_RDWR | O_NONBLOCK)
            defer { close(reader) }
            #expect(try await run(pipe).code == 0)
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = unsafe read(reader, &bytes, bytes.count)
            #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).contains("ada"))
            let kind = try FileManager.default.attributesOfItem(atPath: pipe)[.type] as? FileAttributeType
            #expect(kind != .typeRegular)
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
                ["admin", "backup", path, "--yes"],
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
