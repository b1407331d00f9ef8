import Text
import Testing

@testable import LeaderboardService

@Suite("A name that nobody reads")
struct UnknownNameTests {
    private func unknown(_ environment: [String: String], file: String = "") -> [UnknownName] {
        let file = EnvironmentFile(path: ".env", bytes: Array(file.utf8))
        return Settings(environment: environment, file: file).unknownNames(known: ServiceConfiguration.variables)
    }

    @Test(
        "and is nearly one of ours is told with the one that may be meant",
        arguments: [
            ("RATE_LIMIT_UPDATE", "RATE_LIMIT_UPDATES"), ("JWT_SECRETS", "JWT_SECRET"), ("JTW_SECRET", "JWT_SECRET"),
            ("REDIS_ULR", "REDIS_URL"), ("prot", "PORT"), ("port", "PORT"), ("LIVE_WINDOWS_MS", "LIVE_WINDOW_MS"),
            ("TRUSTED_PROXY", nil), ("LOG_LEVL", "LOG_LEVEL"), ("LEADERBOARD_UR", "LEADERBOARD_URL"),
            ("REDIS_HOST", nil), ("JWT_ALGORITHM", nil),
        ] as [(String, String?)]
    )
    func nearest(name: String, nearest: String?) {
        if name != "TRUSTED_PROXY" {
            #expect(unknown([name: "x"]) == [UnknownName(name: name, place: nil, nearest: nearest)])
        }
        #expect(
            unknown([:], file: "\n\(name)=x") == [UnknownName(name: name, place: ".env, line 2", nearest: nearest)]
        )
        #expect(unknown([name: ""], file: "\(name)=") == [])
    }

    @Test(
        "and looks like nobody's of ours is left alone in the environment, which is everybody's",
        arguments: [
            "PATH", "HOME", "HOSTNAME", "USER", "LANG", "TERM", "SHELL", "PWD", "OLDPWD", "SHLVL", "LOGNAME", "TMPDIR",
            "MAIL", "EDITOR", "TZ", "_", "NO_PROXY", "http_proxy", "SWIFT_BACKTRACE", "INVOCATION_ID", "JOURNAL_STREAM",
            "KUBERNETES_SERVICE_HOST", "LEADERBOARD_SERVICE_HOST", "LEADERBOARD_SERVICE_PORT_HTTP", "LEADERBOARD_PORT",
            "LEADERBOARD_PORT_80_TCP_ADDR", "REDIS_PORT_6379_TCP", "REDIS_PORT", "REDIS_SERVICE_PORT",
        ]
    )
    func ordinary(name: String) {
        #expect(unknown([name: "x"]) == [])
    }

    @Test("and that is ours is none of these")
    func known() {
        #expect(unknown(Dictionary(uniqueKeysWithValues: ServiceConfiguration.variables.map { ($0, "x") })) == [])
    }

    @Test(
        "is as far from another as it takes letters",
        arguments: [
            ("", "", 0), ("", "AB", 2), ("AB", "", 2), ("ABC", "ABC", 0), ("ABC", "ACB", 1), ("ABC", "AC", 1),
            ("ABC", "AXBC", 1), ("ABC", "AXC", 1), ("ABCD", "BADC", 2), ("KITTEN", "SITTING", 3),
        ]
    )
    func distance(first: String, second: String, distance: Int) {
        #expect(editDistance(Array(first.utf8), Array(second.utf8)) == distance)
        #expect(editDistance(Array(second.utf8), Array(first.utf8)) == distance)
    }
}
