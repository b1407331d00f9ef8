import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import RedisClient

/// An operator hands the part of the primary to another server, under load, while the old one lives and takes all that comes.
/// `FAILOVER_UPDATES=50000` goes on, failover after failover, until so many updates were acknowledged.
@Suite("A planned failover under load", .serialized, .timeLimit(.minutes(WriteLoad.goal > 500 ? 60 : 5)))
struct PlannedFailoverTests {
    private func options(_ durability: Durability) -> RedisOptions {
        var options = RedisOptions()
        options.durability = durability
        options.clusterKey = WriteLoad.key
        return options
    }

    @Test("by the sentinels loses nothing that replicas have confirmed", arguments: [1, 2, 3])
    func sentinels(replicas: Int) async throws {
        let sentinels = try await RedisSentinels(replicas: replicas)
        try await sentinels.knowReplica()
        let load = WriteLoad()
        try await load.run(sentinels.url, options(.replicated)) { client in
            try await sentinels.failOver()
            try await until("no writes on the new primary") {
                client.isConnected && client.replicas?.areEnough ?? false
            }
            try await sentinels.knowReplica()
        }
        try await load.expectNothingLost(on: sentinels.primary())
    }

    @Test("by the sentinels leaves no reader behind its own writes, whatever durability costs")
    func local() async throws {
        let sentinels = try await RedisSentinels(isHurried: false)
        try await sentinels.knowReplica()
        let load = WriteLoad()
        try await load.run(sentinels.url, options(.local)) { _ in
            try await sentinels.failOver()
            try await sentinels.knowReplica()
        }
        let lost = try await load.lost(on: sentinels.primary())
        print("local: \(lost) of \(load.acknowledged) lost")
        // What the old primary took between the promotion and the word of it; without that word, ten seconds' worth.
        #expect(lost < load.acknowledged / 10)
        #expect(load.staleReads == 0)
    }

    @Test("in a cluster loses nothing that replicas have confirmed, with and without the old primary's help")
    func cluster() async throws {
        let cluster = try await RedisCluster()
        let slot = ClusterSlot.of(WriteLoad.key)
        let load = WriteLoad()
        try await load.run(cluster.url, options(.replicated)) { client in
            for force in [false, true] {
                try await cluster.failOver(slot, force: force)
                try await until("no writes on the new primary") {
                    client.isConnected && client.replicas?.areEnough ?? false
                }
            }
        }
        guard let owner = try await cluster.owner(of: slot) else { throw NeverSo(description: "the slot has no owner") }
        try await load.expectNothingLost(on: owner)
    }
}

/// Writers that each add members of their own to one set, and read back each that was acknowledged, on two loops.
final class WriteLoad: Sendable {
    static let key = "lb:{main}:load"
    static let goal = ProcessInfo.processInfo.environment["FAILOVER_UPDATES"].flatMap { Int($0) } ?? 500

    private struct Account {
        var acknowledged: [String] = []
        var staleReads = 0
        var refused = 0
        var isOver = false
    }

    private let account = Mutex(Account())

    var acknowledged: Int { account.withLock { $0.acknowledged.count } }
    private var isOver: Bool { account.withLock(\.isOver) }
    var staleReads: Int { account.withLock { $0.staleReads } }

    /// Writes before, while and after `body` runs, which is done again until enough was acknowledged.
    func run(_ url: String, _ options: RedisOptions, _ body: (RedisConnections) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let client = RedisConnections(
            endpoint: try RedisEndpoint(url: url),
            options: options,
            eventLoopGroup: group,
            logger: quietLogger
        )
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await client.run() }
            try await until { client.isConnected }
            for writer in 0..<8 {
                let (write, read) = (group.next(), group.next())
                tasks.addTask {
                    var number = 0
                    while !self.isOver {
                        number += 1
                        await self.write("\(writer)-\(number)", client, write, readingOn: read)
                        try await Task.sleep(for: .milliseconds(1))
                    }
                }
            }
            repeat {
                let before = acknowledged
                try await until { self.acknowledged > before + min(2000, Self.goal / 2) }
                try await body(client)
            } while acknowledged < Self.goal
            let last = acknowledged
            try await until { self.acknowledged > last + 200 }
            account.withLock { $0.isOver = true }
            tasks.cancelAll()
        }
        try await group.shutdownGracefully()
    }

    private func write(
        _ member: String,
        _ client: RedisConnections,
        _ loop: any EventLoop,
        readingOn other: any EventLoop
    ) async {
        do throws(RedisError) {
            let generation = client.surroundings.primary.place?.generation
            _ = try await client.send(RedisCommand("SADD", Self.key, member), isDurable: true, on: loop)
            account.withLock { $0.acknowledged.append(member) }
            let found = try await client.send(RedisCommand("SISMEMBER", Self.key, member), on: other)
            // A write that the old primary took with it is lost, and no stale read.
            let isSame = client.surroundings.primary.place?.generation == generation
            if found.integer == 0, isSame { account.withLock { $0.staleReads += 1 } }
        } catch {
            account.withLock { $0.refused += 1 }
        }
    }

    func lost(on primary: PrivateRedisServer) async throws -> Int {
        let there = Set(try await primary.command("SMEMBERS", Self.key).split(separator: "\n").map(String.init))
        return account.withLock { $0.acknowledged.count { !there.contains($0) } }
    }

    func expectNothingLost(on primary: PrivateRedisServer) async throws {
        let lost = try await lost(on: primary)
        print("\(lost) of \(acknowledged) lost, \(account.withLock { $0.refused }) refused or unknown")
        #expect(lost == 0)
        #expect(staleReads == 0)
    }
}
