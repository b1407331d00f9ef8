import NIOCore
import TestSupport
import Testing

@testable import RedisClient

@Suite("Sentinels", .timeLimit(.minutes(2)))
struct SentinelTests {
    @Test("lead client and subscriber to the primary, and after a failover to the new one")
    func failover() async throws {
        let sentinels = try await RedisSentinels()
        let events = EventRecorder()
        try await withSubscriber(sentinels.url, events: events) {
            try await withClient(sentinels.url) { client, loop in
                _ = try await client.send(RedisCommand("SET", "k", "1"), isDurable: true, on: loop)
                let old = try await sentinels.primary()
                old.kill()
                try await wait("nobody is promoted") { try await sentinels.primary() !== old }
                try await wait("the client does not follow") { client.isConnected }
                #expect(try await client.send(RedisCommand("GET", "k"), on: loop).text == "1")
                #expect(try await client.send(RedisCommand("SET", "k", "2"), on: loop).text == "OK")
                try await wait("the subscriber does not follow") { events.texts.last == "subscribed" }
                try await sentinels.primary().command("PUBLISH", "news", "after")
                try await until { events.texts.last == "message: after" }
            }
        }
    }

    @Test("are asked in turn: one that is gone, or knows no such name, is passed over")
    func someGone() async throws {
        let primary = try await PrivateRedisServer(port: .tcp)
        let (gone, knowing) = (try await FreePort.find(), try await PrivateRedisServer(sentinelOf: primary))
        let ignorant = try await ScriptedServer { _, _ in [.send("*-1\r\n")] }
        let hosts = [gone, ignorant.port, knowing.port ?? 0].map { "127.0.0.1:\($0)" }.joined(separator: ",")
        try await withClient("redis+sentinel://\(hosts)/main") { client, loop in
            _ = try await client.send(RedisCommand("SET", "k", "1"), on: loop)
        }
        #expect(try await primary.command("GET", "k") == "1")
    }

    @Test("that still name a server which became a replica: no connection is made to it")
    func replica() async throws {
        let primary = try await PrivateRedisServer(port: .tcp)
        let replica = try await PrivateRedisServer(port: .tcp, replicaOf: primary)
        let log = LogRecorder()
        try await withClient(replica.url, isReady: false, logger: log.logger) { client, _ in
            try await until { !log.lines.isEmpty }
            #expect(!client.isConnected)
            #expect(log.lines == ["error redis refused the connection reason=the server is a replica"])
            try await replica.command("REPLICAOF", "NO", "ONE")
            try await until { client.isConnected }
        }
    }
}
