import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

/// `leaderboard admin verify|backup|restore --all-boards`.
@Suite("Commands for every board", .timeLimit(.minutes(5)))
struct AllBoardsCommandTests {
    /// A Redis with `main`, boards of three ties, and a template, all of it made by a service that has ended.
    private func withBoards(
        _ own: [String: String] = [:],
        _ body: (_ redis: PrivateRedisServer, _ folder: URL) async throws -> Void
    ) async throws {
        let redis = try await PrivateRedisServer()
        try await withService(["REDIS_URL": redis.url].merging(own) { $1 }) { service in
            let operators = try await AnOperator(service)
            for ties in ["first", "dense", "shared"] {
                let made = try await operators.put("b-\(ties)", #"{"ties":"\#(ties)","title":"of \#(ties)"}"#, .make)
                #expect(made.status == 201, "\(made.body)")
            }
            _ = try await operators.put("level-*", #"{"ties":"last"}"#, .make)
            for board in ["main", "b-first", "b-dense", "b-shared", "level-1"] {
                for user in ["ada", "bob", "cyd"] { try await update(service.port, user, board) }
            }
        }
        try await body(redis, redis.folder)
    }

    private func update(_ port: Int, _ user: String, _ board: String) async throws {
        let token = try TokenSigner(testSettings()).token(user: user, lifetime: .seconds(600))
        let answer = try await TestConnection(port: port).request(
            "POST",
            "/api/v1/boards/\(board)/score/update",
            ["Authorization": "Bearer \(token)", "Content-Type": "application/json"],
            body: #"{"user_id":"\#(user)","score_increase":7}"#
        )
        #expect(answer.status == 200, "\(answer.body)")
    }

    private func run(_ redis: PrivateRedisServer, _ arguments: String...) async throws -> (output: String, code: Int32)
    {
        try await ServiceProcess.run(arguments, ["REDIS_URL": redis.url])
    }

    /// What each board is, by its keys.
    private func state(of redis: PrivateRedisServer) async throws -> [String] {
        var state: [String] = []
        for board in ["main", "b-first", "b-dense", "b-shared", "level-1"] {
            for words in [
                ["ZRANGE", "lb:{\(board)}:scores", "0", "-1", "WITHSCORES"], ["GET", "lb:{\(board)}:board"],
            ] { state.append(try await redis.command(words: words)) }
        }
        return state
    }

    @Test("verify tells each board in a line, and ends with the code of the worst")
    func verify() async throws {
        try await withBoards { redis, _ in
            let right = try await run(redis, "admin", "verify", "--all-boards")
            #expect(right.code == 0 && right.output.contains("5 boards checked: all are right."), "\(right.output)")
            #expect(right.output.contains("1 of 5  b-dense: right, 3 audit entries"), "\(right.output)")

            try await redis.command("ZADD", "lb:{b-shared}:scores", "99", "ada")
            let scores = try await run(redis, "admin", "verify", "--all-boards")
            #expect(scores.code == 3 && scores.output.contains("1 not right"), "\(scores.output)")
            #expect(try await run(redis, "admin", "verify", "--all-boards", "--allow-unexplained").code == 0)

            try await redis.command("RENAME", "lb:{b-dense}:scores", "lb:{b-dense}:kept")
            try await redis.command("SET", "lb:{b-dense}:scores", "x")
            let unchecked = try await run(redis, "admin", "verify", "--all-boards")
            #expect(unchecked.code == 2 && unchecked.output.contains("b-dense (2)"), "\(unchecked.output)")

            try await redis.command("DEL", "lb:{level-1}:chain")
            let wrong = try await run(redis, "admin", "verify", "--all-boards")
            #expect(wrong.code == 1, "\(wrong.output)")
            for part in ["b-dense (2)", "b-shared (3)", "level-1 (1)", "--board NAME"] {
                #expect(wrong.output.contains(part), "\(part): \(wrong.output)")
            }
            try await redis.command("DEL", "lb:{b-first}:board")
            let lost = try await run(redis, "admin", "verify", "--all-boards")
            #expect(lost.code == 1 && lost.output.contains("b-first (2)"), "\(lost.output)")
            #expect(lost.output.contains("leaderboard board create b-first"), "\(lost.output)")
            let both = try await run(redis, "admin", "verify", "--all-boards", "--board", "b-dense")
            #expect(both.code == 64, "\(both.output)")
        }
    }

    @Test("backup makes a folder of which restore makes the same boards, with their templates, anywhere")
    func backup() async throws {
        try await withBoards { redis, folder in
            let path = folder.appending(path: "all").path
            let made = try await run(redis, "admin", "backup", "--all-boards", path + "/")
            #expect(made.code == 0 && made.output.contains("5 boards backed up"), "\(made.output)")
            let names = ["b-dense", "b-first", "b-shared", "level-1", "main"].map { $0 + ".ndjson" }
            let files = try FileManager.default.contentsOfDirectory(atPath: path)
            #expect(files.sorted() == (names + ["definitions.json"]).sorted())
            for (file, mode) in [("", 0o700), ("/main.ndjson", 0o600), ("/definitions.json", 0o600)] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path + file)
                #expect(attributes[.posixPermissions] as? Int == mode, "\(file)")
            }
            let again = try await run(redis, "admin", "backup", "--all-boards", path)
            #expect(again.code == 1 && again.output.contains("no empty folder"), "\(again.output)")

            let before = try await state(of: redis)
            let other = try await PrivateRedisServer()
            let trial = try await run(other, "admin", "restore", "--all-boards", path, "--reason", "r", "--dry-run")
            #expect(trial.code == 0 && trial.output.contains("it is made"), "\(trial.output)")
            #expect(try await other.command("EXISTS", "lb:{b-first}:scores") == "0")
            let restored = try await run(other, "admin", "restore", "--all-boards", path, "--reason", "r")
            #expect(restored.code == 0 && restored.output.contains("5 boards restored."), "\(restored.output)")
            #expect(try await state(of: other) == before)
            #expect(try await other.command("GET", "lb:{level-*}:board").contains(#""ties":"last""#))
            #expect(try await run(other, "admin", "verify", "--all-boards").code == 0)

            try await other.command("SADD", "lb:{b-first}:suspended", "ada")
            try await other.command("HSET", "lb:{b-dense}:holding", "hold bob", "ops 1 why")
            let undone = try await run(other, "admin", "restore", "--all-boards", path, "--reason", "r", "--dry-run")
            #expect(undone.output.contains("; no longer suspended: ada\n"), "\(undone.output)")
            #expect(undone.output.contains("; on hold as before, though not in the backup: bob\n"), "\(undone.output)")
            let asked = try await run(other, "admin", "restore", "--all-boards", path, "--reason", "r")
            #expect(asked.code == 1 && asked.output.contains("say --yes"), "\(asked.output)")
            let nothing = try await run(other, "admin", "restore", "--all-boards", folder.path, "--reason", "r")
            #expect(nothing.code == 1 && nothing.output.contains("is no backup of all boards"), "\(nothing.output)")
        }
    }

