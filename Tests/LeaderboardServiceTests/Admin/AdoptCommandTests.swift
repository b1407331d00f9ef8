import Foundation
import TestSupport
import Testing

@Suite("leaderboard admin adopt, and the exit codes of verify", .timeLimit(.minutes(5)))
struct AdoptCommandTests {
    @Test("takes what another service wrote into the audit, of some users or all")
    func foreign() async throws {
        let redis = try await PrivateRedisServer()
        @Sendable func admin(_ arguments: String...) async throws -> (output: String, code: Int32) {
            try await ServiceProcess.run(["admin"] + arguments, ["REDIS_URL": redis.url])
        }
        try await withService(["REDIS_URL": redis.url]) { service in
            let writer = try await service.connect()
            for user in ["ada", "grace"] { _ = try await service.update(user, 50, on: writer) }
            for user in ["ada", "grace", "zoe"] {
                try await redis.command("ZINCRBY", "lb:{main}:scores", "7", user)
            }
            let differing = try await admin("verify")
            #expect(differing.code == 3 && differing.output.contains("ada: the board has 57"), "\(differing.output)")
            let allowed = try await admin("verify", "--allow-unexplained")
            #expect(allowed.code == 0 && allowed.output.contains("zoe: 7 points"), "\(allowed.output)")

            let trial = try await admin("adopt", "--all", "--reason", "r", "--dry-run")
            #expect(trial.code == 0 && trial.output.contains("grace: the board has 57"), "\(trial.output)")
            #expect(try await admin("adopt", "--all", "--reason", "r").code == 1)
            let one = try await admin("adopt", "ada", "nobody", "--reason", "r", "--yes")
            #expect(one.code == 0 && one.output.contains("1 user adopted"), "\(one.output)")
            let rest = try await admin("adopt", "--all", "--reason", "r", "--yes")
            #expect(rest.code == 0 && rest.output.contains("2 users adopted"), "\(rest.output)")
            #expect(try await admin("verify").code == 0)
            #expect(
                try await admin("adopt", "--all", "--reason", "r").output
                    == "differences  0\nunexplained  0\nThere is nothing to adopt.\n"
            )
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "ada") == "57")

            try await redis.command("ZINCRBY", "lb:{main}:scores", "1", "ada")
            try await redis.command("SADD", "lb:{main}:suspended", "grace")
            #expect(try await admin("verify", "--allow-unexplained").code == 1)
            let left = try await admin("adopt", "--all", "--reason", "r", "--yes")
            #expect(left.code == 1 && left.output.contains("1 user adopted"), "\(left.output)")
        }
    }

    @Test("leave a score that is gone to a rebuild, and an audit that lost an entry to accept")
    func losses() async throws {
        let redis = try await PrivateRedisServer()
        @Sendable func admin(_ arguments: String...) async throws -> (output: String, code: Int32) {
            try await ServiceProcess.run(["admin"] + arguments, ["REDIS_URL": redis.url])
        }
        try await withService(["REDIS_URL": redis.url]) { service in
            let writer = try await service.connect()
            for user in ["ada", "grace", "ada"] { _ = try await service.update(user, 50, on: writer) }
            try await redis.command("DEL", "lb:{main}:scores")
            let lost = try await admin("verify", "--allow-unexplained")
            #expect(
                lost.code == 1 && lost.output.contains("2 users of the audit without a score: rebuild"),
                "\(lost.output)"
            )
            let left = try await admin("adopt", "--all", "--reason", "r", "--yes")
            #expect(left.code == 1 && left.output.contains("not adopted: ada, grace"), "\(left.output)")
            #expect(try await admin("rebuild", "--yes").code == 0)
            #expect(try await admin("verify").code == 0)

            let ids = try await redis.command("XRANGE", "lb:{main}:audit", "-", "+", "COUNT", "2").split(
                separator: "\n"
            )
            let second = try #require(ids.map(String.init).last { $0.wholeMatch(of: /[0-9]+-[0-9]+/) != nil })
            try await redis.command("XDEL", "lb:{main}:audit", second)
            let broken = try await admin("verify", "--allow-unexplained")
            #expect(broken.code == 1 && broken.output.contains("accept"), "\(broken.output)")
            #expect(try await admin("accept", "--reason", "a disk error").code == 1)
            let accepted = try await admin("accept", "--reason", "a disk error", "--yes")
            #expect(accepted.code == 0 && accepted.output.contains("1 fault accepted"), "\(accepted.output)")
            let sound = try await admin("verify")
            #expect(sound.code == 0 && sound.output.contains("leaderboard-admin: a disk error"), "\(sound.output)")
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "grace") == "50")
        }
    }

    @Test(
        "wants to know of whom, and why",
        arguments: ["adopt --reason r", "adopt ada --all --reason r", "adopt ada", "adopt not,ours --reason r"]
    )
    func usage(words: String) async throws {
        let words = words.split(separator: " ").map(String.init)
        #expect(try await ServiceProcess.run(["admin"] + words, [:]).code == 64)
    }
}
