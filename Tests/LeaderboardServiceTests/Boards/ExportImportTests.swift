import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Rows that go out of a board and into another", .timeLimit(.minutes(3)))
struct ExportImportTests {
    private struct Tool {
        let service: RunningService
        let folder: URL
        private let own: [String: String]

        init(_ service: RunningService, _ redis: PrivateRedisServer) throws {
            self.service = service
            folder = FileManager.default.temporaryDirectory.appending(path: "rows-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            own = [
                "LEADERBOARD_ADMIN_TOKEN": try service.token("ops", scope: "leaderboard:admin"),
                "LEADERBOARD_URL": "http://127.0.0.1:\(service.port)", "REDIS_URL": redis.url,
            ]
        }

        func run(_ words: String...) async throws -> (code: Int32, output: String) {
            let answer = try await ServiceProcess.run(words, own)
            return (answer.code, answer.output)
        }

        func file(_ name: String, _ lines: [String]) throws -> String {
            let path = folder.appending(path: name).path
            try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        func text(_ name: String) throws -> String {
            try String(contentsOfFile: folder.appending(path: name).path, encoding: .utf8)
        }
    }

    private static func define(_ name: String, _ redis: PrivateRedisServer, _ members: String = "") async throws {
        try await redis.command("SET", "lb:{\(name)}:board", #"{"version":"1"\#(members)}"#)
        try await redis.command("HSET", "lb:boards", name, "{}")
    }

    @Test("are the same in the other, in either form, and an import that is repeated counts once")
    func roundTrip() async throws {
        try await withService { service, redis in
            let tool = try Tool(service, redis)
            try await Self.define(
                "one",
                redis,
                #","ties":"first","windows":[{"name":"all"},{"name":"weekly","reset":"weekly"}]"#
            )
            try await Self.define("two", redis, #","increase_max":1"#)
            let rows = ["ada,5", "\"'-bob\",7", "cyd,7", "dan,-3", "eve,100000"]
            let file = try tool.file("in.csv", ["user_id,score"] + rows + ["ada,9"])
            let trial = try await tool.run("board", "import", "one", file, "--dry-run")
            #expect(trial.code == 0 && trial.output.contains("6 scores would be set"), "\(trial.output)")
            #expect(try await redis.command("EXISTS", "lb:{one}:scores") == "0")
            let first = try await tool.run("board", "import", "one", file, "--reason", "moved", "--yes")
            #expect(first.code == 0 && first.output.contains("6 scores set"), "\(first.output)")
            #expect(try await service.update("ada", 1, board: "one") == 200)
            // What is sent again is not counted again: ada keeps what came since.
            _ = try await tool.run("board", "import", "one", file, "--reason", "moved", "--yes")
            let wanted = "rank,user_id,score\n1,eve,100000\n2,ada,10\n3,\"'-bob\",7\n4,cyd,7\n5,dan,-3\n"
            for (words, name) in [(["--format", "csv"], "-"), ([], "out.csv"), (["--window", "weekly"], "week.csv")] {
                let path = name == "-" ? name : tool.folder.appending(path: name).path
                let answer = try await ServiceProcess.run(
                    ["board", "export", "one", path] + words,
                    ["REDIS_URL": redis.url]
                )
                #expect(answer.code == 0, "\(answer.output)")
                if name == "-" {
                    #expect(answer.output.contains(wanted), "\(answer.output)")
                } else {
                    #expect(try tool.text(name) == wanted)
                }
            }
            let lines = tool.folder.appending(path: "out.ndjson").path
            #expect(try await tool.run("board", "export", "one", lines, "--metadata").code == 0)
            #expect(try tool.text("out.ndjson").contains(#"{"rank":1,"user_id":"eve","score":100000,"metadata":null}"#))
            for (file, users) in [
                (lines, "5 scores set, 0 as they were."),
                (tool.folder.appending(path: "out.csv").path, "0 scores set, 0 as they were, 5 set before by this"),
            ] {
                let answer = try await tool.run("board", "import", "two", file, "--reason", "r", "--yes")
                #expect(answer.code == 0 && answer.output.contains(users), "\(answer.output)")
            }
            #expect(try await redis.command("ZSCORE", "lb:{two}:scores", "eve") == "100000")
            #expect(try await redis.command("XLEN", "lb:{two}:audit") == "5")
            let missing = try await tool.run("board", "export", "one", "--window", "weekly", "--season", "1999-W01")
            #expect(missing.code == 2, "\(missing.output)")
            #expect(try await tool.run("board", "export", "none").code == 2)
        }
    }

    @Test("are refused by line: of a wrong file nothing is sent, and of single users the others count")
    func refused() async throws {
        try await withService { service, redis in
            let tool = try Tool(service, redis)
            try await Self.define("one", redis, #","max":50"#)
            let wrong = try tool.file("wrong.csv", ["user_id,score", "ada,5", "a b,5", "bob,many"])
            let answer = try await tool.run("board", "import", "one", wrong, "--reason", "r", "--yes")
            #expect(answer.code == 1 && answer.output.contains("line 3: "), "\(answer.output)")
            #expect(
                answer.output.contains("line 4: score must be") && answer.output.contains("2 lines"),
                "\(answer.output)"
            )
            #expect(try await redis.command("EXISTS", "lb:{one}:scores") == "0")
            for (name, lines) in [("empty.csv", []), ("head.csv", ["user_id,score"]), ("blank.ndjson", ["", " "])] {
                let nothing = try await tool.run("board", "import", "one", try tool.file(name, lines), "--dry-run")
                #expect(nothing.code == 1 && nothing.output.contains("there is no row"), "\(name): \(nothing.output)")
            }
            try await redis.command("SADD", "lb:{one}:suspended", "cyd")
            let rows =
                #"{"user_id":"ada","score":5}|{"user_id":"bob","score":51}|{"user_id":"cyd","score":5}|{"user_id":"dan","score":6}"#
            let some = try tool.file("some.ndjson", rows.split(separator: "|").map(String.init))
            let part = try await tool.run("board", "import", "one", some, "--reason", "r", "--yes")
            #expect(
                part.code == 1 && part.output.contains("2 scores set, 0 as they were, 2 refused."),
                "\(part.output)"
            )
            #expect(part.output.contains("line 2: bob: score_limit"), "\(part.output)")
            #expect(part.output.contains("line 3: cyd: user_suspended"), "\(part.output)")
            let none = try await tool.run("board", "import", "none", some, "--reason", "r", "--yes")
            #expect(none.code == 1 && none.output.contains("board_not_found"), "\(none.output)")
        }
    }

    @Test("of the audit go out in either form, and on from any entry")
    func audit() async throws {
        try await withService { service, redis in
            let tool = try Tool(service, redis)
            for user in ["ada", "-bob", "cyd"] { _ = try await service.update(user, 5, on: service.connect()) }
            let csv = try await tool.run("admin", "audit", "--format", "csv").output.split(separator: "\n").map(
                String.init
            )
            #expect(csv.count == 4 && csv[0].hasPrefix("id,time,action,user_id,score_increase,score,seq"), "\(csv)")
            #expect(csv[2].contains(",update,\"'-bob\",5,5,2,"), "\(csv)")
            let ids = csv.dropFirst().map { $0.prefix { $0 != "," } }.map(String.init)
            let before = try await tool.run("admin", "audit", "--format", "ndjson", "--before", ids[0]).output
            #expect(before.split(separator: "\n").count == 2 && before.contains(#""id":"\#(ids[1])""#), "\(before)")
            let after = try await tool.run("admin", "audit", "--format", "ndjson", "--after", ids[1]).output
            #expect(after.split(separator: "\n").count == 1 && after.contains(#""id":"\#(ids[0])""#), "\(after)")
            let act = "user ada increase 0 score 5 seq 4 action suspend season".split(separator: " ").map(String.init)
            let names = "weekly 2026-W47;weekly 2026-W48"
            try await redis.command(words: ["XADD", "lb:{main}:audit", "*"] + act + [names])
            let acts = try await tool.run("admin", "audit", "--format", "csv", "--limit", "1").output
            let rows = acts.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            let column = try #require(rows.first?.firstIndex(of: "seasons"))
            #expect(rows.dropFirst().map { $0[column] } == ["weekly/2026-W47 weekly/2026-W48"], "\(acts)")
        }
    }
}

extension RunningService {
    fileprivate func update(_ user: String, _ increase: Int, board: String) async throws -> Int {
        try await connect().request(
            "POST",
            "/api/v1/boards/\(board)/score/update",
            ["Authorization": "Bearer \(token(user))", "Content-Type": "application/json"],
            body: #"{"user_id":"\#(user)","score_increase":\#(increase)}"#
        ).status
    }
}
