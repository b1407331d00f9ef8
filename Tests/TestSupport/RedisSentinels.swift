import Foundation

/// A primary with replicas, and three sentinels that watch them under the name `main`. Dies with the last reference.
package final class RedisSentinels: Sendable {
    package let servers: [PrivateRedisServer]
    package let sentinels: [PrivateRedisServer]

    package var url: String {
        "redis+sentinel://" + sentinels.map { "127.0.0.1:\($0.port ?? 0)" }.joined(separator: ",") + "/main"
    }

    /// By itself a sentinel asks each server every ten seconds what it is, and tells the others every two what it knows. A planned
    /// failover takes 21 s then, most of it waiting for the next question, and 6 s with these. Still shorter ones are too short on a
    /// machine under load: a sentinel that is not told of a failover within four of its periods takes it back.
    package static let hurry =
        ["SENTINEL", "DEBUG"]
        + ["info-period", "publish-period", "min-link-reconnect-period"].flatMap { [$0, "1000"] }

    /// Returns when the replicas follow and every sentinel knows the others.
    /// - Parameter isHurried: false: as slow as they are by themselves, where that is what a client has to be good for.
    package init(replicas: Int = 1, isHurried: Bool = true) async throws {
        let first = try await PrivateRedisServer(port: .tcp)
        var servers = [first]
        for _ in 0..<replicas { servers.append(try await PrivateRedisServer(port: .tcp, replicaOf: first)) }
        self.servers = servers
        var sentinels: [PrivateRedisServer] = []
        for _ in 1...3 { sentinels.append(try await PrivateRedisServer(sentinelOf: first, isHurried: isHurried)) }
        self.sentinels = sentinels
        for sentinel in sentinels {
            try await until("sentinels do not find each other") {
                let info = try await sentinel.command("INFO", "sentinel")
                return info.contains("status=ok") && info.contains("slaves=\(replicas),sentinels=3")
            }
        }
    }

    /// Returns when every sentinel sees the replicas, so that each could be promoted.
    package func knowReplica() async throws {
        for sentinel in sentinels {
            try await until("a sentinel does not see the replicas") {
                let replicas = try await sentinel.command("SENTINEL", "REPLICAS", "main")
                return replicas.ranges(of: "flags\nslave\n").count == servers.count - 1
                    && replicas.ranges(of: "master-link-status\nok").count == servers.count - 1
            }
        }
    }

    /// What an operator does for an upgrade: another server becomes the primary, while the old one lives. Returns when the old
    /// one follows it.
    package func failOver() async throws {
        let old = try await primary()
        let answer = try await sentinels[0].command("SENTINEL", "FAILOVER", "main")
        guard answer == "OK" else { throw TestProcessFailure(what: "SENTINEL FAILOVER", output: answer) }
        try await until("nobody is promoted") { try await primary() !== old }
        try await until("the old primary does not follow") {
            try await old.command("INFO", "replication").contains("master_link_status:up")
        }
    }

    /// The server that a sentinel calls the primary.
    package func primary() async throws -> PrivateRedisServer {
        let answer = try await sentinels[0].command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main")
        return servers.first { answer.hasSuffix("\n\($0.port ?? 0)") } ?? servers[0]
    }
}
