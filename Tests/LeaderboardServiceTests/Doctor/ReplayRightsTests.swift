import TestSupport
import Testing

@testable import LeaderboardService

/// Redis replays its append-only file as the user `default`; what that lacks is told before a restart.
@Suite("The doctor, of the rights with which Redis replays its file", .timeLimit(.minutes(5)))
struct ReplayRightsTests {
    /// A running server whose user `default` is set so, seen by a user with these rules.
    private func finding(default rules: String, seenBy user: String) async throws -> Finding? {
        let redis = try await PrivateRedisServer(port: .tcp, arguments: ["--maxmemory", "200mb"])
        for (name, rules) in [("board", "on >secret ~* &* +@all \(user)"), ("default", "reset \(rules)")] {
            let words = ["ACL", "SETUSER", name] + rules.split(separator: " ").map(String.init)
            #expect(try await redis.command(words: words) == "OK")
        }
        let url = "redis://board:secret@127.0.0.1:\(redis.port ?? 0)"
        let settings = testSettings(["LIVE_MAX_SUBSCRIBERS": "10", "REDIS_URL": url])
        return await Doctor(settings).findings().first { $0.subject == "replay" }
    }

    @Test(
        "judges the user default of a running server by whichever command it may give",
        arguments: [
            ("off ~* &* +@all", "", Finding.Verdict.good), ("on nopass ~* &* +@all", "", .good),
            ("off", "", .bad), ("on >secret ~* &* +@read", "", .bad), ("off ~other:* &* +@all", "", .bad),
            ("off ~lb:{main}:* +@write", "", .good), ("on nopass ~* +@all -xadd", "", .bad),
            // Without DRYRUN: by what GETUSER, and then LIST, show.
            ("off ~* &* +@all", "-acl +acl|getuser", .good), ("off", "-acl +acl|getuser", .bad),
            ("off ~* +@write", "-acl +acl|getuser", .advice), ("off +@all", "-acl +acl|getuser", .bad),
            ("off ~* &* +@all", "-acl +acl|list", .good), ("off", "-acl +acl|list", .bad),
            ("off ~lb:* +@all", "-acl +acl|list", .advice),
            // Nobody may look: it says so.
            ("off", "-acl", .advice), ("off ~* &* +@all", "-acl", .advice),
        ]
    )
    func judges(rules: String, user: String, verdict: Finding.Verdict) async throws {
        let finding = try #require(try await finding(default: rules, seenBy: user))
        #expect(finding.verdict == verdict, "\(finding.fact)")
        #expect(verdict == .good || finding.remedy.contains("ACL"))
    }

    @Test("says what to change, and how to get a board back that a restart has emptied")
    func remedy() async throws {
        let finding = try #require(try await finding(default: "off", seenBy: ""))
        #expect(finding.fact.contains("SET") && finding.fact.contains("after the next restart the board is empty"))
        #expect(finding.remedy.hasPrefix("ACL SETUSER default ~* &* +@all"))
        #expect(finding.remedy.contains("stop Redis before it rewrites its file"))
        let blind = try #require(try await self.finding(default: "off", seenBy: "-acl"))
        #expect(blind.fact.contains("may not look") && blind.remedy.contains("+acl|dryrun"))
    }

    @Test("what it says to do, done, keeps the board through a restart", arguments: [false, true])
    func mended(isMended: Bool) async throws {
        let redis = try await ShippedRedis()
        let board = try await ShippedBoard(on: redis)
        try redis.change("users.acl") { $0.replacing("user default off ~* &* +@all", with: "user default off") }
        #expect(try await redis.command(as: "operator", "ACL", "LOAD") == "OK")
        let ill = try await ServiceProcess.run(["doctor"], redis.settings.merging(["JWT_SECRET": testSecret]) { $1 })
        #expect(ill.code == 1 && ill.output.contains("ACL SETUSER default ~* &* +@all"), "\(ill.output)")
        try await board.update()
        if isMended {
            #expect(try await redis.command(as: "operator", "ACL", "SETUSER", "default", "~*", "&*", "+@all") == "OK")
            #expect(try await redis.command(as: "operator", "ACL", "SAVE") == "OK")
        } else {
            // Too late, but the file still has it all.
            redis.stop()
            try await redis.start()
            #expect(try await ShippedState(of: redis).board.isEmpty)
            redis.stop()
            try redis.change("users.acl") { $0.replacing("user default off", with: "user default off ~* &* +@all") }
            try await redis.start()
            // As the runbook has it: the instances have begun the empty board's counter anew.
            let last = try await redis.command("XREVRANGE", "lb:{main}:audit", "+", "-", "COUNT", "1")
            let words = last.split(separator: "\n")
            let name = try #require(words.firstIndex(of: "seq"))
            #expect(try await redis.command("SET", "lb:{main}:seq", "\(words[name + 1])") == "OK")
        }
        redis.stop()
        try await redis.start()
        try await board.expectWhole(on: redis, "once it is as the doctor says")
    }

    @Test(
        "later versions do not ask: Redis since 8.6, Valkey since 9.1",
        arguments: [
            ("redis_version:7.0.15", true), ("redis_version:8.4.2", true), ("redis_version:8.6.0", false),
            ("redis_version:10.0.0", false), ("redis_version:7.2.4\r\nvalkey_version:8.1.0", true),
            ("redis_version:7.2.4\r\nvalkey_version:9.1.2", false), ("redis_version:x", true), ("", true),
        ]
    )
    func versions(info: String, needed: Bool) {
        #expect(RedisFacts(info: info, isPrivate: false).needsReplayRights == needed)
    }

    @Test("tells a slow disk, and what it may cost")
    func disk() {
        func facts(_ count: String) -> [Finding] {
            RedisFacts(info: "aof_enabled:1\r\naof_delayed_fsync:\(count)\r\n", isPrivate: false).findings
                .filter { $0.subject == "disk" }
        }
        #expect(facts("0") == [] && facts("x") == [] && facts("-1") == [])
        #expect(facts("3").first?.fact.hasPrefix("3 times") == true)
        #expect(facts("9223372036854775807").count == 1)
    }
}
