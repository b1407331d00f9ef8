import NIOCore
import Testing

@testable import RedisClient
@testable import TestSupport

@Suite("A password of Redis")
struct PasswordTests {
    struct Trouble: Sendable {
        var login = ""
        var password: String?
        let words: String
    }

    private static let wrong = "AUTH: \(wrongPassword)"
    static let troubles = [
        Trouble(password: "pa55", words: none),
        Trouble(login: ":wr0ng@", password: "pa55", words: wrong),
        Trouble(login: "who:wr0ng@", password: "pa55", words: wrong),
        Trouble(login: ":wr0ng@", words: needless),
    ]
    private static let none = "INFO: NOAUTH: a password is wanted, and none is set"
    private static let needless = "AUTH: ERR: a password is set, and the server has none for the default user"

    @Test(
        "that is missing, wrong or needless is told as such, once, and without it",
        arguments: troubles
    )
    func told(_ trouble: Trouble) async throws {
        let redis = try await PrivateRedisServer(password: trouble.password)
        let log = LogRecorder()
        try await withClient("unix://\(trouble.login)\(redis.socketPath)", isReady: false, logger: log.logger) {
            client,
            _ in
            try await until { !log.lines.isEmpty }
            #expect(client.outage == trouble.words)
        }
        let level = trouble.words.contains("ERR") ? "warning" : "error"
        #expect(log.lines == ["\(level) redis refused the connection reason=\(trouble.words)"])
    }

    @Test("that is set while a connection is lost is told too, after the loss")
    func later() async throws {
        let redis = try await PrivateRedisServer()
        let log = LogRecorder()
        try await withClient("unix://\(redis.socketPath)", logger: log.logger) { client, _ in
            try await redis.command("CONFIG", "SET", "requirepass", "pa55")
            let kill = ["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]
            _ = try await RedisCall.text(of: kill, at: redis.socketPath, password: "pa55")
            try await until { log.lines.count == 2 }
            #expect(client.outage == Self.none)
        }
        #expect(log.lines.first?.hasPrefix("warning redis connection lost") == true)
        #expect(log.lines.last == "error redis refused the connection reason=\(Self.none)")
    }

    @Test("of a database that there is not: it is the database that is told")
    func database() async throws {
        let redis = try await PrivateRedisServer()
        let log = LogRecorder()
        try await withClient("unix://\(redis.socketPath)?db=16", isReady: false, logger: log.logger) { _, _ in
            try await until { !log.lines.isEmpty }
        }
        #expect(log.lines == ["warning redis refused the connection reason=SELECT: ERR: there is no such database"])
    }
}
