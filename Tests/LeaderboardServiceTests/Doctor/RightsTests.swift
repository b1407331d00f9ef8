import Foundation
import Leaderboard
import RedisClient
import TestSupport
import Testing

@testable import LeaderboardService

/// One list of the rights that the service needs, which the doctor, `/readyz` and `ops/redis/users.acl` go by.
@Suite("The rights of Redis' user", .timeLimit(.minutes(10)))
struct RightsTests {
    private static let keys = BoardKeys(board: "main")
    /// Of every setting.
    private static var needed: Set<String> {
        [false, true].reduce(into: []) { names, isCluster in
            let needed = NeededRights(keys, isCluster: isCluster, isReplicated: true, isFsynced: true)
            names.formUnion(needed.all.map(\.command))
        }
    }
    /// What every connection may, what opens one, and what ends a subscription.
    private static let ofConnections: Set<String> = ["auth", "select", "unsubscribe", "sunsubscribe", "acl|dryrun"]

    /// The commands of the service's user in the shipped file.
    private static func shipped() throws -> Set<String> {
        let line = try ShippedFiles.text("redis/users.acl").split(separator: "\n").first {
            $0.hasPrefix("user leaderboard ")
        }
        return Set(try #require(line).split(separator: " ").filter { $0.hasPrefix("+") }.map { String($0.dropFirst()) })
    }

    @Test("are those that the shipped user has")
    func users() throws {
        #expect(try Self.shipped().symmetricDifference(Self.needed.union(Self.ofConnections)) == [])
    }

    @Test("have each command that a function calls")
    func functions() throws {
        let folder = ShippedFiles.root.appending(path: "Sources/Leaderboard/Functions")
        var called: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            let text = try String(contentsOf: file, encoding: .utf8)
            called.formUnion(text.matches(of: /(?:call|call_kept|try)\(\s*'([A-Z|]+)'/).map { $0.1.lowercased() })
            // Where the command is chosen before.
            called.formUnion(
                text.matches(of: /'([A-Z]{4,})' or '([A-Z]{4,})'/).flatMap { [$0.1.lowercased(), $0.2.lowercased()] }
            )
        }
        #expect(called.isSuperset(of: ["xadd", "zincrby", "spublish", "xrevrange"]))
        #expect(called.subtracting(Self.needed) == [])
    }

    @Test("have each command that the service sends by itself")
    func sent() throws {
        let sources = ShippedFiles.root.appending(path: "Sources")
        let elsewhere: Set<String> = [
            // To sentinels; of the doctor, who tells what else it may not look at.
            "sentinel", "acl",
        ]
        var sent: Set<String> = []
        for case let file as URL in try #require(
            FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        )
        where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            sent.formUnion(text.matches(of: /RedisCommand\(\s*"([A-Z_]+)"/).map { $0.1.lowercased() })
        }
        let names = Set(Self.needed.map { String($0.prefix { $0 != "|" }) })
        #expect(sent.isSuperset(of: ["fcall", "fcall_ro", "wait"]))
        #expect(sent.subtracting(names).subtracting(Self.ofConnections).subtracting(elsewhere) == [])
    }

    private func doctor(_ redis: PrivateRedisServer, _ own: [String: String] = [:]) async -> [Finding] {
        let settings = ["LIVE_MAX_SUBSCRIBERS": "10", "REDIS_URL": redis.url].merging(own) { $1 }
        return await Doctor(testSettings(settings)).findings()
    }

    @Test("each is told by the doctor when it is taken away, and what to do, done, makes all well")
    func each() async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        let needed = NeededRights(Self.keys, isCluster: false, isReplicated: false)
        for command in Set(needed.all.filter { $0.purpose != .checking }.map(\.command)).sorted() {
            try await redis.command("ACL", "SETUSER", "leaderboard", "-\(command)")
            let finding = try #require(await doctor(redis).first { $0.subject == "rights" || $0.verdict == .bad })
            let all = await doctor(redis).filter { $0.verdict == .bad }
            let rights = all.first { $0.subject == "rights" }
            #expect(rights?.fact.contains(command) == true, "\(command): \(finding)")
            #expect(rights?.remedy.contains("+\(command)") == true, "\(command): \(String(describing: rights?.remedy))")
            try await redis.command("ACL", "SETUSER", "leaderboard", "+\(command)")
        }
        #expect(await doctor(redis).filter { $0.verdict == .bad } == [])
    }

    @Test(
        "keys and channels too",
        arguments: [
            ("resetchannels", "publish on lb:{main}:events", "&lb:{main}:events"),
            ("resetkeys", "xadd on lb:{main}:audit", "~lb:{main}:*"),
            ("resetkeys ~lb:{main}:scores", "xadd on lb:{main}:audit", "~lb:{main}:*"),
            ("resetkeys %R~lb:{main}:*", "zincrby on lb:{main}:scores", "~lb:{main}:*"),
        ]
    )
    func places(rules: String, fact: String, remedy: String) async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        try await redis.command(
            words: ["ACL", "SETUSER", "leaderboard"] + rules.split(separator: " ").map(String.init)
        )
        let finding = await doctor(redis).first { $0.subject == "rights" }
        #expect(finding?.verdict == .bad)
        #expect(finding?.remedy.contains(remedy) == true, "\(String(describing: finding))")
        let missing = finding?.fact ?? ""
        #expect(missing.contains(fact) || missing.contains("more"), "\(missing)")
    }

    @Test("of an operator who only looks are not called missing, and the doctor says what it does not see")
    func reader() async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        let url = "unix://operator:OPERATOR_PASSWORD@\(redis.socketPath)"
        let findings = await doctor(redis, ["REDIS_URL": url])
        let rights = findings.first { $0.subject == "rights" }
        #expect(rights?.verdict == .advice && rights?.fact.contains("may read and not write") == true)
        #expect(findings.filter { $0.verdict == .bad } == [])
    }

    @Test("cannot be asked for without acl|dryrun, and the doctor says so")
    func blind() async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        try await redis.command("ACL", "SETUSER", "leaderboard", "-acl|dryrun")
        let finding = await doctor(redis).first { $0.subject == "rights" }
        #expect(finding?.verdict == .advice && finding?.fact.hasPrefix("could not be checked") == true)
    }

    @Test(
        "the doctor asks whether Redis takes updates, whether it has our functions yet or not",
        arguments: [false, true]
    )
    func writes(isLoaded: Bool) async throws {
        let redis = try await PrivateRedisServer(isDeployed: true)
        if isLoaded { try await withService(["REDIS_URL": redis.url]) { _ in } }
        let before = try await redis.command("DBSIZE")
        for (set, reset, code) in [
            (["maxmemory", "1"], ["maxmemory", "0"], "OOM"),
            (["min-replicas-to-write", "1"], ["min-replicas-to-write", "0"], "NOREPLICAS"),
        ] {
            try await redis.command(words: ["CONFIG", "SET"] + set)
            let finding = await doctor(redis).first { $0.subject == "writes" }
            #expect(finding?.verdict == .bad && finding?.fact.contains(code) == true, "\(String(describing: finding))")
            try await redis.command(words: ["CONFIG", "SET"] + reset)
        }
        #expect(await doctor(redis).first { $0.subject == "writes" }?.verdict == .good)
        #expect(try await redis.command("DBSIZE") == before)
    }
}
