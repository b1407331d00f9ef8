import Foundation

/// A primary with replicas, and three sentinels that watch them under the name `main`. Dies with the last reference.
package final class RedisSentinels: Sendable {
    package let servers: [PrivateRedisServer]
    package let sentinels: [PrivateRedisServer]

    package var url: String {
        "redis+sentinel://" + sentinels.map { "127.0.0.1:\($0.port ?? 0)" }.joined(separator: ",") + "/main"
    }

    /// Returns when the replicas follow and every sentinel knows the others.
    package init(replicas: Int = 1) async throws {
        let first = try await PrivateRedisServer(port: .tcp)
        var servers = [first]
        for _ in 0..<replicas { servers.append(try await PrivateRedisServer(port: .tcp, replicaOf: first)) }
        self.servers = servers
        var sentinels: [PrivateRedisServer] = []
        for _ in 1...3 { sentinels.append(try await PrivateRedisServer(sentinelOf: first)) }
        self.sentinels = sentinels
        for sentinel in sentinels {
            try await wait("sentinels do not find each other") {
                let info = try await sentinel.command("INFO", "sentinel")
                return info.contains("status=ok") && info.contains("slaves=\(replicas),sentinels=3")
            }
        }
    }

    /// Returns when every sentinel sees the replicas, so that each could be promoted.
    package func knowReplica() async throws {
        for sentinel in sentinels {
            try await wait("a sentinel does not see the replicas") {
                let replicas = try await sentinel.command("SENTINEL", "REPLICAS", "main")
                return replicas.ranges(of: "flags\nslave\n").count == servers.count - 1
                    && replicas.ranges(of: "master-link-status\nok").count == servers.count - 1
            }
        }
    }

    /// What an operator does for an upgrade: another server becomes the primary, while the old one lives. Returns when the old
    /// one follows it, which takes the sentinels some ten seconds.
    package func failOver() async throws {
        let old = try await primary()
        let answer = try await sentinels[0].command("SENTINEL", "FAILOVER", "main")
        guard answer == "OK" else { throw TestProcessFailure(what: "SENTINEL FAILOVER", output: answer) }
        try await wait("nobody is promoted") { try await primary() !== old }
        try await wait("the old primary does not follow") {
            try await old.command("INFO", "replication").contains("master_link_status:up")
        }
    }

    /// The server that a sentinel calls the primary.
    package func primary() async throws -> PrivateRedisServer {
        let answer = try await sentinels[0].command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main")
        return servers.first { answer.hasSuffix("\n\($0.port ?? 0)") } ?? servers[0]
    }
}

/// Waits up to half a minute for what takes a machine under load its time.
package func wait(_ complaint: String, until condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw TestProcessFailure(what: complaint, output: "after 30 s") }
        try await Task.sleep(for: .milliseconds(20))
    }
}
