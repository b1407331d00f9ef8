import Foundation
import Leaderboard
import Seasons
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("What another service has is taken over", .timeLimit(.minutes(4)))
struct ImportCommandTests {
    private struct Tool {
        let folder = FileManager.default.temporaryDirectory.appending(path: "import-\(UUID().uuidString)")
        private let own: [String: String]

        init(_ service: RunningService) throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            own = [
                "LEADERBOARD_ADMIN_TOKEN": try service.token("ops", scope: "leaderboard:admin"),
                "LEADERBOARD_URL": "http://127.0.0.1:\(service.port)",
            ]
        }

        func run(_ words: String...) async throws -> (output: String, code: Int32) {
            try await ServiceProcess.run(["import"] + words, own, in: folder)
        }

        func write(_ name: String, _ lines: [String]) throws {
            let text = lines.joined(separator: "\n") + "\n"
            try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
        }
    }

    private static func rows(_ path: String, _ service: RunningService) async throws -> String {
        try await service.connect().request("GET", "/api/v1/boards/\(path)").body
    }

    /// As Podium names the week that runs.
    private static func week() throws -> String {
        let calendar = SeasonCalendar(.weekly, zone: .utc, weekStart: .monday, anchor: nil)
        let season = try #require(calendar.season(at: Int(Date.now.timeIntervalSince1970) * 1_000_000))
        return "year" + season.id.replacing("-W", with: "week")
    }

    @Test("from a Podium whose Redis is a cluster: the leaderboards of all of its nodes, each once")
    func podiumOfCluster() async throws {
        try await withService { service, _ in
            let (tool, cluster) = (try Tool(service), try await RedisCluster())
            let port = "\(try #require(cluster.nodes.first?.port))"
            for level in 1...12 {
                let words = ["-c", "-p", port, "ZADD", "level-\(level)", "\(level)", "ada", "-1", "bob"]
                #expect(try await Launcher.shared.output("redis-cli", words).contains("2"))
            }
            let answer = try await tool.run("podium", cluster.url, "--reason", "moved", "--yes")
            #expect(answer.code == 0 && answer.output.contains("24 scores set, 0 as they were"), "\(answer.output)")
            for level in 1...12 {
                #expect(
                    try await Self.rows("level-\(level)/scoreboard", service)
                        == #"[{"user_id":"ada","score":\#(level),"rank":1},{"user_id":"bob","score":-1,"rank":2}]"#
                )
            }
        }
    }

    @Test("from a Podium: each leaderboard by its name and its season, page by page, twice as once")
    func podium() async throws {
        try await withService { service, redis in
            let (tool, podium, week) = (try Tool(service), try await PrivateRedisServer(port: .tcp), try Self.week())
            let url = "redis://127.0.0.1:\(try #require(podium.port))/0"
            let nothing = try await tool.run("podium", url, "--dry-run")
            #expect(nothing.code == 1 && nothing.output.contains("is it Podium's?"), "\(nothing.output)")
            // More than a page, with equals.
            let many = (1...1003).flatMap { ["\($0 / 2)", "user:\($0)"] }
            try await podium.command(words: ["ZADD", "cario-sisters"] + many)
            try await podium.command("ZADD", "cup-\(week)", "7", "ada", "3", "bob")
            try await podium.command("EXPIRE", "cup-\(week)", "1211400")
            try await podium.command("ZADD", "cup-year2001week05", "9", "ada")
            try await podium.command("ZADD", "gold-\(week)", "5", "ada")
            try await podium.command("ZADD", "gold", "50", "ada", "-4", "bob")
            try await podium.command("ZADD", "gold:ttl", "1500000000", "bob")
            try await podium.command("SADD", "expiration-sets", "gold:ttl")
            try await podium.command("SET", "other", "thing")
            let trial = try await tool.run("podium", url, "--dry-run")
            #expect(trial.code == 0, "\(trial.output)")
            for words in [
                "cario-sisters → cario-sisters: 1003 users, sum 251502, first user:1003 with 501",
                "cup-\(week) → cup: 2 users, sum 10",
                "operator incr → set", "windows  → weekly=weekly", "Podium forgets it in 336 hours",
                "gold-\(week) → gold-\(week)",
                "cup-year2001week05 → cup-year2001week05", "by themselves there, and not here: 1",
                "Nothing was changed.",
            ] { #expect(trial.output.contains(words), "\(words): \(trial.output)") }
            #expect(!trial.output.contains("gold:ttl →") && !trial.output.contains("other →"), "\(trial.output)")
            #expect(try await redis.command("EXISTS", "lb:{cup}:board", "lb:{cup}:scores") == "0")
            for time in ["1009 scores set, 0", "0 scores set, 0 as they were, 1009 set before"] {
                let answer = try await tool.run("podium", url, "--reason", "moved", "--yes")
                #expect(answer.code == 0 && answer.output.contains(time), "\(answer.output)")
                #expect(answer.output.contains("of 5 boards are the same on both sides"), "\(answer.output)")
            }
            // Equals stand as Podium shows them.
            let first = try await podium.command("ZREVRANGE", "cario-sisters", "0", "2").split(separator: "\n").map(
                String.init
            )
            let here = try await Self.rows("cario-sisters/scoreboard?limit=3", service)
            #expect(here.matches(of: /"user_id":"([^"]+)"/).map { String($0.1) } == first, "\(here) \(first)")
            #expect(try await Self.rows("gold/scoreboard", service).contains(#"{"user_id":"bob","score":-4,"rank":2}"#))
            let weekly = try await Self.rows("cup/scoreboard?window=weekly", service)
            #expect(weekly == #"[{"user_id":"ada","score":7,"rank":1},{"user_id":"bob","score":3,"rank":2}]"#)
            // What has come meanwhile is a difference.
            try await podium.command("ZINCRBY", "gold", "5", "bob")
            try await podium.command("ZADD", "gold", "1", "new")
            try await podium.command("ZADD", "gold-\(week)", "GT", "5", "ada")
            try await redis.command("ZADD", "lb:{gold}:scores", "8", "else")
            let later = try await tool.run("podium", url, "--only", "gold", "--reason", "again", "--yes")
            #expect(
                later.code == 1 && later.output.contains("2 scores set, 0 as they were, 1 set before"),
                "\(later.output)"
            )
            #expect(
                later.output.contains("gold → gold differs: there 3 users, sum 52; here 4 users, sum 60; place 2 is"),
                "\(later.output)"
            )
        }
    }

    @Test("what Podium has and we cannot is told, and nothing is sent, or all but that")
    func podiumFaults() async throws {
        try await withService { service, redis in
            let (tool, podium) = (try Tool(service), try await PrivateRedisServer())
            try await podium.command(
                "ZADD",
                "Top Scores",
                "7",
                "a\u{1}b",
                "9007199254740991",
                "ada",
                "9007199254740992",
                "bob",
                "1.5",
                "cyd"
            )
            try await podium.command("ZADD", "main", "1", "ada")
            let named = try await tool.run("podium", podium.url, "--dry-run")
            #expect(named.code == 1 && named.output.contains(#"--board "Top Scores=…""#), "\(named.output)")
            let typo = try await tool.run(
                "podium",
                podium.url,
                "--board",
                "typo=other",
                "--only",
                "main",
                "--dry-run"
            )
            #expect(typo.output.contains(#"--board "typo=…": no leaderboard of this name is taken"#), "\(typo.output)")
            #expect(typo.code == 1 && typo.output.contains("1 fault: nothing was sent"), "\(typo.output)")
            let words = [
                "podium", podium.url, "--board", "Top Scores=top", "--order", "asc", "--reason", "moved", "--yes",
            ]
            let refused = try await ServiceProcess.run(["import"] + words, ["LEADERBOARD_URL": "http://127.0.0.1:1"])
            #expect(refused.code == 1, "\(refused.output)")
            let told = try await tool.run(
                "podium",
                podium.url,
                "--board",
                "Top Scores=top",
                "--only",
                "Top Scores",
                "--order",
                "asc",
                "--reason",
                "r",
                "--yes"
            )
            #expect(told.code == 1 && told.output.contains("3 faults: nothing was sent"), "\(told.output)")
            for place in [
                "place 1: cyd has 1.5", #"place 2: a\u{1}b: user_id must"#, "place 4: bob has 9007199254740992",
            ] {
                #expect(told.output.contains("Top Scores, \(place)"), "\(told.output)")
            }
            #expect(try await redis.command("EXISTS", "lb:{top}:board") == "0")
            let other = try await tool.run(
                "podium",
                podium.url,
                "--board",
                "Top Scores=top",
                "--order",
                "asc",
                "--leave-out",
                "--reason",
                "r",
                "--yes"
            )
            // The order of `main` is the other one.
            #expect(other.code == 1 && other.output.contains("main is there, and its order"), "\(other.output)")
            let done = try await tool.run(
                "podium",
                podium.url,
                "--board",
                "Top Scores=top",
                "--only",
                "Top Scores",
                "--order",
                "asc",
                "--leave-out",
                "--reason",
                "r",
                "--yes"
            )
            #expect(done.code == 0 && done.output.contains("1 score set, 0 as"), "\(done.output)")
            #expect(try await Self.rows("top", service).contains(#""order":"asc""#))
            for (arguments, code) in [
                (["podium", "http://x"], 64), (["podium", podium.url, "--board", "x"], 64),
                (["podium", "redis://127.0.0.1:1"], 1),
            ] {
                let answer = try await ServiceProcess.run(
                    ["import"] + arguments + ["--dry-run"],
                    ["LEADERBOARD_URL": "http://127.0.0.1:1"]
                )
                #expect(answer.code == Int32(code), "\(arguments): \(answer.output)")
            }
        }
    }

    @Test("from a Nakama: order, operator, resets and names, the scores that run alone, twice as once")
    func nakama() async throws {
        try await withService { service, redis in
            let tool = try Tool(service)
            try tool.write(
                "boards.csv",
                [
                    "id,authoritative,sort_order,operator,reset_schedule,duration,end_time,title",
                    "laps,f,0,0,,0,0,\"Fastest\nlap\"", "coins,t,1,3,@weekly,0,0,Coins",
                    "cup,f,1,1,0 0 L * *,3600,4102444800,",
                    "Big Board,f,1,2,,0,0,", "final,f,1,0,,0,1700000000,",
                ]
            )
            let records = [
                "leaderboard_id,owner_id,username,score,subscore,metadata,expiry_time",
                "laps,0b4c,Lea,59870,0,\"{\"\"car\"\": \"\"red\"\", \"\"lanes\"\": [1, 2]}\",0",
                "laps,5d1f,Kai,60011,3,{},0", "laps,7a7a,,61000,0,{},0",
                "coins,5d1f,Kai,12,0,{},4102444800", "coins,5d1f,Kai,900,0,{},1700000000",
                "cup,5d1f,Kai,4,0,{},4102444800",
                "final,5d1f,Kai,8,0,\"{\"\"x\"\": \"\"\(String(repeating: "y", count: 600))\"\"}\",1700000000",
            ]
            try tool.write("records.csv", records)
            let unnamed = try await tool.run("nakama", "boards.csv", "records.csv", "--dry-run")
            #expect(unnamed.code == 1 && unnamed.output.contains(#"--board "Big Board=…""#), "\(unnamed.output)")
            let named = ["--board", "Big Board=big"]
            let trial = try await tool.run("nakama", "boards.csv", "records.csv", "--dry-run", named[0], named[1])
            #expect(trial.code == 0, "\(trial.output)")
            for words in [
                "laps → laps: 3 users, sum 180881, first 0b4c with 59870", "order desc → asc, operator incr → best",
                "1 record with a subscore",
                "its title cannot be shown", "coins → coins: 1 user, sum 12", "at_bound refuse → clamp",
                "windows  → weekly=weekly, week_starts monday → sunday",
                "1 record of before its last reset: left out", "only the server writes it",
                "its reset (0 0 L * *) is none", "it is a tournament",
                "Big Board → big: 0 users, sum 0", "1 record with a name or metadata", "final → final: 1 user",
            ] { #expect(trial.output.contains(words), "\(words): \(trial.output)") }
            #expect(try await redis.command("EXISTS", "lb:{laps}:board") == "0")
            // Half of it was there.
            try await redis.command(
                "SET",
                "lb:{final}:board",
                #"{"version":"1","order":"desc","operator":"best","operators":["best"],"min":0}"#
            )
            try await redis.command("HSET", "lb:boards", "final", "{}")
            try await redis.command("HSET", "lb:{final}:meta", "5d1f", #"{"name":"Own"}"#)
            for time in ["6 scores set, 0 as", "0 scores set, 0 as they were, 6 set before"] {
                let answer = try await tool.run(
                    "nakama",
                    "boards.csv",
                    "records.csv",
                    named[0],
                    named[1],
                    "--reason",
                    "moved",
                    "--yes"
                )
                #expect(answer.code == 0 && answer.output.contains(time), "\(answer.output)")
                #expect(answer.output.contains("of 5 boards are the same on both sides"), "\(answer.output)")
            }
            let laps = try await Self.rows("laps/scoreboard?include=metadata", service)
            #expect(
                laps.contains(
                    #"{"user_id":"0b4c","score":59870,"rank":1,"metadata":{"name":"Lea","car":"red","lanes":[1,2]}}"#
                ),
                "\(laps)"
            )
            #expect(
                laps.contains(#"{"user_id":"7a7a","score":61000,"rank":3}"#)
                    || laps.contains(#""7a7a","score":61000,"rank":3,"metadata":{}"#),
                "\(laps)"
            )
            #expect(try await Self.rows("final/users/5d1f/profile", service) == #"{"name":"Own"}"#)
            #expect(
                try await Self.rows("coins/scoreboard?window=weekly", service)
                    == #"[{"user_id":"5d1f","score":12,"rank":1}]"#
            )
            // One entry for each score, and one for each name.
            #expect(try await redis.command("XLEN", "lb:{laps}:audit") == "5")
            try tool.write(
                "wrong.csv",
                records + [
                    "laps,a b,,1,0,{},0", "none,5d1f,,1,0,{},0", "laps,9,,-1.5,0,{},0",
                    "laps,9,,1,0,{},2026-12-07 00:00:00+00", "coins,5d1f,Kai,13,0,{},4102448400", "laps,9,,-3,0,{},0",
                ]
            )
            let wrong = try await tool.run(
                "nakama",
                "boards.csv",
                "wrong.csv",
                named[0],
                named[1],
                "--board",
                "typo=other",
                "--reason",
                "r",
                "--yes"
            )
            #expect(wrong.code == 1 && wrong.output.contains("7 faults: nothing was sent"), "\(wrong.output)")
            for line in [
                "line 9: owner_id", "line 10: there is no leaderboard none", "line 11: 9: score",
                "line 12: 9: expiry_time must be in seconds", "line 13: 5d1f has a record of coins in line 5 already",
                "laps, line 14: 9 has -3: a score of laps is a whole number from 0 to 9007199254740991",
                #"--board "typo=…": no"#,
            ] {
                #expect(wrong.output.contains(line), "\(wrong.output)")
            }
            for (one, two) in [
                ("records.csv", "records.csv"), ("none.csv", "records.csv"), ("boards.csv", "boards.csv"),
            ] {
                let answer = try await tool.run("nakama", one, two, named[0], named[1], "--dry-run")
                #expect(answer.code == 1, "\(answer.output)")
            }
        }
    }
}
