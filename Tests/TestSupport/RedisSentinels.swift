import Foundation

/// A primary with one replica, and three sentinels that watch them under the name `main`. Dies with the last reference.
package final class RedisSentinels: Sendable {
    package let servers: [PrivateRedisServer]
    package let sentinels: [PrivateRedisServer]

    package var url: String {
        "redis+sentinel://" + sentinels.map { "127.0.0.1:\($0.port ?? 0)" }.joined(separator: ",") + "/main"
    }

    /// Returns when the replica follows and every sentinel knows the others.
    package init() async throws {
        let first = try await PrivateRedisServer(port: .tcp)
        let second = try await PrivateRedisServer(port: .tcp, replicaOf: first)
        servers = [first, second]
        var sentinels: [PrivateRedisServer] = []
        for _ in 1...3 { sentinels.append(try await PrivateRedisServer(sentinelOf: first)) }
        self.sentinels = sentinels
        for sentinel in sentinels {
            try await wait("sentinels do not find each other") {
                let info = try await sentinel.command("INFO", "sentinel")
                return info.contains("status=ok") && info.contains("slaves=1,sentinels=3")
            }
        }
    }

    /// Returns when every sentinel sees the replica, so that it could be promoted.
    package func knowReplica() async throws {
        for sentinel in sentinels {
            try await wait("a sentinel does not see the replica") {
                let replicas = try await sentinel.command("SENTINEL", "REPLICAS", "main")
                return replicas.contains("flags\nslave\n") && replicas.contains("master-link-status\nok")
            }
        }
    }

    /// The server that a sentinel calls the primary.
    package func primary() async throws -> PrivateRedisServer {
        let answer = try await sentinels[0].command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main")
        return answer.hasSuffix("\(servers[0].port ?? 0)") ? servers[0] : servers[1]
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
