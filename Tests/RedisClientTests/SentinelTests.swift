import NIOCore
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
                try await until("nobody is promoted") { try await sentinels.primary() !== old }
                try await until("the client does not follow") { client.isConnected }
                #expect(try await client.send(RedisCommand("GET", "k"), on: loop).text == "1")
                #expect(try await client.send(RedisCommand("SET", "k", "2"), on: loop).text == "OK")
                try await until("the subscriber does not follow") { events.texts.last == "subscribed" }
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
                try await until("nobody is promoted") { try await sentinels.primary() !== old }
                let promoted = ContinuousClock.now
                let new = try await sentinels.primary()
                try await until("the subscriber does not follow") {
                    try await new.command("PUBLISH", "news", "after")
                    return events.texts.last == "message: after"
                }
                #expect(ContinuousClock.now - promoted < .seconds(4))
                try await until("the client does not follow") {
                    (try? await client.send(RedisCommand("SET", "k", "1"), on: loop)) != nil
                }
            }
        }
    }

    @Test("name another primary while the old one lives on: client and subscriber go there")
    func followsClient() async throws {
        let (old, new) = (try await PrivateRedisServer(port: .tcp), try await PrivateRedisServer(port: .tcp))
        let sentinel = try await ScriptedSentinel(old.port ?? 0)
        let (url, events) = (sentinel.url, EventRecorder())
        try await withClient(url) { client, loop in
            try await withSubscriber(url, events: events, following: client) {
                try await until { events.texts == ["subscribed"] }
                sentinel.say { $0 = .init(port: new.port ?? 0, epoch: 2) }
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

    @Test(
        "with users of their own are asked as SENTINEL_USER; with a wrong password, or none, the log says what they refuse"
    )
    func users() async throws {
        let primary = try await PrivateRedisServer(port: .tcp)
        let sentinel = try await PrivateRedisServer(sentinelOf: primary)
        // What ops/RUNBOOK.md asks for.
        let rights = ["+auth", "+ping", "+sentinel|master", "+sentinel|get-master-addr-by-name", "+sentinel|replicas"]
        try await sentinel.command(
            words: ["ACL", "SETUSER", "watcher", "on", ">pa55", "-@all"] + rights + [
                "+subscribe", "resetchannels", "&+*", "&-*",
            ]
        )
        try await sentinel.command("ACL", "SETUSER", "default", "off")
        let url = "redis+sentinel://127.0.0.1:\(sentinel.port ?? 0)/main"
        var options = RedisOptions()
        options.durability = .replicated
        let log = LogRecorder()
        try await withClient(
            url,
            options,
            sentinelLogin: .init(user: "watcher", password: "pa55"),
            logger: log.logger
        ) { client, loop in
            _ = try await client.send(RedisCommand("SET", "k", "1"), on: loop)
            try await until { client.replicas == RedisReplicas(connected: 0, known: 0, required: 1) }
        }
        #expect(log.lines == [])
        for (login, code) in [
            (nil, "NOAUTH"), (RedisEndpoint.Login(user: "watcher", password: "wr0ng"), "WRONGPASS"),
        ] {
            let log = LogRecorder()
            try await withClient(url, isReady: false, sentinelLogin: login, logger: log.logger) { client, _ in
                try await until { log.lines.contains { $0.contains("tells the primary: AUTH or ACL: \(code): ") } }
                #expect(!client.isConnected)
            }
            #expect(!log.lines.contains { $0.contains("wr0ng") })
        }
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
