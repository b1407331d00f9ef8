import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("leaderboard board", .timeLimit(.minutes(5)))
struct BoardCommandTests {
    @Test("makes, shows, changes, lists and deletes boards, and applies a file of them")
    func life() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lb-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "boards.json")
        try await withService { service, redis in
            let environment = [
                "LEADERBOARD_URL": "http://127.0.0.1:\(service.port)", "REDIS_URL": redis.url,
                "LEADERBOARD_ADMIN_TOKEN": try service.token("ops", scope: "leaderboard:admin"),
            ]
            func run(_ arguments: String...) async throws -> (output: String, code: Int32) {
                try await ServiceProcess.run(arguments, environment)
            }
            func board(_ arguments: String...) async throws -> (output: String, code: Int32) {
                try await ServiceProcess.run(["board"] + arguments, environment)
            }
            #expect(
                try await board("create", "speedrun", "--order", "asc", "--ties", "first", "--operator", "best")
                    == ("speedrun is made, version 1.\n", 0)
            )
            let twice = try await board("create", "speedrun")
            #expect(twice.code == 1 && twice.output.contains("leaderboard board change speedrun"), "\(twice.output)")
            #expect(try await board("create", "Speed Run").code == 64)
            #expect(
                try await board("change", "speedrun", "--title", "Any %", "--rate-limit", "5/10")
                    == (#"speedrun: title "" → "Any %", rate_limit 60/60 → 5/10, version 2."# + "\n", 0)
            )
            #expect(try await board("change", "speedrun", "--title", "Any %") == ("speedrun is so already.\n", 0))
            #expect(try await board("change", "speedrun").code == 64)
            #expect(try await board("change", "speedrun", "--accent", "red").code == 64)
            #expect(
                try await board("change", "speedrun", "--accent", "#0A7A3C", "--dry-run").output
                    .hasPrefix("speedrun: accent none → #0a7a3c")
            )
            #expect(try await board("show", "nobody").code == 1)
            let shown = try await board("show", "speedrun")
            #expect(shown.code == 0 && shown.output.contains(#""operators":["best"]"#), "\(shown.output)")
            #expect(try await board("create", "level-*").code == 0)
            let list = try await board("list").output
            #expect(
                list == """
                    level-*  desc id incr  public  version 1
                    main  desc id incr  public  version 0
                    speedrun  asc first best  public  version 2  "Any %"

                    """
            )

            let definitions = try await board("list", "--json").output
            try definitions.write(to: file, atomically: true, encoding: .utf8)
            #expect(
                try await board("apply", file.path) == ("Nothing to change: 3 definitions as in the file.\n", 0)
            )
            try #"[{"name":"speedrun","order":"asc","ties":"first","operator":"best"},{"name":"new","title":"N"}]"#
                .write(to: file, atomically: true, encoding: .utf8)
            let changes = "speedrun: title \"Any %\" → \"\", rate_limit 5/10 → 60/60\nnew: new\n"
            #expect(try await board("apply", file.path, "--dry-run") == (changes, 0))
            #expect(try await board("show", "new").code == 1)
            #expect(try await board("apply", file.path).code == 1)
            #expect(
                try await board("apply", file.path, "--yes") == (changes + "2 definitions made or changed.\n", 0)
            )
            #expect(try await board("show", "new").code == 0)
            try #"[{"name":"a","ties":"x"},{"name":"A"},{"title":"t"},{"name":"b"},{"name":"b"},7]"#
                .write(to: file, atomically: true, encoding: .utf8)
            let bad = try await board("apply", file.path, "--yes")
            #expect(bad.code == 1)
            for words in ["a: ties must be", "A: A board's name", "definition 3: name must", "b: it is there twice"] {
                #expect(bad.output.contains(words), "\(bad.output)")
            }
            #expect(try await board("show", "b").code == 1)

            try await redis.command("ZADD", "lb:{new}:scores", "5", "alice")
            #expect(
                try await run("admin", "suspend", "alice", "--reason", "r", "--board", "new")
                    == ("alice is suspended; the score is kept.\n", 0)
            )
            #expect(try await run("admin", "audit", "--board", "new").output.contains("suspend"))
            #expect(try await run("admin", "audit").output.contains("suspend") == false)
            let verified = try await run("admin", "verify", "--board", "new")
            #expect(verified.output.contains("users"), "\(verified.output)")
            #expect(try await run("admin", "verify", "--board", "nobody").code == 2)
            // It is defined, and nobody is on it yet.
            let empty = try await run("admin", "verify", "--board", "speedrun")
            #expect(empty.code == 0, "\(empty.output)")
            let kept = try await board("delete", "new", "--yes")
            #expect(kept.code == 1 && kept.output.contains("new has scores or an audit: with --data"), "\(kept.output)")
            #expect(try await board("delete", "new", "--data").code == 1)
            #expect(try await board("delete", "new", "--data", "--yes").output.hasSuffix("new is deleted.\n"))
            #expect(try await redis.command("KEYS", "lb:{new}:*") == "")
        }
    }
}
