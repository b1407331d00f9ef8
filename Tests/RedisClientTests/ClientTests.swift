import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import RedisClient

@Suite("The client, on a real server")
struct ClientTests {
    @Test("any byte may stand in a word, and comes back as it was")
    func binarySafe() async throws {
        let server = try await PrivateRedisServer()
        try await withClient(server.url) { client, loop in
            let bytes = (0...255).map { UInt8($0) } + Array("\r\n$5\r\n".utf8)
            var set = RedisCommand("SET", "k")
            set.append(bytes)
            _ = try await client.send(set, on: loop)
            let reply = try await client.send(RedisCommand("GET", "k"), on: loop)
            #expect(reply == .string(bytes))
        }
    }

    @Test("replies are matched to many commands in order")
    func order() async throws {
        let server = try await PrivateRedisServer()
        try await withClient(server.url) { client, loop in
            let replies = try await withThrowingTaskGroup(of: (Int, RESPValue).self) { tasks in
                for number in 0..<2000 {
                    tasks.addTask { (number, try await client.send(RedisCommand("ECHO", "\(number)"), on: loop)) }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.count == 2000)
            #expect(replies.allSatisfy { $0.1.text == "\($0.0)" })
        }
    }

    @Test("signs in with user and password, selects the database, over TCP")
    func signIn() async throws {
        let server = try await PrivateRedisServer(port: .tcp, password: "p:@ss/word")
        try await server.command("ACL", "SETUSER", "writer", "on", ">se cret", "~*", "+@all")
        let port = try #require(server.port)
        try await withClient("redis://writer:se%20cret@127.0.0.1:\(port)/3") { client, loop in
            #expect(try await client.send(RedisCommand("ACL", "WHOAMI"), on: loop).text == "writer")
            _ = try await client.send(RedisCommand("SET", "here", "1"), on: loop)
        }
        try await withClient("redis://:p%3A%40ss%2Fword@127.0.0.1:\(port)/3") { client, loop in
            let reply = try await client.send(RedisCommand("GET", "here"), on: loop)
            #expect(reply.text == "1")
        }
    }

    @Test("a wrong password is no connection, and each command is refused as not sent")
    func wrongPassword() async throws {
        let server = try await PrivateRedisServer(port: .tcp, password: "right")
        try await withClient("redis://:wrong@127.0.0.1:\(server.port ?? 0)", isReady: false) { client, loop in
            await #expect(throws: RedisError.notSent(.disconnected)) {
                try await client.send(RedisCommand("PING"), on: loop)
            }
            #expect(!client.isConnected)
        }
    }

    @Test("a command's error is its own: the connection goes on")
    func refusal() async throws {
        let server = try await PrivateRedisServer()
        try await withClient(server.url) { client, loop in
            let error = await #expect(throws: RedisError.self) {
                try await client.send(RedisCommand("NOSUCH"), on: loop)
            }
            guard case .refused(let refusal) = error else { throw NeverSo(description: "not refused") }
            #expect(refusal.code == "ERR")
            #expect(try await client.send(RedisCommand("PING"), on: loop).text == "PONG")
        }
    }

    @Test("a server that restarts is found again, and meanwhile commands fail at once")
    func reconnects() async throws {
        let server = try await PrivateRedisServer()
        try await withClient(server.url) { client, loop in
            _ = try await client.send(RedisCommand("SET", "k", "1"), on: loop)
            server.kill()
            try await until { !client.isConnected }
            await #expect(throws: RedisError.notSent(.disconnected)) {
                try await client.send(RedisCommand("PING"), on: loop)
            }
            try await server.start()
            let back = ContinuousClock.now
            try await until { client.isConnected }
            #expect(ContinuousClock.now - back < .seconds(2))
            #expect(try await client.send(RedisCommand("GET", "k"), on: loop).text == "1")
        }
    }

    @Test("a subscriber gets what is published, and subscribes again after a loss, and says so")
    func subscriber() async throws {
        let server = try await PrivateRedisServer()
        let events = EventRecorder()
        try await withSubscriber(server.url, events: events) {
            try await until { events.texts == ["subscribed"] }
            try await server.command("PUBLISH", "news", "one")
            try await until { events.texts == ["subscribed", "message: one"] }
            try await server.command("CLIENT", "KILL", "TYPE", "pubsub")
            try await until { events.texts.suffix(2) == ["disconnected", "subscribed"] }
            try await server.command("PUBLISH", "news", "two")
            try await until { events.texts.last == "message: two" }
        }
    }
}
