import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import RedisClient

@Suite("A cluster", .timeLimit(.minutes(5)))
struct ClusterTests {
    @Test("the owner of the slot is found, and followed through resharding and failover, by the subscriber too")
    func follows() async throws {
        let cluster = try await RedisCluster()
        let key = "lb:{main}:x"
        let slot = ClusterSlot.of(key)
        var options = RedisOptions()
        options.clusterKey = key
        let events = EventRecorder()
        try await withSubscriber(cluster.url, options, events: events, channel: "lb:{main}:events") {
            try await withClient(cluster.url, options) { client, loop in
                try await until { events.texts.last == "subscribed" }
                /// Writes and publishes until the subscriber has it.
                func follow(_ complaint: String) async throws {
                    let before = events.texts.count
                    try await until(complaint) {
                        _ = try? await client.send(RedisCommand("SPUBLISH", "lb:{main}:events", "changed"), on: loop)
                        return events.texts.dropFirst(before).contains("message: changed")
                    }
                    try await until(complaint) {
                        (try? await client.send(RedisCommand("INCR", key), on: loop)) != nil
                    }
                }
                try await follow("no first message")

                let source = try await cluster.owner(of: slot)
                let target = try await cluster.owner(of: (slot + ClusterSlot.count / 2) % ClusterSlot.count)
                guard let source, let target, source !== target else { throw NeverSo(description: "no two owners") }
                try await cluster.move(slot: slot, from: source, to: target)
                try await follow("resharding is not followed")

                target.kill()
                try await until("no failover") {
                    let owner = try await cluster.owner(of: slot)
                    return owner != nil && owner !== target
                }
                try await follow("the failover is not followed")
                let total = try await client.send(RedisCommand("GET", key), on: loop)
                #expect(total.text == "3")
            }
        }
    }

    @Test("is none any more where a server by itself answers at the address of a plain redis://")
    func noneAnyMore() async throws {
        let server = try await PrivateRedisServer(port: .tcp)
        let endpoint = try RedisEndpoint(url: "redis://127.0.0.1:\(server.port ?? 0)")
        let locator = PrimaryLocator(endpoint, options: RedisOptions())
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        #expect(locator.isNode() && locator.isCluster)
        await #expect(throws: (any Error).self) { _ = try await locator.locate(on: loop).get() }
        #expect(!locator.isCluster)
        _ = try await locator.locate(on: loop).get()
    }

    @Test("whose one node a plain redis:// names, primary or replica, is used as a cluster: by client and subscriber")
    func plainURL() async throws {
        let cluster = try await RedisCluster()
        let key = "lb:{main}:x"
        var options = RedisOptions()
        options.clusterKey = key
        for node in cluster.nodes {
            let url = "redis://127.0.0.1:\(node.port ?? 0)"
            let events = EventRecorder()
            let log = LogRecorder()
            try await withSubscriber(url, options, events: events, channel: "lb:{main}:events") {
                try await withClient(url, options, logger: log.logger) { client, loop in
                    _ = try await client.send(RedisCommand("INCR", key), on: loop)
                    #expect(await client.primaries(on: loop).count == 3)
                    try await until { events.texts.last == "subscribed" }
                    _ = try await client.send(RedisCommand("SPUBLISH", "lb:{main}:events", "changed"), on: loop)
                    try await until { events.texts.last == "message: changed" }
                }
            }
            #expect(log.lines == ["info redis is a node of a cluster, and is used as redis+cluster:// would be"])
        }
    }
}
