import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

/// What the commands do that are about more than one board, or about what a board is.
@Suite("Commands of operators who have many boards", .timeLimit(.minutes(5)))
struct ManyBoardsCommandTests {
    private typealias Run = @Sendable (_ arguments: String...) async throws -> (output: String, code: Int32)

    private func withCommands(
        _ body:
            @Sendable (_ run: @escaping Run, _ service: RunningService, _ redis: PrivateRedisServer) async throws ->
            Void
    ) async throws {
        try await withService { service, redis in
            let environment = [
                "LEADERBOARD_URL": "http://127.0.0.1:\(service.port)", "REDIS_URL": redis.url,
                "LEADERBOARD_ADMIN_TOKEN": try service.token("ops", scope: "leaderboard:admin"),
            ]
            try await body(
                { (arguments: String...) in try await ServiceProcess.run(arguments, environment) },
                service,
                redis
            )
        }
    }

    private func update(_ service: RunningService, _ user: String, _ points: Int, _ board: String) async throws {
        let writer = try await service.connect()
        let answer = try await writer.request(
            "POST",
            "/api/v1/boards/\(board)/score/update",
            ["Authorization": "Bearer \(try service.token(user))", "Content-Type": "application/json"],
            body: #"{"user_id":"\#(user)","score_increase":\#(points)}"#
        )
        #expect(answer.status == 200, "\(answer.body)")
    }

