import Foundation
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import RedisClient

@Suite("The client, on a server of misfortune")
struct MisfortuneTests {
    /// Says that it is the primary, which makes a connection ready; then plays.
    private func server(_ play: @escaping @Sendable (String) -> [ScriptedServer.Step]) async throws -> ScriptedServer {
        try await ScriptedServer { _, bytes in
            bytes.contains("ROLE") ? [.send(greeted(bytes))] : play(bytes)
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
            let outcomes = await withTaskGroup { tasks in
                for _ in 0...10 {
                    tasks.addTask { () async -> RedisError? in
                        do throws(RedisError) { _ = try await client.send(RedisCommand("INCR", "x"), on: loop) } catch {
                            return error
                        }
                        return nil
                    }
                }
                return await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.first == .notSent(.queueFull))
            #expect(outcomes.dropFirst() == ArraySlice(repeating: .outcomeUnknown(.timeout), count: 10))
        }
        try await server.stop()
    }

    @Test("that answers without end: the connection is replaced before memory runs out")
    func endless() async throws {
        var options = RedisOptions()
        options.maximumReplyBytes = 10_000
        let server = try await server { _ in
            [.send("$536870912\r\n" + String(repeating: "x", count: 20_000))]
        }
        try await withClient("redis://127.0.0.1:\(server.port)", options) { client, loop in
            await #expect(throws: RedisError.outcomeUnknown(.connectionLost)) {
                try await client.send(RedisCommand("GET", "x"), on: loop)
            }
        }
        try await server.stop()
    }

    @Test(
        "that is the wrong one: all commands on the way get its answer, and those that follow a connection made anew",
        arguments: ["READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH"]
    )
    func wrongServer(code: String) async throws {
        let received = Mutex(0)
        let server = try await ScriptedServer { connection, bytes in
            if bytes.contains("ROLE") { return [.send(greeted(bytes))] }
            guard connection == 1 else { return [.send(":1\r\n")] }
            let count = received.withLock { count in
                count += bytes.ranges(of: "INCR").count
                return count
            }
            return count == 5 ? [.send(String(repeating: "-\(code) not now\r\n", count: 5))] : [.stall]
        }
        try await withClient("redis://127.0.0.1:\(server.port)") { client, loop in
            let sent = (0..<5).map { _ in Task { try await client.send(RedisCommand("INCR", "x"), on: loop) } }
            for task in sent {
                let error = await #expect(throws: RedisError.self) { try await task.value }
                #expect(error == .refused(RedisRefusal("\(code) not now")))
            }
            try await until { (try? await client.send(RedisCommand("INCR", "x"), on: loop)) == .integer(1) }
        }
        try await server.stop()
    }

    @Test("that closes an idle connection: a command that comes meanwhile waits for the new one")
    func shortLoss() async throws {
        var options = RedisOptions()
        options.reconnectGrace = .seconds(10)
        let server = try await PrivateRedisServer()
        try await withClient(server.url, options) { client, loop in
            for _ in 1...5 {
                try await server.command("CLIENT", "KILL", "TYPE", "normal")
                #expect(try await client.send(RedisCommand("PING"), on: loop).text == "PONG")
            }
        }
    }

    @Test("that is half-open: a subscriber finds out by itself")
    func halfOpenSubscriber() async throws {
        var options = hasty
        options.subscriberTimeout = .milliseconds(100)
        options.subscriberKeepAliveInterval = .milliseconds(20)
        let server = try await ScriptedServer { _, bytes in
            if bytes.contains("ROLE") { return [.send(greeted(bytes))] }
            return bytes.contains("SUBSCRIBE") ? [.send("*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n")] : [.stall]
        }
        let events = EventRecorder()
        try await withSubscriber("redis://127.0.0.1:\(server.port)", options, events: events) {
            try await until { events.texts.prefix(3) == ["subscribed", "disconnected", "subscribed"] }
        }
        try await server.stop()
    }

    @Test("that a router has forgotten: a subscriber is live again within two seconds and a bit")
    func forgotten() async throws {
        let server = try await PrivateRedisServer(port: .tcp)
        let proxy = try await TCPProxy(to: server.port ?? 0)
        let events = EventRecorder()
        try await withSubscriber("redis://127.0.0.1:\(proxy.port)", events: events) {
            try await until { events.texts == ["subscribed"] }
            proxy.set(.stalled)
            let start = ContinuousClock.now
            try await until { events.texts.last == "disconnected" }
            #expect(ContinuousClock.now - start < .seconds(2.5))
            proxy.set(.open)
            try await until { events.texts.last == "subscribed" }
        }
    }

    @Test("that cannot be reached is told in constant words")
    func unreachable() async throws {
        let refusing = try await FreePort.find()
        for (url, words) in [
            ("redis://127.0.0.1:\(refusing)", "connection refused"), ("unix:///nowhere/redis", "no such socket"),
            // A label has 63 characters at most: nobody needs to be asked.
            ("redis://\(String(repeating: "x", count: 64)).invalid:1", "unknown host"),
        ] {
            let log = LogRecorder()
            try await withClient(url, isReady: false, logger: log.logger) { _, _ in
                try await until { !log.lines.isEmpty }
            }
            #expect(log.lines == ["warning redis connection failed reason=\(words)"])
        }
        let reset = IOError(errnoCode: ECONNRESET, reason: "read(descriptor:pointer:size:)")
        #expect(ConnectionTrouble.words(for: reset) == "connection reset")
        #expect(ConnectionTrouble.words(for: ChannelError.connectTimeout(.seconds(2))) == "timed out")
    }

    @Test("that does not answer AUTH well is no connection, and the log names the code once, and no secret")
    func badAuth() async throws {
        let log = LogRecorder()
        let server = try await ScriptedServer { _, _ in [.send("-WRONGPASS the password pa55 is wrong\r\n")] }
        let url = "redis://:pa55@127.0.0.1:\(server.port)"
        try await withClient(url, isReady: false, logger: log.logger) { client, loop in
            try await until { !log.lines.isEmpty }
            await #expect(throws: RedisError.notSent(.disconnected)) {
                try await client.send(RedisCommand("PING"), on: loop)
            }
        }
        #expect(log.lines.first == "error redis refused the connection reason=AUTH: \(wrongPassword)")
        #expect(log.lines.count { $0.contains("refused the connection") } == 1)
        #expect(!log.lines.contains { $0.contains("pa55") })
        try await server.stop()
    }
}

/// What a primary with one replica says to the end of a greeting, or to ROLE alone.
func greeted(_ bytes: String) -> String {
    (bytes.contains("INFO") ? "+no cluster\r\n" : "") + primaryRole
}

let primaryRole = "*3\r\n$6\r\nmaster\r\n:0\r\n*1\r\n*3\r\n$9\r\n127.0.0.1\r\n$1\r\n1\r\n$1\r\n0\r\n"

let wrongPassword = "WRONGPASS: the password or the user is wrong, or the user is off"
