import Foundation

/// A Redis Cluster of three primaries, each with a replica. Dies with the last reference.
package final class RedisCluster: Sendable {
    package let nodes: [PrivateRedisServer]

    /// Two nodes are enough to find the others.
    package var url: String {
        "redis+cluster://" + nodes.prefix(2).map { "127.0.0.1:\($0.port ?? 0)" }.joined(separator: ",") + "/"
    }

    /// Returns when every node says that all slots are served and each replica follows its primary.
    /// - Parameter arguments: further ones for each node.
    package init(arguments: [String] = []) async throws {
        var nodes: [PrivateRedisServer] = []
        for _ in 1...6 {
            nodes.append(
                try await PrivateRedisServer(
                    port: .tcp,
                    arguments: ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000"] + arguments
                )
            )
        }
        self.nodes = nodes
        let output = try await Launcher.shared.output(
            "redis-cli",
            ["--cluster", "create"] + nodes.map { "127.0.0.1:\($0.port ?? 0)" }
                + ["--cluster-replicas", "1", "--cluster-yes"]
        )
        for node in nodes {
            try await until("no cluster: \(output)") {
                let isServed = try await node.command("CLUSTER", "INFO").contains("cluster_state:ok")
                let roles = try await node.command("CLUSTER", "NODES").split(separator: "\n")
                let replication = try await node.command("INFO", "replication")
                return isServed && roles.count { $0.contains("slave") } == 3
                    && (replication.contains("state=online") || replication.contains("master_link_status:up"))
            }
        }
    }

    package func id(of node: PrivateRedisServer) async throws -> String {
        try await node.command("CLUSTER", "MYID")
    }

    /// The primary that serves the slot, as far as a living node knows; nil while there is none.
    package func owner(of slot: Int) async throws -> PrivateRedisServer? {
        for node in nodes where node.isRunning {
            let list = try await node.command("CLUSTER", "NODES")
            for line in list.split(separator: "\n") where line.contains("master") && !line.contains("fail") {
                let fields = line.split(separator: " ")
                let serves = fields.dropFirst(8).contains { range in
                    let ends = range.split(separator: "-").compactMap { Int($0) }
                    return ends.first.map { ($0...(ends.last ?? $0)).contains(slot) } ?? false
                }
                guard serves else { continue }
                let port = fields[1].split(separator: "@")[0].split(separator: ":").last.flatMap { Int($0) }
                return nodes.first { $0.port == port && $0.isRunning }
            }
        }
        return nil
    }

    /// A replica of the slot's owner takes over while that one lives (`CLUSTER FAILOVER`, with `FORCE` without its help). Returns
    /// when the old owner follows it.
    package func failOver(_ slot: Int, force: Bool) async throws {
        guard let old = try await owner(of: slot) else { return }
        let id = try await id(of: old)
        // After a failover the new owner hears a moment later that the old one is its replica.
        func replica() async throws -> PrivateRedisServer? {
            let list = try await old.command("CLUSTER", "NODES").split(separator: "\n")
            return nodes.first { node in
                list.contains { $0.contains(" 127.0.0.1:\(node.port ?? 0)@") && $0.contains("slave \(id)") }
            }
        }
        try await until("the owner knows no replica") { try await replica() != nil }
        guard let replica = try await replica() else { return }
        try await takeOver(slot, replica, force: force)
        try await until("the old owner does not follow") {
            try await old.command("INFO", "replication").contains("master_link_status:up")
        }
    }

    /// Asks until the replica has the slot. What Redis says stands in the failure.
    private func takeOver(_ slot: Int, _ replica: PrivateRedisServer, force: Bool) async throws {
        var (answer, next) = ("", ContinuousClock.now)
        do {
            try await until(within: .seconds(120)) {
                if ContinuousClock.now >= next {
                    answer = try await replica.command(words: ["CLUSTER", "FAILOVER"] + (force ? ["FORCE"] : []))
                    // One that has not come about within 5 s is forgotten by the servers; one that is refused may be taken in a moment.
                    next = .now + (answer == "OK" ? .seconds(6) : .milliseconds(500))
                }
                return try await owner(of: slot) === replica
            }
        } catch is NeverSo {
            throw TestProcessFailure(
                what: "CLUSTER FAILOVER is not obeyed",
                output: """
                    \(answer)
                    \(try await replica.command("INFO", "replication"))
                    \(try await replica.command("CLUSTER", "NODES"))
                    """
            )
        }
    }

    /// Moves the slot with its keys, the way that redis-cli does (Redis Cluster specification, "Live resharding").
    package func move(slot: Int, from source: PrivateRedisServer, to target: PrivateRedisServer) async throws {
        let (sourceID, targetID) = (try await id(of: source), try await id(of: target))
        try await target.command("CLUSTER", "SETSLOT", "\(slot)", "IMPORTING", sourceID)
        try await source.command("CLUSTER", "SETSLOT", "\(slot)", "MIGRATING", targetID)
        while true {
            let keys = try await source.command("CLUSTER", "GETKEYSINSLOT", "\(slot)", "100")
            guard !keys.isEmpty else { break }
            let names = keys.components(separatedBy: "\n")
            let answer = try await source.command(
                words: ["MIGRATE", "127.0.0.1", "\(target.port ?? 0)", "", "0", "5000", "KEYS"] + names
            )
            guard ["OK", "NOKEY"].contains(answer) else { throw TestProcessFailure(what: "MIGRATE", output: answer) }
        }
        for node in [target, source] {
            try await node.command("CLUSTER", "SETSLOT", "\(slot)", "NODE", targetID)
        }
    }

    /// Moves all slots of the one to the other, which has none left then.
    package func moveAll(from source: PrivateRedisServer, to target: PrivateRedisServer) async throws {
        let (sourceID, targetID) = (try await id(of: source), try await id(of: target))
        let output = try await Launcher.shared.output(
            "redis-cli",
            [
                "--cluster", "reshard", "127.0.0.1:\(target.port ?? 0)", "--cluster-from", sourceID, "--cluster-to",
                targetID,
                "--cluster-slots", "16384", "--cluster-yes", "--cluster-pipeline", "1000",
            ]
        )
        try await until("not all slots have moved: \(output.suffix(500))") {
            let lines = try await target.command("CLUSTER", "NODES").split(separator: "\n")
            return lines.contains { $0.hasPrefix(sourceID) && $0.split(separator: " ").count == 8 }
        }
    }
}
