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
            ("TRUSTED_PROXY", "TRUSTED_PROXIES"), ("LIVE_WINDOW", "LIVE_WINDOW_MS"), ("DRAIN", "DRAIN_SECONDS"),
            ("LIVE_WINDOW_SECONDS", "LIVE_WINDOW_MS"), ("REDIS_TIMEOUT", "REDIS_TIMEOUT_MS"),
            ("REDIS_TIMEOUT_SECONDS", "REDIS_TIMEOUT_MS"), ("HEAD_TIMEOUT", "HEAD_TIMEOUT_SECONDS"),
            ("LIVE_BACKLOG", "LIVE_BACKLOG_BYTES"), ("JWT_LEEWAY", "JWT_LEEWAY_SECONDS"),
            ("RATE_LIMIT", "RATE_LIMIT_UPDATES"), ("RATE_LIMIT_SECONDS", "RATE_LIMIT_INTERVAL_SECONDS"),
            ("JWT_JWKS_FILE", "JWT_JWKS"), ("GRANT_JWKS_FILE", "GRANT_JWKS"), ("TLS_KEY_FILE", "TLS_PRIVATE_KEY_FILE"),
            ("MAX_SCORE_INCREASE", "SCORE_INCREASE_MAX"),
            ("LIVE_SUBSCRIBERS_MAX", "LIVE_MAX_SUBSCRIBERS"), ("BOARDS_MAXIMUM", nil), ("REDIS_URLS", "REDIS_URL"),
            ("JWT_SECRET_FILES", "JWT_SECRET_FILE"), ("jwt_secret", "JWT_SECRET"), ("live_window", "LIVE_WINDOW_MS"),
            ("LOG_LEVL", "LOG_LEVEL"), ("LEADERBOARD_UR", "LEADERBOARD_URL"),
            ("REDIS_HOST", nil), ("JWT_ALGORITHM", nil),
        ] as [(String, String?)]
    )
    func nearest(name: String, nearest: String?) {
        #expect(unknown([name: "x"]) == [UnknownName(name: name, place: nil, nearest: nearest)])
        #expect(
            unknown([:], file: "\n\(name)=x") == [UnknownName(name: name, place: ".env, line 2", nearest: nearest)]
        )
        #expect(unknown([name: ""], file: "\(name)=") == [])
    }

    @Test(
        "and has a word too few or too many is told of in the file, and in the environment only if it begins as ours do",
        arguments: [
            ("LEADERBOARD_JWT_SECRET", "JWT_SECRET"), ("APP_JWT_SECRET", "JWT_SECRET"),
            ("ALLOWED_ORIGINS", "CORS_ALLOWED_ORIGINS"),
            ("INCREASE_MAX", "SCORE_INCREASE_MAX"), ("CORS_ORIGINS", "CORS_ALLOWED_ORIGINS"),
        ]
    )
    func aWordMore(name: String, nearest: String) {
        #expect(unknown([:], file: "\(name)=x").map(\.nearest) == [nearest])
        #expect(unknown([name: "x"]).map(\.nearest) == (name.hasPrefix("LEADERBOARD_") ? [nearest] : []))
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