    @Test("restore goes on where it stopped, and keeps what has happened since on boards that were done")
    func resume() async throws {
        try await withBoards { redis, folder in
            let path = folder.appending(path: "all").path
            #expect(try await run(redis, "admin", "backup", "--all-boards", path).code == 0)
            let file = "\(path)/b-shared.ndjson"
            let whole = try String(contentsOfFile: file, encoding: .utf8)
            try whole.replacing(#""score":7"#, with: #""score":8"#).write(
                to: URL(filePath: file),
                atomically: false,
                encoding: .utf8
            )
            let other = try await PrivateRedisServer()
            let broken = try await run(other, "admin", "restore", "--all-boards", path, "--reason", "r", "--yes")
            #expect(
                broken.code == 1 && broken.output.contains("4 boards restored. Not restored: b-shared"),
                "\(broken.output)"
            )
            #expect(broken.output.contains("--resume"), "\(broken.output)")

            try await withService(["REDIS_URL": other.url]) { service in
                for board in ["b-first", "main"] { try await update(service.port, "zed", board) }
            }
            try whole.write(to: URL(filePath: file), atomically: false, encoding: .utf8)
            // What the index lost comes back, of boards that are passed over, too.
            try await other.command("HDEL", "lb:boards", "b-first")
            let rest = try await run(
                other,
                "admin",
                "restore",
                "--all-boards",
                path,
                "--reason",
                "r",
                "--resume",
                "--yes"
            )
            #expect(rest.code == 0 && rest.output.contains("4 of them restored before"), "\(rest.output)")
            #expect(rest.output.contains("1 board restored."), "\(rest.output)")
            #expect(try await other.command("HEXISTS", "lb:boards", "b-first") == "1")
            for board in ["b-first", "main"] {
                #expect(try await other.command("ZCARD", "lb:{\(board)}:scores") == "4", "\(board)")
            }
            #expect(try await other.command("ZCARD", "lb:{b-shared}:scores") == "3")
            let twice = try await run(other, "admin", "restore", "--all-boards", path, "--reason", "r", "--yes")
            #expect(twice.code == 0, "\(twice.output)")
            #expect(try await other.command("ZCARD", "lb:{main}:scores") == "3")
        }
    }

    @Test("backup has the other boards where one fails, and nothing where there is none")
    func failures() async throws {
        try await withBoards { redis, folder in
            let nowhere = folder.appending(path: "none/all").path
            let refused = try await run(redis, "admin", "backup", "--all-boards", nowhere)
            #expect(refused.code == 1 && refused.output.contains("there is no folder"), "\(refused.output)")
            try await redis.command("DEL", "lb:{b-dense}:scores")
            try await redis.command("SET", "lb:{b-dense}:scores", "x")
            let path = folder.appending(path: "all").path
            let made = try await run(redis, "admin", "backup", "--all-boards", path)
            #expect(
                made.code == 1 && made.output.contains("has 4 of 5 boards. Not backed up: b-dense"),
                "\(made.output)"
            )
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 5)

            let empty = try await PrivateRedisServer()
            let nothing = try await run(empty, "admin", "backup", "--all-boards", folder.appending(path: "none").path)
            #expect(nothing.code == 2 && nothing.output.contains("there is no board"), "\(nothing.output)")
            #expect(try await run(empty, "admin", "verify", "--all-boards").code == 2)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("none") } == []
            )
        }
    }

    @Test("backup that is ended in the middle leaves no folder of its name", arguments: [SIGKILL, SIGTERM])
    func interrupted(signal: Int32) async throws {
        try await withBoards { redis, folder in
            let fill = """
                for n = 1, 300000 do redis.call('XADD', KEYS[1], '*', 'user', 'ada', 'increase', '0', 'score', 7, 'seq', n) end
                """
            try await redis.command("EVAL", fill, "1", "lb:{level-1}:audit")
            let path = folder.appending(path: "all").path
            // On a machine under load it may have ended before it is found to be in the middle: then once more.
            for _ in 1...5 {
                try? FileManager.default.removeItem(atPath: path)
                let process = try await Launcher.shared.launch(
                    ServiceProcess.program,
                    ["admin", "backup", "--all-boards", path],
                    environment: ["REDIS_URL": redis.url]
                )
                // The last but one board is under way.
                try await until {
                    FileManager.default.fileExists(atPath: path + ".partial/b-shared.ndjson") || !process.isRunning
                }
                kill(process.processIdentifier, signal)
                try await until { !process.isRunning }
                if !FileManager.default.fileExists(atPath: path) { break }
            }
            try await redis.command("UNLINK", "lb:{level-1}:audit")
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(FileManager.default.fileExists(atPath: path + ".partial") == (signal == SIGKILL))
            #expect(try await run(redis, "admin", "backup", "--all-boards", path).code == 0)
            #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
        }
    }
}
