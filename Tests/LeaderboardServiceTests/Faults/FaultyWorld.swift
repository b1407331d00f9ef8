import Foundation
import Leaderboard
import Synchronization
import TestSupport

/// What a fault run plays on: Redis in one of its forms, and two instances of the service, each a process of its own.
final class FaultyWorld: Sendable {
    enum Form: Sendable {
        /// The first instance reaches it through a network that can be cut.
        case single(PrivateRedisServer, TCPProxy)
        case sentinels(RedisSentinels)
        case cluster(RedisCluster)
    }

    let form: Form
    private let settings: [[String: String]]
    private let instances: Mutex<[ServiceProcess]>

    private init(_ form: Form, urls: [String], durability: String) async throws {
        self.form = form
        // The one sends to the viewers of its only loop by io_uring, if the machine has it, the other to each by itself.
        settings = zip(urls, ["auto", "send"]).map { url, sender in
            [
                "REDIS_URL": url, "DURABILITY": durability, "RATE_LIMIT_UPDATES": "1000000",
                "RATE_LIMIT_INTERVAL_SECONDS": "1", "LIVE_SENDER": sender, "THREADS": sender == "auto" ? "1" : "2",
            ]
        }
        var instances: [ServiceProcess] = []
        for settings in settings { instances.append(try await ServiceProcess.serve(settings)) }
        self.instances = Mutex(instances)
    }

    static func single() async throws -> FaultyWorld {
        try await single(["--busy-reply-threshold", "100"], durability: "local")
    }

    /// Each write is on the disk before it is answered.
    static func synced() async throws -> FaultyWorld {
        try await single(["--appendfsync", "always"], durability: "fsynced")
    }

    private static func single(_ arguments: [String], durability: String) async throws -> FaultyWorld {
        let redis = try await PrivateRedisServer(port: .tcp, arguments: arguments)
        let proxy = try await TCPProxy(to: redis.port ?? 0)
        return try await FaultyWorld(
            .single(redis, proxy),
            urls: ["redis://127.0.0.1:\(proxy.port)", redis.url],
            durability: durability
        )
    }

    static func sentinels() async throws -> FaultyWorld {
        let sentinels = try await RedisSentinels(replicas: 2)
        return try await FaultyWorld(
            .sentinels(sentinels),
            urls: [sentinels.url, sentinels.url],
            durability: "replicated"
        )
    }

    static func cluster() async throws -> FaultyWorld {
        let cluster = try await RedisCluster()
        return try await FaultyWorld(.cluster(cluster), urls: [cluster.url, cluster.url], durability: "replicated")
    }

    /// The ports of the instances that run now.
    var ports: [Int] { instances.withLock { $0.map(\.port) } }

    /// `kill -9`, and another one in its place, at another port.
    func replaceInstance(_ index: Int) async throws {
        instances.withLock { $0[index] }.signal(SIGKILL)
        let next = try await ServiceProcess.serve(settings[index])
        instances.withLock { $0[index] = next }
    }

    /// Waits until every instance can serve again.
    func heal() async throws {
        for port in ports {
            try await until("an instance does not recover") {
                let connection = try? await TestConnection(port: port)
                return try await connection?.request("GET", "/readyz").status == 200
            }
        }
    }

    /// The server that has the board; the one of the slot in a cluster.
    func primary() async throws -> PrivateRedisServer {
        switch form {
        case .single(let redis, _): return redis
        case .sentinels(let sentinels): return try await sentinels.primary()
        case .cluster(let cluster):
            guard let owner = try await cluster.owner(of: Self.slot) else {
                throw TestProcessFailure(what: "nobody has the slot", output: "")
            }
            return owner
        }
    }

    /// Of the board's keys.
    static let slot = 12501
}
