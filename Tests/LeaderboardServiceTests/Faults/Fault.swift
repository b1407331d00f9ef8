import Foundation
import TestSupport

/// What befalls the world in a fault run. Each ends by itself, and leaves what it broke to recover.
enum Fault: String, Sendable {
    case restart, kill, hang, cut, halfOpen, functionsLost, busyScript, memoryFull, diskFull, connectionsKilled
    case instanceKilled
    /// The primary is killed; another server takes its place, and it comes back as a replica.
    case failover
    /// Another server takes the primary's place while that one lives: by the sentinels, or the cluster's nodes, with the old
    /// primary's help and without.
    case plannedFailover, forcedFailover
    /// The board's slot goes to another primary of the cluster, with its keys.
    case resharding

    static let ofSingleServer: [Fault] = [
        .restart, .kill, .hang, .cut, .halfOpen, .functionsLost, .busyScript, .memoryFull, .diskFull,
        .connectionsKilled, .instanceKilled,
    ]
    /// What tells whether the file was synced before the answer, and what Redis makes of a file that cannot be.
    static let ofSyncedServer: [Fault] = [.kill, .diskFull, .restart, .connectionsKilled]
    static let ofSentinels: [Fault] = [
        .failover, .plannedFailover, .connectionsKilled, .functionsLost, .instanceKilled,
    ]
    static let ofCluster: [Fault] = [
        .resharding, .failover, .plannedFailover, .forcedFailover, .connectionsKilled, .functionsLost, .instanceKilled,
    ]

    /// Long enough that a command's deadline is over in it.
    private static let longerThanDeadline = Duration.milliseconds(2500)
    private static let hangTime = Duration.seconds(5)
    private static let short = Duration.milliseconds(300)

    func strike(_ world: FaultyWorld) async throws {
        let redis = try await world.primary()
        switch self {
        case .restart: try await redis.restart()
        case .kill:
            redis.kill()
            try await Task.sleep(for: Self.short)
            try await redis.start()
        case .hang:
            redis.pause()
            try await Task.sleep(for: Self.hangTime)
            redis.resume()
        case .cut: try await network(world, .cut, for: Self.short)
        case .halfOpen: try await network(world, .stalled, for: Self.longerThanDeadline)
        case .functionsLost: try await redis.command("FUNCTION", "FLUSH")
        case .busyScript: try await runEndlessScript(on: redis)
        case .memoryFull:
            try await redis.command("CONFIG", "SET", "maxmemory", "1")
            try await Task.sleep(for: Self.short)
            try await redis.command("CONFIG", "SET", "maxmemory", "0")
        case .diskFull:
            try await redis.limitFiles(to: 1)
            try await Task.sleep(for: Self.short)
            // One that syncs each write ends rather than go on without.
            if redis.isRunning { try await redis.limitFiles(to: nil) } else { try await redis.start() }
        case .connectionsKilled:
            for kind in ["normal", "pubsub"] { try await redis.command("CLIENT", "KILL", "TYPE", kind) }
        case .instanceKilled: try await world.replaceInstance(0)
        case .failover: try await failOver(world, from: redis)
        case .plannedFailover: try await handOver(world, force: false)
        case .forcedFailover: try await handOver(world, force: true)
        case .resharding: try await reshard(world, from: redis)
        }
    }

    private func network(_ world: FaultyWorld, _ mode: TCPProxy.Mode, for time: Duration) async throws {
        guard case .single(_, let proxy) = world.form else { return }
        proxy.set(mode)
        try await Task.sleep(for: time)
        proxy.set(.open)
    }

    private func runEndlessScript(on redis: PrivateRedisServer) async throws {
        async let script = redis.command("EVAL", "while true do end", "0")
        try await until("the script is not killed") {
            try await redis.command("SCRIPT", "KILL") == "OK"
        }
        _ = try await script
    }

    private func failOver(_ world: FaultyWorld, from old: PrivateRedisServer) async throws {
        old.kill()
        try await until("nobody takes the place of the primary") {
            guard let new = try? await world.primary(), new !== old else { return false }
            return try await new.command("ROLE").hasPrefix("master")
        }
        try await old.start()
        // Sentinels do it too, but may take half a minute; a cluster's nodes do it at once.
        if case .sentinels = world.form, let port = try await world.primary().port {
            try await old.command("REPLICAOF", "127.0.0.1", "\(port)")
        }
        try await until("the old primary does not become a replica") {
            try await old.command("INFO", "replication").contains("master_link_status:up")
        }
        if case .sentinels(let sentinels) = world.form { try await sentinels.knowReplica() }
    }

    private func handOver(_ world: FaultyWorld, force: Bool) async throws {
        switch world.form {
        case .single: break
        case .sentinels(let sentinels):
            try await sentinels.knowReplica()
            try await sentinels.failOver()
            try await sentinels.knowReplica()
        case .cluster(let cluster): try await cluster.failOver(FaultyWorld.slot, force: force)
        }
    }

    private func reshard(_ world: FaultyWorld, from source: PrivateRedisServer) async throws {
        guard case .cluster(let cluster) = world.form else { return }
        for node in cluster.nodes where node !== source {
            guard try await node.command("ROLE").hasPrefix("master") else { continue }
            return try await cluster.move(slot: FaultyWorld.slot, from: source, to: node)
        }
    }
}
