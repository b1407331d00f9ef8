import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

/// What the runbook tells the operator to do, `operator` of `users.acl` may do.
@Suite("The operator", .timeLimit(.minutes(5)))
struct RunbookTests {
    /// What stands between backquotes or in a block of code, and looks like a command of Redis; without redis-cli and its options.
    private static func commands() throws -> [[String]] {
        let text = try ShippedFiles.text("RUNBOOK.md")
        let spans: [String] = text.matches(of: /`([^`\n]+)`/).map { String($0.1) }
        let lines: [String] = text.split(separator: "\n").filter { $0.hasPrefix("redis-cli") }
            .map { String($0).replacing(/\s{2,}#.*/, with: "") }
        return (spans + lines).compactMap { span -> [String]? in
            let bare = span.replacing(/^redis-cli(\s+-[hp]\s+\S+)*\s+/, with: "").replacing("'", with: "")
            let words: [String] = bare.split(separator: " ").map { String($0) }
            guard let first = words.first, first.wholeMatch(of: /[A-Z]+/) != nil else { return nil }
            return words
        }
    }

    @Test("may give every command that the runbook names")
    func runbook() async throws {
        let redis = try await ShippedRedis()
        let sentinel = try await ShippedSentinel(of: redis)
        var allowed: Set<String> = []
        for words in try Self.commands() {
            if words[0] == "SENTINEL" {
                // Those are not tried by word: what they would do is another test's.
                let answer = try await sentinel.command(
                    as: "operator",
                    "ACL",
                    "DRYRUN",
                    "operator",
                    "SENTINEL",
                    words[1],
                    "x",
                    "x",
                    "x"
                )
                #expect(!answer.contains("no permissions"), "\(words): \(answer)")
                continue
            }
            let answer = try await redis.command(as: "operator", ["ACL", "DRYRUN", "operator"] + words)
            #expect(!answer.contains("no permissions"), "\(words): \(answer)")
            if answer == "OK" { allowed.insert(words[0]) }
        }
        // What is no command, or stands there without its arguments, is passed over; these must have been seen.
        #expect(
            allowed.isSuperset(of: [
                "INFO", "SLOWLOG", "LATENCY", "CLIENT", "ACL", "CONFIG", "BGREWRITEAOF", "SUBSCRIBE",
            ]),
            "\(allowed)"
        )
    }

    @Test("meets the primary under the name that the shipped sentinels know, wherever a sentinel is told something")
    func sentinelNames() throws {
        let shipped = try ShippedFiles.text("redis/sentinel.conf")
        let name = try #require(shipped.firstMatch(of: /\nsentinel monitor (\S+)/)).1
        var texts = try ["RUNBOOK.md", "failover", "redis/redis.conf"].map(ShippedFiles.text)
        texts.append(try String(contentsOf: ShippedFiles.root.appending(path: "README.md"), encoding: .utf8))
        let told = /SENTINEL (?:RESET|MASTER|REPLICAS|SLAVES|CKQUORUM|FAILOVER|REMOVE|SET) ([a-z][\w-]*)/
        let uses = texts.flatMap { $0.matches(of: told) }
        #expect(!uses.isEmpty)
        for use in uses { #expect(use.1 == name, "\(use.0)") }
    }

    @Test("is told by the doctor that what the service may do was not looked at, and that all else is well")
    func doctor() async throws {
        let redis = try await ShippedRedis()
        let url = "redis://operator:OPERATOR_PASSWORD@127.0.0.1:\(redis.port)"
        let settings = ["REDIS_URL": url, "JWT_SECRET": testSecret, "LIVE_MAX_SUBSCRIBERS": "10"]
        let doctor = try await ServiceProcess.run(["doctor"], settings)
        #expect(doctor.code == 0, "\(doctor.output)")
        #expect(doctor.output.contains("the user operator may read and not write"), "\(doctor.output)")
        #expect(doctor.output.contains("replay"))
        let own = ["JWT_SECRET": testSecret, "LIVE_MAX_SUBSCRIBERS": "10"]
        let service = try await ServiceProcess.run(["doctor"], redis.settings.merging(own) { $1 })
        #expect(service.code == 0, "\(service.output)")
    }

    @Test("may use the commands that read boards, and none that changes them")
    func commands() async throws {
        let redis = try await ShippedRedis()
        let service = try await ServiceProcess.serve(redis.settings)
        let admin = [
            "LEADERBOARD_URL": "http://127.0.0.1:\(service.port)",
            "LEADERBOARD_ADMIN_TOKEN": try TokenSigner(testSettings()).token(
                user: "ops",
                lifetime: .seconds(600),
                scope: "leaderboard:admin"
            ),
        ]
        for ties in ["id", "shared", "dense", "first", "last"] {
            #expect(try await ServiceProcess.run(["board", "create", "b-\(ties)", "--ties", ties], admin).code == 0)
            for board in ["b-\(ties)", "main"] {
                for user in ["ada", "bob"] {
                    let answer = try await TestConnection(port: service.port).request(
                        "POST",
                        "/api/v1/boards/\(board)/score/update",
                        [
                            "Authorization":
                                "Bearer \(try TokenSigner(testSettings()).token(user: user, lifetime: .seconds(600)))",
                            "Content-Type": "application/json",
                        ],
                        body: #"{"user_id":"\#(user)","score_increase":1}"#
                    )
                    #expect(answer.status == 200)
                }
            }
            #expect(
                try await ServiceProcess.run(
                    ["admin", "suspend", "bob", "--board", "b-\(ties)", "--reason", "r"],
                    admin
                ).code == 0
            )
            // So that each user has to be looked at by itself. (Where there are stamps, the service takes it off the board.)
            try await redis.command("ZINCRBY", "lb:{b-\(ties)}:scores", "1", "cyd")
        }
        // And so that there is something to put right.
        try await redis.command("ZINCRBY", "lb:{b-shared}:scores", "1", "ada")
        let path = redis.folder.appending(path: "backups").path
        let settings = ["REDIS_URL": "redis://operator:OPERATOR_PASSWORD@127.0.0.1:\(redis.port)"]
        let verify = try await ServiceProcess.run(["admin", "verify", "--all-boards"], settings)
        #expect(verify.code == 3 && !verify.output.contains("NOPERM"), "\(verify.output)")
        for (words, code) in [
            (["verify"], 0), (["verify", "--board", "b-shared"], 3), (["backup", path + ".one"], 0),
            (["backup", "--all-boards", path], 0),
        ] as [([String], Int32)] {
            let done = try await ServiceProcess.run(["admin"] + words, settings)
            #expect(done.code == code, "\(words): \(done.output)")
        }
        #expect(try await redis.command(as: "operator", "HGETALL", "lb:boards").contains("b-dense"))
        for words in [
            ["rebuild", "--yes"], ["adopt", "--all", "--reason", "r", "--yes"],
            ["change-ties", "last", "--reason", "r", "--yes"],
            ["restore", path + ".one", "--as", "b-shared", "--reason", "r", "--yes"],
        ] {
            let words = words.contains("--as") ? words : words + ["--board", "b-shared"]
            let before = try await redis.command("ZRANGE", "lb:{b-shared}:scores", "0", "-1", "WITHSCORES")
            let refused = try await ServiceProcess.run(["admin"] + words, settings)
            #expect(refused.code == 1 && refused.output.contains("NOPERM"), "\(words): \(refused.output)")
            let after = try await redis.command("ZRANGE", "lb:{b-shared}:scores", "0", "-1", "WITHSCORES")
            #expect(after == before, "\(words)")
        }
    }

    @Test("changes the service's password as the runbook says, without an interruption, and for good")
    func rotation() async throws {
        let redis = try await ShippedRedis()
        let board = try await ShippedBoard(on: redis)
        try await board.update()
        let old = try #require(redis.password(of: "leaderboard"))
        for rule in [">of-tomorrow", "<\(old)"] {
            #expect(
                try Self.commands().contains(["ACL", "SETUSER", "leaderboard", rule.hasPrefix(">") ? ">NEW" : "<OLD"])
            )
            #expect(try await redis.command(as: "operator", "ACL", "SETUSER", "leaderboard", rule) == "OK")
            // Who is signed in stays so.
            try await board.update()
        }
        #expect(try await redis.command(as: "operator", "ACL", "SAVE") == "OK")
        redis.stop()
        redis.use("of-tomorrow", of: "leaderboard")
        try await redis.start()
        try await board.expectWhole(on: redis, "with the new password")
        redis.use(old, of: "leaderboard")
        #expect(try await redis.command("PING").contains("WRONGPASS"))
    }

    @Test("changes the replicas' and the sentinels' passwords likewise")
    func rotationOfServers() async throws {
        let redis = try await ShippedRedis()
        let replica = try await ShippedRedis(replicaOf: redis)
        let sentinel = try await ShippedSentinel(of: redis)
        for server in [redis, replica] {
            for words in [["ACL", "SETUSER", "replicator", ">NEW"], ["ACL", "SETUSER", "sentinel", ">NEW"]] {
                #expect(try await server.command(as: "operator", words) == "OK")
            }
        }
        for server in [redis, replica] {
            #expect(try await server.command(as: "operator", "CONFIG", "SET", "masterauth", "NEW") == "OK")
            #expect(try await server.command(as: "operator", "CONFIG", "REWRITE") == "OK")
            for words in [
                ["ACL", "SETUSER", "replicator", "<REPLICATOR_PASSWORD"],
                ["ACL", "SETUSER", "sentinel", "<SENTINEL_PASSWORD"], ["ACL", "SAVE"],
            ] {
                #expect(try await server.command(as: "operator", words) == "OK")
            }
        }
        #expect(
            try await sentinel.command(as: "operator", "SENTINEL", "SET", "leaderboard", "auth-pass", "NEW") == "OK"
        )
        try await redis.killWhenWritten()
        try await redis.start()
        try await replica.follows()
        try await until("the sentinel does not sign in") {
            try await sentinel.command("SENTINEL", "MASTER", "leaderboard").contains("flags\nmaster\n")
        }
    }
}
