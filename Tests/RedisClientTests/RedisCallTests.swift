import Testing

@testable import TestSupport

@Suite("The tests' own way to ask Redis")
struct RedisCallTests {
    private static let commands = [
        ["PING"], ["SET", "k", "line\n\nline\r\n"], ["GET", "k"], ["GET", "none"], ["INCR", "n"], ["GET", "k", "k"],
        ["NOSUCH"],
        ["RPUSH", "l", "a", "", "ü"], ["LRANGE", "l", "0", "-1"], ["LRANGE", "none", "0", "-1"],
        ["MGET", "none", "n", "none"],
        ["EVAL", "return {1,{2,'a',{}},false,'',redis.status_reply('S')}", "0"],
        ["EVAL", "return redis.error_reply('MY word')", "0"],
        ["CONFIG", "GET", "maxmemory*"], ["SET", "", ""], ["GET", ""],
        ["SET", "long", String(repeating: "x", count: 100_000)],
        ["GET", "long"],
    ]

    @Test("tells what redis-cli does, to the byte")
    func same() async throws {
        let server = try await PrivateRedisServer(password: "secret")
        for command in Self.commands {
            let told = try await server.command(words: command)
            // What counts up is asked once more.
            if command[0] == "INCR" || command[0] == "RPUSH" { try await server.command("DEL", command[1]) }
            let options = ["-s", server.socketPath, "-a", "secret", "--no-auth-warning", "--raw"]
            #expect(try await Launcher.shared.output("redis-cli", options + command) == told, "\(command.prefix(3))")
        }
        #expect(try await RedisCall.text(of: ["GET", "k"], at: server.socketPath).hasPrefix("NOAUTH"))
        server.kill()
        #expect(try await server.command("PING") != "PONG")
    }
}
