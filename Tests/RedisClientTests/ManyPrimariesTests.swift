import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import RedisClient

@Suite("A client of many primaries", .serialized, .timeLimit(.minutes(5)))
struct ManyPrimariesTests {
    @Test(
        "one that fails over, with or without its help, is not noticed by the commands of the others, and loses nothing"
    )
    func failover() async throws {
        // Otherwise the other nodes themselves refuse all commands until a replica has taken over.
        let cluster = try await RedisCluster(arguments: ["--cluster-require-full-coverage", "no"])
        let tags = try await TagsOfPrimaries(cluster)
        var options = RedisOptions()
        options.durability = .replicated
        options.clusterKey = tags.keys[0]
        try await withClient(cluster.url, options) { client, loop in
            let load = SpreadLoad(client, tags.keys, loop)
            try await load.run {
                try await until("not every primary is written to") { load.counts.allSatisfy { $0.acknowledged > 50 } }
                #expect(client.connectedCount == 6)
                let before = client.places(of: tags.keys)
                let failures = load.counts.map(\.failures)
                try await cluster.failOver(ClusterSlot.of(tags.keys[1]), force: true)
                let counts = load.counts
                try await until("no writes on the new primary") {
                    zip(load.counts, counts).allSatisfy { $0.acknowledged > $1.acknowledged + 50 }
                }
                #expect(load.counts[0].failures == failures[0])
                #expect(load.counts[2].failures == failures[2])
                let after = client.places(of: tags.keys)
                #expect(after[0] == before[0] && after[2] == before[2])
                #expect(after[1]?.shard == before[1]?.shard && after[1]?.address != before[1]?.address)
                #expect(client.moveCount == 3)
            }
            for (key, count) in zip(tags.keys, load.counts) {
                try await until("no connection") {
                    (try? await client.send(RedisCommand("SCARD", key), on: loop)) != nil
                }
                let total = try await client.send(RedisCommand("SCARD", key), on: loop).integer ?? 0
                #expect(total >= count.acknowledged)
                #expect(total <= count.acknowledged + count.unknown)
            }

            // One that dies: only its own commands fail, until its replica has taken over.
            let dead = try #require(try await cluster.owner(of: ClusterSlot.of(tags.keys[2])))
            let places = client.places(of: tags.keys)
            dead.kill()
            try await until("the failover is not followed") {
                // A machine that is busy enough may lose a connection as well.
                for key in tags.keys.prefix(2) {
                    guard (try? await client.send(RedisCommand("GET", key + "x"), on: loop)) != nil else {
                        return false
                    }
                }
                return (try? await client.send(RedisCommand("SET", tags.keys[2] + "x", "1"), on: loop)) != nil
            }
            #expect(client.places(of: tags.keys).prefix(2) == places.prefix(2))
        }
    }

    @Test("a slot that goes to another node under load, key by key: no command is lost, and none is done twice")
    func migration() async throws {
        let cluster = try await RedisCluster()
        let tags = try await TagsOfPrimaries(cluster)
        let tag = tags.keys[0]
        let slot = ClusterSlot.of(tag)
        try await withClient(cluster.url) { client, loop in
            let load = CountingLoad(client, tag, loop)
            try await load.run {
                for index in [1, 2, 0] {
                    let before = load.counts.single
                    try await until("nothing is written") { load.counts.single > before + 1000 }
                    let target = try #require(try await cluster.owner(of: ClusterSlot.of(tags.keys[index])))
                    let source = try #require(try await cluster.owner(of: slot))
                    if source !== target { try await cluster.move(slot: slot, from: source, to: target) }
                }
            }
            var command = RedisCommand("MGET")
            for number in 0..<CountingLoad.keyCount { command.append("\(tag):\(number)") }
            let values = try await client.send(command, on: loop).array ?? []
            let counts = load.counts
            #expect(values.compactMap(\.integer).reduce(0, +) == counts.single + 2 * counts.pairs)
            // What was not done says so.
            #expect(!counts.refused.contains { !$0.isSurelyNotExecuted })
            #expect(counts.pairs > 100)
            print("\(counts.single) single, \(counts.pairs) pairs, \(counts.refused.count) refused")
        }
    }

    @Test("a command without a key, or with keys of several slots, is told so; with a home, the first goes there")
    func places() async throws {
        let cluster = try await RedisCluster()
        let several = RedisCommand("MGET", "{a}", "{b}")
        for home in [nil, "{a}"] {
            var options = RedisOptions()
            options.clusterKey = home
            try await withClient(cluster.url, options) { client, loop in
                await #expect(throws: RedisError.notSent(.severalSlots)) { try await client.send(several, on: loop) }
                if home == nil {
                    await #expect(throws: RedisError.notSent(.noKey)) {
                        try await client.send(RedisCommand("PING"), on: loop)
                    }
                } else {
                    #expect(try await client.send(RedisCommand("PING"), on: loop).text == "PONG")
                }
                for tag in ["a", "b", "c", "d", "e"] {
                    let id = RedisCommand("CLUSTER", "MYID").placed(with: RedisCommand("GET", "{\(tag)}"))
                    let owner = try #require(try await cluster.owner(of: ClusterSlot.of(tag)))
                    let expected = try await cluster.id(of: owner)
                    #expect(try await client.send(id, on: loop).text == expected)
                }
            }
        }
    }

    @Test("a node that has given its last slot away is left, and one that gets its first is found")
    func comesAndGoes() async throws {
        // Otherwise a node without slots becomes the replica of who took the last.
        let cluster = try await RedisCluster(arguments: ["--cluster-allow-replica-migration", "no"])
        let tags = try await TagsOfPrimaries(cluster)
        var options = RedisOptions()
        options.clusterKey = tags.keys[0]
        try await withClient(cluster.url, options) { client, loop in
            for key in tags.keys { _ = try await client.send(RedisCommand("INCR", key), on: loop) }
            #expect(client.connectedCount == 3)
            let source = try #require(try await cluster.owner(of: ClusterSlot.of(tags.keys[2])))
            let target = try #require(try await cluster.owner(of: ClusterSlot.of(tags.keys[1])))
            try await cluster.moveAll(from: source, to: target)
            try await until("the old owner is not left") {
                _ = try await client.send(RedisCommand("INCR", tags.keys[2]), on: loop)
                return client.connectedCount == 2
            }
            try await cluster.move(slot: ClusterSlot.of(tags.keys[2]), from: target, to: source)
            try await until("the new owner is not found") {
                _ = try await client.send(RedisCommand("INCR", tags.keys[2]), on: loop)
                return client.connectedCount == 3
            }
        }
    }
}

