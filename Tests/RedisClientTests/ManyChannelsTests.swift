import Logging
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import RedisClient

@Suite("A subscriber of many channels", .serialized, .timeLimit(.minutes(5)))
struct ManyChannelsTests {
    private static let channels = (0..<1000).map { "lb:{b\($0)}:events" }

    @Test("on one server: 1,000 are followed, heard, lost and found again each by itself, and let go")
    func server() async throws {
        let server = try await PrivateRedisServer()
        let heard = ChannelRecorder()
        try await withSubscriber(server.url, heard) { subscriber in
            try await withClient(server.url) { client, loop in
                for channel in Self.channels { try subscriber.follow(channel) }
                try await until("not all are live") { heard.live.count == 1000 }
                try await expectHeard(heard, Self.channels) {
                    _ = try await client.send(RedisCommand("PUBLISH", $0, $1), on: loop)
                }
                try await server.command("CLIENT", "KILL", "TYPE", "pubsub")
                try await until("not all are live again") { heard.losses.count == 1000 && heard.live.count == 1000 }
                #expect(heard.losses.values.allSatisfy { $0 == 1 })
                for channel in Self.channels.dropFirst(100) { subscriber.letGo(channel) }
                try await until {
                    try await server.command("PUBSUB", "CHANNELS").split(separator: "\n").count == 100
                }
                try await expectHeard(heard, Self.channels.prefix(100)) {
                    _ = try await client.send(RedisCommand("PUBLISH", $0, $1), on: loop)
                }
                // What was let go can be followed again.
                try subscriber.follow(Self.channels[500])
                try await until("not followed again") {
                    try await server.command("PUBSUB", "NUMSUB", Self.channels[500]).hasSuffix("\n1")
                }
            }
        }
    }

