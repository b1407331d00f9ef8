import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import RedisClient

@Suite("Sentinels", .timeLimit(.minutes(5)))
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

    @Test("a primary that hangs: the subscription is live on the new one soon after the failover")
    func hungPrimary() async throws {
        let sentinels = try await RedisSentinels()
        let events = EventRecorder()
        try await withClient(sentinels.url) { client, loop in
            try await withSubscriber(sentinels.url, events: events, following: client) {
                try await until { events.texts == ["subscribed"] }
                let old = try await sentinels.primary()
                old.pause()
                defer { old.resume() }
                try await wait("nobody is promoted") { try await sentinels.primary() !== old }
                let promoted = ContinuousClock.now
                let new = try await sentinels.primary()
                try await wait("the subscriber does not follow") {
                    try await new.command("PUBLISH", "news", "after")
                    return events.texts.last == "message: after"
                }
                #expect(ContinuousClock.now - promoted < .seconds(4))
                try await wait("the client does not follow") {
                    (try? await client.send(RedisCommand("SET", "k", "1"), on: loop)) != nil
                }
            }
        }
    }

    @Test("name another primary while the old one lives on: the subscriber follows the client there")
    func followsClient() async throws {
        let (old, new) = (try await PrivateRedisServer(port: .tcp), try await PrivateRedisServer(port: .tcp))
        let port = Mutex(old.port ?? 0)
        let sentinel = try await ScriptedServer { _, _ in
            let text = "\(port.withLock { $0 })"
            return [.send("*2\r\n$9\r\n127.0.0.1\r\n$\(text.count)\r\n\(text)\r\n")]
        }
        let (url, events) = ("redis+sentinel://127.0.0.1:\(sentinel.port)/main", EventRecorder())
        try await withClient(url) { client, loop in
            try await withSubscriber(url, events: events, following: client) {
                try await until { events.texts == ["subscribed"] }
                port.withLock { $0 = new.port ?? 0 }
                try await old.command("CLIENT", "KILL", "TYPE", "normal")
                try await until { events.texts == ["subscribed", "disconnected", "subscribed"] }
                try await new.command("PUBLISH", "news", "here")
                try await until { events.texts.last == "message: here" }
            }
        }
        try await sentinel.stop()
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