/// A key of each primary.
struct TagsOfPrimaries {
    var keys: [String] = []

    init(_ cluster: RedisCluster) async throws {
        var owners: [PrivateRedisServer] = []
        for number in 0..<100 where keys.count < 3 {
            let key = "lb:{b\(number)}:set"
            guard let owner = try await cluster.owner(of: ClusterSlot.of(key)) else { continue }
            guard !owners.contains(where: { $0 === owner }) else { continue }
            owners.append(owner)
            keys.append(key)
        }
    }
}

extension RedisConnections {
    struct Place: Equatable {
        let shard: ShardID
        let address: RedisEndpoint.Address
        let generation: Int
    }

    /// Where the keys' connections are.
    func places(of keys: [String]) -> [Place?] {
        keys.map { key in
            let id = shards.locator.cluster.topology.shard(of: ClusterSlot.of(key))
            return id.flatMap { id in
                shards.shard(id).surroundings.primary.place.map { .init(shard: id, address: $0.0, generation: $0.1) }
            }
        }
    }
}

/// Writers that add members of their own to a set on each primary.
final class SpreadLoad: Sendable {
    struct Count {
        var acknowledged = 0
        var unknown = 0
        var failures: [String: Int] = [:]
    }

    private let client: RedisConnections
    private let keys: [String]
    private let loop: any EventLoop
    private let state: Mutex<[Count]>
    private let isOver = Atomic(false)

    init(_ client: RedisConnections, _ keys: [String], _ loop: any EventLoop) {
        self.client = client
        self.keys = keys
        self.loop = loop
        state = Mutex(keys.map { _ in Count() })
    }

    var counts: [Count] { state.withLock(\.self) }

    /// Writes before, while and after `body` runs.
    func run(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup { tasks in
            for index in keys.indices {
                for writer in 0..<4 { tasks.addTask { try await self.write(index, writer) } }
            }
            try await body()
            isOver.store(true, ordering: .relaxed)
            try await tasks.waitForAll()
        }
    }

    private func write(_ index: Int, _ writer: Int) async throws {
        var number = 0
        while !isOver.load(ordering: .relaxed) {
            number += 1
            do throws(RedisError) {
                let command = RedisCommand("SADD", keys[index], "\(writer)-\(number)")
                _ = try await client.send(command, isDurable: true, on: loop)
                state.withLock { $0[index].acknowledged += 1 }
            } catch {
                state.withLock { $0[index].failures["\(error)", default: 0] += 1 }
                if !error.isSurelyNotExecuted { state.withLock { $0[index].unknown += 1 } }
            }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

/// Writers that count up the keys of one slot, alone and in pairs.
final class CountingLoad: Sendable {
    static let keyCount = 300
    private static let script = "redis.call('INCR', KEYS[1]) return redis.call('INCR', KEYS[2])"

    private let client: RedisConnections
    private let tag: String
    private let loop: any EventLoop
    private let state = Mutex((single: 0, pairs: 0, refused: [RedisError]()))
    private let isOver = Atomic(false)

    init(_ client: RedisConnections, _ tag: String, _ loop: any EventLoop) {
        self.client = client
        self.tag = tag
        self.loop = loop
    }

    /// Those that were done, and what befell the others.
    var counts: (single: Int, pairs: Int, refused: [RedisError]) { state.withLock(\.self) }

    func run(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup { tasks in
            for writer in 0..<8 { tasks.addTask { await self.write(writer) } }
            try await body()
            isOver.store(true, ordering: .relaxed)
            try await tasks.waitForAll()
        }
    }

    private func write(_ writer: Int) async {
        var number = 0
        while !isOver.load(ordering: .relaxed) {
            number += 1
            if number % 100 == writer { try? await Task.sleep(for: .milliseconds(1)) }
            let keys = (0...1).map { "\(tag):\((writer + number * 7 + $0) % Self.keyCount)" }
            let isPair = number.isMultiple(of: 5)
            do throws(RedisError) {
                if isPair {
                    _ = try await client.send(RedisCommand("EVAL", Self.script, "2", keys[0], keys[1]), on: loop)
                    state.withLock { $0.pairs += 1 }
                } else {
                    _ = try await client.send(RedisCommand("INCR", keys[0]), on: loop)
                    state.withLock { $0.single += 1 }
                }
            } catch {
                state.withLock { $0.refused.append(error) }
            }
        }
    }
}
