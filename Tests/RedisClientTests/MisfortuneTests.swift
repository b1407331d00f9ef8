import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import RedisClient

@Suite("The client, on a server of misfortune")
struct MisfortuneTests {
    /// Answers the first PING of a connection, which makes it ready; then plays.
    private func server(_ play: @escaping @Sendable (String) -> [ScriptedServer.Step]) async throws -> ScriptedServer {
        try await ScriptedServer { _, bytes in
            bytes.contains("PING") ? [.send("+PONG\r\n")] : play(bytes)
        }
    }

    private var hasty: RedisOptions {
        var options = RedisOptions()
        options.commandTimeout = .milliseconds(100)
        return options
    }

    @Test("that stalls: the command's outcome is unknown once its deadline is over, and the connection is replaced")
    func stalls() async throws {
        let server = try await server { _ in [.stall] }
        try await withClient("redis://127.0.0.1:\(server.port)", hasty) { client, loop in
            await #expect(throws: RedisError.outcomeUnknown(.timeout)) {
                try await client.send(RedisCommand("INCR", "x"), on: loop)
            }
            try await until { client.isConnected }
        }
        try await server.stop()
    }

    @Test("that accepts and never answers: commands fail at once, none waits")
    func neverReady() async throws {
        let server = try await ScriptedServer { _, _ in [.stall] }
        try await withClient("redis://127.0.0.1:\(server.port)", hasty, isReady: false) { client, loop in
            await #expect(throws: RedisError.notSent(.disconnected)) {
                try await client.send(RedisCommand("INCR", "x"), on: loop)
            }
        }
        try await server.stop()
    }

    @Test(
        "that hangs up: outcomes are unknown wherever the reply was cut",
        arguments: ["", "*2\r\n", "*2\r\n$7\r\napp", "$5\r\nab", ":1", "hello\r\n", "*1\r\n!x\r\n"]
    )
    func hangsUp(reply: String) async throws {
        let server = try await server { _ in [.sendAndHangUp(reply)] }
        try await withClient("redis://127.0.0.1:\(server.port)") { client, loop in
            await #expect(throws: RedisError.outcomeUnknown(.connectionLost)) {
                try await client.send(RedisCommand("INCR", "x"), on: loop)
            }
            try await until { client.isConnected }
        }
        try await server.stop()
    }

    @Test("that answers rubbish: the stream is out of step for good, and is replaced")
    func rubbish() async throws {
        let server = try await server { _ in [.send("HTTP/1.1 400 Bad Request\r\n\r\n")] }
        try await withClient("redis://127.0.0.1:\(server.port)") { client, loop in
            await #expect(throws: RedisError.outcomeUnknown(.connectionLost)) {
                try await client.send(RedisCommand("INCR", "x"), on: loop)
            }
            try await until { client.isConnected }
        }
        try await server.stop()
    }

    @Test("that answers more than it was asked: the connection is replaced")
    func tooMuch() async throws {
        let server = try await server { _ in [.send(":1\r\n:2\r\n")] }
        try await withClient("redis://127.0.0.1:\(server.port)") { client, loop in
            #expect(try await client.send(RedisCommand("INCR", "x"), on: loop).integer == 1)
            try await until { client.isConnected }
            #expect(try await client.send(RedisCommand("INCR", "x"), on: loop).integer == 1)
        }
        try await server.stop()
    }

    @Test("that is slow: beyond the bound a command is refused at once, not queued")
    func fullQueue() async throws {
        var options = RedisOptions()
        options.maximumPendingCommands = 10
        let server = try await server { _ in [.stall] }
        try await withClient("redis://127.0.0.1:\(server.port)", options) { client, loop in
            let waiting = (0..<10).map { _ in Task { try await client.send(RedisCommand("INCR", "x"), on: loop) } }
            try await until { client.pendingCount == 10 }
            await #expect(throws: RedisError.notSent(.queueFull)) {
                try await client.send(RedisCommand("INCR", "x"), on: loop)
            }
            for task in waiting {
                await #expect(throws: RedisError.outcomeUnknown(.timeout)) { try await task.value }
            }
        }
        try await server.stop()
    }

    @Test(
        "that became a replica: the command is refused, and the connection made anew",
        arguments: ["READONLY", "LOADING"]
    )
    func wrongServer(code: String) async throws {
        let connections = Mutex<Set<Int>>([])
        let server = try await ScriptedServer { connection, bytes in
            connections.withLock { _ = $0.insert(connection) }
            if bytes.contains("PING") { return [.send("+PONG\r\n")] }
            return [.send(connection == 1 ? "-\(code) not now\r\n" : ":1\r\n")]
        }
        try await withClient("redis://127.0.0.1:\(server.port)") { client, loop in
            let error = await #expect(throws: RedisError.self) {
                try await client.send(RedisCommand("INCR", "x"), on: loop)
            }
            #expect(error == .refused(RedisRefusal("\(code) not now")))
            try await until { connections.withLock { $0 == [1, 2] } && client.isConnected }
            #expect(try await client.send(RedisCommand("INCR", "x"), on: loop).integer == 1)
        }
        try await server.stop()
    }
}