    @Test("take numbers below 0, and change a definition that others change at the same time")
    func definitions() async throws {
        try await withCommands { run, _, _ in
            #expect(try await run("board", "create", "deep", "--min", "-10", "--max=-1").code == 0)
            #expect(try await run("board", "show", "deep").output.contains(#""min":-10,"max":-1"#))
            let changed = try await withThrowingTaskGroup(of: Int32.self, returning: [Int32].self) { group in
                for (option, value) in [("--title", "T"), ("--increase-max", "7"), ("--visibility", "private")] {
                    group.addTask { try await run("board", "change", "deep", option, value).code }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(changed == [0, 0, 0])
            let shown = try await run("board", "show", "deep").output
            for member in [#""title":"T""#, #""increase_max":7"#, #""visibility":"private""#] {
                #expect(shown.contains(member), "\(shown)")
            }
            let nobody = try await run("board", "delete", "nobody", "--yes")
            #expect(nobody.code == 1 && !nobody.output.contains("To be deleted"), "\(nobody.output)")
        }
    }

    @Test("give main other ties while it is served, and back what the environment says of it")
    func main() async throws {
        try await withCommands { run, service, _ in
            for user in ["ada", "bob", "cyd"] { try await update(service, user, 7, "main") }
            let fixed = try await run("board", "change", "main", "--ties", "first")
            #expect(fixed.code == 1 && fixed.output.contains("leaderboard admin change-ties"), "\(fixed.output)")
            let asked = try await run("admin", "change-ties", "first", "--reason", "r")
            #expect(asked.code == 1 && asked.output.contains("say --yes"), "\(asked.output)")
            for words in [
                "main has 3 users; its ties are id:", "They become first: who reached a score first is ahead",
                "Equals keep the order that they have now.",
                "into lb:{main}:restoring:scores and lb:{main}:restoring:at, which take about 594 bytes",
                "Updates go on meanwhile",
            ] { #expect(asked.output.contains(words), "\(asked.output)") }
            let changed = try await run("admin", "change-ties", "first", "--reason", "r", "--yes")
            #expect(changed.code == 0, "\(changed.output)")
            try await update(service, "zed", 7, "main")
            let rows = try await service.connect().request("GET", "/api/v1/boards/main/scoreboard").body
            #expect(
                rows.replacing(#""score":7,"#, with: "")
                    == #"[{"user_id":"cyd","rank":1},{"user_id":"bob","rank":2},{"user_id":"ada","rank":3},{"user_id":"zed","rank":4}]"#
            )
            let stays = try await run("board", "delete", "main", "--yes")
            #expect(stays.code == 1 && stays.output.contains("change-ties"), "\(stays.output)")
            #expect(try await run("admin", "change-ties", "id", "--reason", "r", "--yes").code == 0)
            #expect(try await run("board", "delete", "main", "--yes").code == 0)
            #expect(try await run("board", "show", "main").output.contains(#""version":"0""#))
            let none = try await run("board", "delete", "main", "--yes")
            #expect(none.code == 1 && none.output.contains("no definition of its own"), "\(none.output)")
            try await update(service, "zed", 1, "main")
        }
    }

    @Test("restore a board with its definition where it is not there, and into another one only where that is said")
    func restore() async throws {
        try await withCommands { run, service, redis in
            #expect(try await run("board", "create", "arcade", "--ties", "last").code == 0)
            for user in ["ada", "bob", "cyd"] { try await update(service, user, 7, "arcade") }
            let file = redis.folder.appending(path: "backup").path
            #expect(try await run("admin", "backup", file, "--board", "arcade").code == 0)
            let other = try await run("admin", "restore", file, "--reason", "r", "--yes")
            #expect(other.code == 1 && other.output.contains("--as main"), "\(other.output)")
            #expect(try await run("board", "delete", "arcade", "--data", "--yes").code == 0)
            for words in [["--board", "arcade"], ["--as", "copy"]] {
                let restored = try await ServiceProcess.run(
                    ["admin", "restore", file, "--reason", "r"] + words,
                    ["REDIS_URL": redis.url]
                )
                #expect(restored.code == 0, "\(restored.output)")
                let rows = try await service.connect()
                    .request("GET", "/api/v1/boards/\(words[1])/scoreboard").body
                #expect(rows.hasPrefix(#"[{"user_id":"cyd","score":7,"rank":1},{"user_id":"bob""#), "\(rows)")
            }
            #expect(try await run("board", "create", "plain").code == 0)
            let asked = try await run("admin", "restore", file, "--reason", "r", "--as", "plain")
            #expect(asked.code == 1 && asked.output.contains("ties id → last"), "\(asked.output)")
        }
    }

    @Test("put boards that the index lost back into it: a file that changes nothing, a restore, a look at one")
    func lostIndex() async throws {
        try await withCommands { run, service, redis in
            for name in ["one", "two", "three"] { #expect(try await run("board", "create", name).code == 0) }
            let file = redis.folder.appending(path: "two").path
            #expect(try await run("admin", "backup", file, "--board", "two").code == 0)
            let definitions = redis.folder.appending(path: "definitions.json")
            try #"[{"name":"one"}]"#.write(to: definitions, atomically: true, encoding: .utf8)
            try await redis.command("DEL", "lb:boards")
            let told = await Doctor(service.settings).findings().filter { $0.subject == "index" }
            #expect(told.count == 1 && told.allSatisfy { $0.fact.hasSuffix("one, three, two") }, "\(told)")
            let applied = try await run("board", "apply", definitions.path)
            #expect(applied.code == 0 && applied.output.contains("Nothing to change"), "\(applied.output)")
            #expect(
                try await run("admin", "restore", file, "--board", "two", "--reason", "r", "--yes").code == 0
            )
            #expect(try await run("board", "show", "three").code == 0)
            #expect(try await redis.command("HLEN", "lb:boards") == "3")
        }
    }

    @Test("do to a user on all boards what they do on one, say where, and end with 1 where a board failed")
    func allBoards() async throws {
        try await withCommands { run, service, redis in
            for board in ["one", "two", "three"] {
                #expect(try await run("board", "create", board).code == 0)
                if board != "three" { try await update(service, "ada", 5, board) }
            }
            try await update(service, "ada", 5, "main")
            let suspended = try await run("admin", "suspend", "ada", "--all-boards", "--reason", "r")
            #expect(suspended.code == 0 && suspended.output.contains("ada is on 3 boards."), "\(suspended.output)")
            #expect(suspended.output.contains("2 of 3  one: suspended\n"), "\(suspended.output)")
            #expect(
                try await redis.command("SISMEMBER", "lb:{two}:suspended", "ada")
                    + redis.command("SISMEMBER", "lb:{three}:suspended", "ada") == "10"
            )
            let again = try await run("admin", "suspend", "ada", "--all-boards", "--reason", "r", "--yes")
            #expect(again.output.contains("3 of 3  two: was suspended already\n"), "\(again.output)")
            #expect(try await run("admin", "reinstate", "ada", "--all-boards", "--reason", "r").code == 0)
            let second = try await run("admin", "reinstate", "ada", "--all-boards", "--reason", "r")
            #expect(second.code == 0 && second.output.contains("3 of 3  two: was not suspended\n"), "\(second.output)")
            let exported = try await run("admin", "export", "ada", "--all-boards").output
            let lines = exported.split(separator: "\n").filter { $0.hasPrefix(#"{"board":"#) }
            #expect(lines.map { $0.prefix(15) } == [#"{"board":"main""#, #"{"board":"one","#, #"{"board":"two","#])
            #expect(exported.contains("Looked at 4 boards") && exported.contains("something of ada is kept on 3."))
            for (command, name) in [("suspend", "one"), ("reinstate", "main")] {
                let both = try await run("admin", command, "ada", "--all-boards", "--board", name, "--reason", "r")
                #expect(both.code == 64 && both.output.contains("either --board or --all-boards"), "\(both.output)")
            }

            // Whom no board knows.
            let revert = try await run("admin", "revert", "--user", "ghost", "--reason", "r", "--yes")
            let all = try await run("admin", "revert", "--user", "ghost", "--reason", "r", "--yes", "--all-boards")
            for unknown in [revert, all] {
                #expect(
                    unknown.code == 1 && unknown.output.contains("user_not_found: This user is"),
                    "\(unknown.output)"
                )
            }
            let ghost = try await run("admin", "suspend", "ghost", "--reason", "r", "--all-boards")
            #expect(ghost.code == 0 && ghost.output.contains("is it spelt as the game spells it?"), "\(ghost.output)")

            let trial = try await run("admin", "revert", "--user", "ada", "--all-boards", "--reason", "r", "--dry-run")
            #expect(trial.code == 0 && trial.output.contains("1 update to be taken back"), "\(trial.output)")
            #expect(
                try await run("admin", "revert", "--user", "ada", "--all-boards", "--reason", "r", "--yes").code == 0
            )
            #expect(try await redis.command("ZSCORE", "lb:{two}:scores", "ada") != "5")
            let nothing = try await run("admin", "revert", "--user", "ada", "--board", "two", "--reason", "r")
            #expect(nothing.code == 0 && nothing.output.contains("nothing of ada to take back."), "\(nothing.output)")

            // What was taken back counts again, as it is told before.
            func unrevert(_ how: String) async throws -> (output: String, code: Int32) {
                try await run("admin", "unrevert", "--user", "ada", "--board", "two", "--reason", "r", how)
            }
            let looked = try await unrevert("--dry-run")
            #expect(looked.output.contains("1 update of ada would count again: the score would be 5, 5 points more."))
            #expect(
                try await unrevert("--yes").output.contains(
                    "1 update of ada counts again: the score is 5, 5 points more."
                )
            )
            #expect(try await redis.command("ZSCORE", "lb:{two}:scores", "ada") == "5")
            #expect(try await unrevert("--yes").output.contains("nothing of ada is taken back that could count again."))
            #expect(try await run("admin", "audit", "--board", "two").output.contains("unrevert  ada  +5  = 5"))
            _ = try await run("admin", "revert", "--user", "ada", "--board", "two", "--reason", "r", "--yes")
            func unrevertAll(_ user: String, _ how: String) async throws -> (output: String, code: Int32) {
                try await run("admin", "unrevert", "--user", user, "--all-boards", "--reason", "r", how)
            }
            let both = try await unrevertAll("ada", "--dry-run")
            #expect(both.code == 0 && both.output.contains("4 of 4  two: 1 update of ada would"), "\(both.output)")
            let none = try await unrevertAll("ghost", "--yes")
            #expect(none.code == 0 && none.output.contains("nothing of ghost is taken back"), "\(none.output)")
            let undone = try await unrevertAll("ada", "--yes")
            #expect(
                undone.code == 0 && undone.output.contains("3 of 3  two: 1 update of ada counts"),
                "\(undone.output)"
            )
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "ada") == "5")

            // Nothing is left of the score on this board, but the audit still has the name.
            try await redis.command("ZREM", "lb:{one}:scores", "ada")
            let dry = try await run("admin", "erase", "ada", "--all-boards", "--reason", "r", "--dry-run")
            #expect(dry.code == 0 && dry.output.contains("one: no score, and 5 entries in the audit"), "\(dry.output)")
            #expect(dry.output.contains("something of ada is kept on 3."), "\(dry.output)")

            // A board that cannot be asked fails by itself.
            try await redis.command("SET", "lb:{two}:board", "nonsense")
            try await until {
                let erased = try await run("admin", "erase", "ada", "--all-boards", "--reason", "r", "--yes")
                return erased.code == 1 && erased.output.contains("two (it cannot be asked)")
            }
            let audit = try await redis.command("XRANGE", "lb:{one}:audit", "-", "+").split(separator: "\n")
            #expect(audit.contains("erased") && !audit.contains("ada"))
            try await redis.command("DEL", "lb:{two}:board")
        }
    }
}
