import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("leaderboard board, of windows", .timeLimit(.minutes(5)))
struct WindowCommandTests {
    @Test("changes one window at a time, shows before it changes, asks before one goes, and ends a season once")
    func life() async throws {
        try await withService { service, redis in
            let environment = [
                "LEADERBOARD_URL": "http://127.0.0.1:\(service.port)", "REDIS_URL": redis.url,
                "LEADERBOARD_ADMIN_TOKEN": try service.token("ops", scope: "leaderboard:admin"),
            ]
            func board(_ arguments: String...) async throws -> (output: String, code: Int32) {
                try await ServiceProcess.run(["board"] + arguments, environment)
            }
            let faults = try await board(
                "create",
                "arena",
                "--order",
                "up",
                "--min",
                "x",
                "--window",
                "d=dayly",
                "--time-zone",
                "Berlin",
                "--keep-days",
                "0"
            )
            #expect(faults.code == 64)
            for option in ["5 options are wrong", "--order", "--min", "--window d", "--time-zone", "--keep-days"] {
                #expect(faults.output.contains(option), "\(faults.output)")
            }
            let together = try await board("create", "arena", "--window", "c=once", "--grace-seconds", "5")
            #expect(together.code == 1 && together.output.contains("needs from"), "\(together.output)")
            #expect(together.output.contains("needs until"), "\(together.output)")
            let trial = try await board("create", "arena", "--window", "cup=manual", "--dry-run")
            #expect(trial.code == 0 && trial.output.contains(#""reset":"manual""#), "\(trial.output)")
            #expect(try await board("show", "arena").code == 1)
            #expect(try await board("create", "arena", "--window", "cup=manual").code == 0)
            #expect(try await board("change", "arena", "--window", "day=daily", "--dry-run").code == 0)
            let shown = try await board("show", "arena").output
            #expect(!shown.contains("daily"))
            let added = try await board("change", "arena", "--window", "day=daily")
            #expect(added == ("arena: windows cup=manual → cup=manual;day=daily, version 2.\n", 0))
            let missing = try await board("change", "arena", "--remove-window", "week")
            #expect(missing.code == 1 && missing.output.contains("no such window"), "\(missing.output)")
            let asked = try await board("change", "arena", "--remove-window", "day")
            #expect(asked.code == 1 && asked.output.contains("stay in Redis until they expire"), "\(asked.output)")
            #expect(try await board("change", "arena", "--remove-window", "day", "--yes").code == 0)
            #expect(try await !board("show", "arena").output.contains("daily"))

            let reset = ["reset", "arena", "--window", "cup", "--reason", "over"]
            let preview = try await ServiceProcess.run(["board"] + reset + ["--dry-run"], environment)
            #expect(preview == ("To be ended: season 1 of cup on arena, in which 0 are.\n", 0))
            let done = try await ServiceProcess.run(["board"] + reset + ["--yes"], environment)
            #expect(done.code == 0 && done.output.contains("Season 1 of cup has ended; 2 runs."), "\(done.output)")
            #expect(try await board("reset", "arena", "--window", "day", "--reason", "x", "--yes").code == 1)
        }
    }

    @Test("lists what can be read, and names what cannot")
    func unreadable() async throws {
        try await withService { service, redis in
            let operators = try await AnOperator(service)
            for name in ["good", "spoilt", "wrong"] {
                #expect(try await operators.put(name, "{}", .make).status == 201)
            }
            try await redis.command("SET", "lb:{spoilt}:board", "rubbish")
            try await redis.command("DEL", "lb:{wrong}:board")
            try await redis.command("SADD", "lb:{wrong}:board", "rubbish")
            let list = try await service.connect().request("GET", "/api/v1/boards")
            #expect(list.status == 200 && list.body.contains(#""name":"good""#), "\(list.body)")
            #expect(list.body.contains(#""unreadable":["spoilt","wrong"]"#), "\(list.body)")
            #expect(Descriptions.complaints(list, to: "GET", "/api/v1/boards") == [])
        }
    }
}