    @Test("in a cluster: 1,000 over three primaries; a slot that moves and a failover are told of their channels only")
    func cluster() async throws {
        let cluster = try await RedisCluster()
        let heard = ChannelRecorder()
        try await withClient(cluster.url) { client, loop in
            try await withSubscriber(cluster.url, heard, following: client) { subscriber in
                let publish: (String, String) async throws -> Void = { channel, text in
                    _ = try await client.send(RedisCommand("SPUBLISH", channel, text), on: loop)
                }
                for channel in Self.channels { try subscriber.follow(channel) }
                try await until("not all are live") { heard.live.count == 1000 }
                try await expectHeard(heard, Self.channels, publish)

                // Redis ends the subscription by itself.
                let moved = Self.channels[3]
                let slot = ClusterSlot.of(moved)
                let source = try #require(try await cluster.owner(of: slot))
                let others = cluster.nodes.filter { $0 !== source }
                var target: PrivateRedisServer?
                for channel in Self.channels where target == nil {
                    let owner = try await cluster.owner(of: ClusterSlot.of(channel))
                    target = others.first { $0 === owner }
                }
                try await cluster.move(slot: slot, from: source, to: try #require(target))
                try await until("the slot is not followed") { heard.losses[moved] == 1 && heard.live.contains(moved) }
                #expect(heard.losses.keys.allSatisfy { ClusterSlot.of($0) == slot })
                try await expectHeard(heard, [moved], publish)

                // A replica takes over.
                let before = heard.losses
                let shard = client.shards.locator.cluster.topology.shard(of: ClusterSlot.of(Self.channels[0]))
                try await cluster.failOver(ClusterSlot.of(Self.channels[0]), force: false)
                try await until("the failover is not followed") {
                    _ = try? await client.send(RedisCommand("GET", Self.channels[0]), on: loop)
                    return heard.losses[Self.channels[0], default: 0] > before[Self.channels[0], default: 0]
                        && heard.live.count == 1000
                }
                let topology = client.shards.locator.cluster.topology
                for (channel, losses) in heard.losses where topology.shard(of: ClusterSlot.of(channel)) != shard {
                    #expect(losses == before[channel])
                }
                try await expectHeard(heard, Self.channels, publish)

                for channel in Self.channels.dropFirst(10) { subscriber.letGo(channel) }
                try await until("not all are let go") {
                    var count = 0
                    for node in cluster.nodes {
                        count += try await node.command("PUBSUB", "SHARDCHANNELS").split(separator: "\n").count
                    }
                    return count == 10
                }
            }
        }
    }

    @Test("beyond the bound, or of too long a name, a channel is refused at once")
    func bounds() async throws {
        var options = RedisOptions()
        (options.maximumChannels, options.maximumChannelBytes) = (2, 5)
        let heard = ChannelRecorder()
        try await withSubscriber("unix:///nowhere", heard, options) { subscriber in
            for channel in ["a", "b", "a"] { try subscriber.follow(channel) }
            #expect(throws: ChannelRefusal.tooMany) { try subscriber.follow("c") }
            #expect(throws: ChannelRefusal.tooLong) { try subscriber.follow("123456") }
            subscriber.letGo("a")
            subscriber.letGo("nobody")
            try subscriber.follow("12345")
        }
    }

    @Test("one that may not be subscribed to is told in the log, and holds up no other")
    func refused() async throws {
        let server = try await PrivateRedisServer()
        try await server.command("ACL", "SETUSER", "default", "resetchannels", "&mine:*")
        let (heard, log) = (ChannelRecorder(), LogRecorder())
        try await withSubscriber(server.url, heard, logger: log.logger) { subscriber in
            for channel in ["yours:1", "mine:1"] { try subscriber.follow(channel) }
            try await until { heard.live == ["mine:1"] }
            try await until {
                log.lines == ["error redis refused the connection reason=SUBSCRIBE: NOPERM: the user lacks a right"]
            }
            try await server.command("ACL", "SETUSER", "default", "&yours:*")
            try await until { heard.live == ["mine:1", "yours:1"] }
        }
    }

    /// Publishes a text of its own on each channel until it has come from there, and nothing else has.
    private func expectHeard(
        _ heard: ChannelRecorder,
        _ channels: some Collection<String>,
        _ publish: (_ channel: String, _ text: String) async throws -> Void
    ) async throws {
        heard.forget()
        for channel in channels { try await publish(channel, "of \(channel)") }
        try await until("not all are heard") { heard.messages.count == channels.count }
        #expect(heard.messages == Dictionary(uniqueKeysWithValues: channels.map { ($0, ["of \($0)"]) }))
    }

    private func withSubscriber(
        _ url: String,
        _ heard: ChannelRecorder,
        _ options: RedisOptions = RedisOptions(),
        following leader: RedisConnections? = nil,
        logger: Logger = quietLogger,
        _ body: (RedisSubscriber) async throws -> Void
    ) async throws {
        let subscriber = RedisSubscriber(
            endpoint: try RedisEndpoint(url: url),
            options: options,
            following: leader,
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            logger: logger,
            onEvent: heard.note
        )
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await subscriber.run() }
            try await body(subscriber)
            tasks.cancelAll()
        }
    }
}

/// Keeps what befell each channel.
final class ChannelRecorder: Sendable {
    private struct State {
        var live: Set<String> = []
        var losses: [String: Int] = [:]
        var messages: [String: [String]] = [:]
    }

    private let state = Mutex(State())

    var live: Set<String> { state.withLock(\.live) }
    var losses: [String: Int] { state.withLock(\.losses) }
    var messages: [String: [String]] { state.withLock(\.messages) }

    func forget() {
        state.withLock { $0.messages = [:] }
    }

    @Sendable func note(_ channel: String, _ event: RedisSubscriptionEvent) {
        state.withLock { state in
            switch event {
            case .subscribed: state.live.insert(channel)
            case .disconnected:
                state.live.remove(channel)
                state.losses[channel, default: 0] += 1
            case .message(let payload):
                state.messages[channel, default: []].append(String(decoding: payload, as: UTF8.self))
            }
        }
    }
}
