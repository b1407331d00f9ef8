import Foundation
import TestSupport
import Testing

@Suite("leaderboard admin restore", .timeLimit(.minutes(5)))
struct RestoreCommandTests {
    private static let saved = #"[{"user_id":"ada","score":50}]"#
    private static let changed = #"[{"user_id":"ada","score":57},{"user_id":"grace","score":20}]"#

    /// A backup, and the running service whose board has changed since.
    private func withBackup(
        _ body: @Sendable (_ file: String, _ url: String, _ service: RunningService) async throws -> Void
    ) async throws {
        let redis = try await PrivateRedisServer()
        let file = redis.folder.appending(path: "backup").path
        try await withService(["REDIS_URL": redis.url]) { service in
            let writer = try await service.connect()
            _ = try await service.update("ada", 50, on: writer)
            let backup = try await ServiceProcess.run(["admin", "backup", file], ["REDIS_URL": redis.url])
            #expect(backup == ("1 user and 1 audit entry, up to update 1.\n", 0))
            _ = try await service.update("ada", 7, on: writer)
            _ = try await service.update("grace", 20, on: writer)
            try await body(file, redis.url, service)
        }
    }

    private func board(_ service: RunningService) async throws -> String {
        try await service.connect().request("GET", "/api/v1/scoreboard").body
    }

    /// What a person at a terminal sees who answers with a line, and the exit code.
    private func atTerminal(_ arguments: String, _ url: String, answer: String) async throws -> String {
        let command = "'\(ServiceProcess.program)' admin restore \(arguments) --reason r; echo code \\$?"
        return try await Launcher.shared.output(
            "sh",
            ["-c", "cd /; printf '\(answer)\\n' | REDIS_URL='\(url)' script -qec \"\(command)\" /dev/null"]
        )
    }

    @Test("needs only the file where nobody could answer, also on a board that has changed")
    func script() async throws {
        try await withBackup { file, url, service in
            let words = ["admin", "restore", file, "--reason", "r", "--yes"]
            let restore = try await ServiceProcess.run(words, ["REDIS_URL": url])
            #expect(restore.code == 0)
            #expect(restore.output.hasSuffix("1 user and 1 audit entry restored, up to update 1.\n"))
            try await until { try await board(service) == Self.saved }
        }
    }

    @Test("changes nothing where nobody can be asked, and as a trial", arguments: [([], 1), (["--dry-run"], 0)])
    func refused(options: [String], code: Int) async throws {
        try await withBackup { file, url, service in
            let command = ["admin", "restore", file, "--reason", "r"] + options
            let restore = try await ServiceProcess.run(command, ["REDIS_URL": url])
            #expect(restore.code == Int32(code), "\(restore.output)")
            let words = "The backup of main has 1 user and 1 audit entry, up to update 1; the board main has 2 users."
            #expect(restore.output.contains(words), "\(restore.output)")
            #expect(restore.output.contains("say --yes") == options.isEmpty)
            #expect(try await board(service) == Self.changed)
        }
    }

    @Test("reads standard input, as backup writes standard output; a link stays one")
    func streams() async throws {
        try await withBackup { file, url, service in
            let program = "REDIS_URL='\(url)' '\(ServiceProcess.program)' admin"
            let link = file + ".link"
            let lines = """
                cd /; \(program) backup - 2>/dev/null >'\(file).out'; ln -s '\(file).out' '\(link)'
                \(program) backup '\(link)' --yes && test -L '\(link)' && ls '\(file)'.*
                cat '\(file)' | \(program) restore - --reason r --yes
                """
            let seen = try await Launcher.shared.output("sh", ["-c", lines])
            #expect(seen.contains("1 user and 1 audit entry restored, up to update 1."), "\(seen)")
            #expect(seen.contains("2 users and 3 audit entries, up to update 3."), "\(seen)")
            #expect(!seen.contains(".partial"), "\(seen)")
            try await until { try await board(service) == Self.saved }
        }
    }

    @Test(
        "asks at a terminal, unless it is told not to",
        arguments: [("", "n", false), ("", "", false), ("", "y", true), ("", "Yes", true), ("--yes", "n", true)]
    )
    func terminal(option: String, answer: String, restores: Bool) async throws {
        try await withBackup { file, url, service in
            let seen = try await atTerminal("\(file) \(option)", url, answer: answer)
            #expect(seen.contains("Replace the board main and its 2 users? [y/N]") == option.isEmpty, "\(seen)")
            #expect(seen.contains("code \(restores ? 0 : 1)"), "\(seen)")
            #expect(seen.contains("Error: nothing was changed") == !restores, "\(seen)")
            try await until { try await board(service) == (restores ? Self.saved : Self.changed) }
        }
    }

    @Test("asks nobody on an empty board")
    func empty() async throws {
        try await withBackup { file, _, _ in
            let redis = try await PrivateRedisServer()
            let seen = try await atTerminal(file, redis.url, answer: "n")
            #expect(!seen.contains("[y/N]") && seen.contains("code 0"), "\(seen)")
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "ada") == "50")
        }
    }

    @Test(
        "replaces keys into which another writer has put something else",
        arguments: ["scores", "suspended", "withheld", "audit", "held", "holding", "erasing"]
    )
    func spoilt(key: String) async throws {
        try await withBackup { file, url, service in
            for words in [["DEL", "lb:{main}:\(key)"], ["SET", "lb:{main}:\(key)", "x"]] {
                _ = try await Launcher.shared.output("redis-cli", ["-u", url] + words)
            }
            let restored = try await ServiceProcess.run(
                ["admin", "restore", file, "--reason", "r", "--yes"],
                ["REDIS_URL": url]
            )
            #expect(restored.code == 0, "\(restored.output)")
            try await until { try await board(service) == Self.saved }
        }
    }

    @Test("names who is suspended, on hold or erased otherwise than in the backup, before it asks and when it is done")
    func effects() async throws {
        try await withBackup { file, url, service in
            let operators = try await AnOperator(service)
            let words = ["admin", "restore", file, "--reason", "r"]
            for (method, path) in [("POST", "grace/suspend"), ("DELETE", "ada")] {
                let done = try await service.connect().request(
                    method,
                    "/api/v1/admin/users/\(path)",
                    ["Authorization": "Bearer \(operators.token)", "Content-Type": "application/json"],
                    body: #"{"reason":"r"}"#
                )
                #expect(done.status == 200, "\(done.body)")
            }
            let trial = try await ServiceProcess.run(words + ["--dry-run", "--with-erased"], ["REDIS_URL": url])
            #expect(trial.output.contains("  no longer suspended: grace\n"), "\(trial.output)")
            #expect(trial.output.contains("  erased since, and back with it: ada\n"), "\(trial.output)")
            let restored = try await ServiceProcess.run(words + ["--yes"], ["REDIS_URL": url])
            let end = """
                0 users and 1 audit entry restored, up to update 1.
                  no longer suspended: grace
                  erased since, and erased again: ada

                """
            #expect(restored.output.hasSuffix(end), "\(restored.output)")
            try await until { try await board(service) == "[]" }
            // Who it was, is known by the pseudonym that it was given anew.
            let again = try await ServiceProcess.run(words + ["--yes"], ["REDIS_URL": url])
            #expect(again.output.contains("erased since, and erased again: ada"), "\(again.output)")
        }
    }
}
