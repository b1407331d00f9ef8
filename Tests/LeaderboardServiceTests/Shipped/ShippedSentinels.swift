import Foundation
import TestSupport
import Testing

/// A primary, replicas and three sentinels, all of them started by the files of `ops/redis`.
final class ShippedSentinels: Sendable {
    let servers: [ShippedRedis]
    let sentinels: [ShippedSentinel]

    /// Returns when every sentinel knows the replicas and the other sentinels.
    init(replicas: Int) async throws {
        let primary = try await ShippedRedis()
        var servers = [primary]
        for _ in 0..<replicas { servers.append(try await ShippedRedis(replicaOf: primary)) }
        for replica in servers.dropFirst() { try await replica.follows() }
        self.servers = servers
        var sentinels: [ShippedSentinel] = []
        for _ in 1...3 { sentinels.append(try await ShippedSentinel(of: primary)) }
        self.sentinels = sentinels
        for sentinel in sentinels {
            try await until("the sentinels do not find each other") {
                let known = try await sentinel.command("INFO", "sentinel")
                let followers = try await sentinel.command("SENTINEL", "REPLICAS", "leaderboard")
                return known.contains("status=ok") && known.contains("slaves=\(replicas),sentinels=3")
                    && followers.components(separatedBy: "master-link-status\nok").count == replicas + 1
            }
        }
    }

    /// As the comment of `sentinel.conf` has it.
    var settings: [String: String] {
        let hosts = addresses.joined(separator: ",")
        return ["REDIS_URL": "redis+sentinel://leaderboard:LEADERBOARD_PASSWORD@\(hosts)/leaderboard"]
    }

    var addresses: [String] { sentinels.map { "127.0.0.1:\($0.port)" } }

    /// Whom the first sentinel calls the primary.
    func primary() async throws -> ShippedRedis {
        let answer = try await sentinels[0].command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "leaderboard")
        return try #require(servers.first { answer.hasSuffix("\n\($0.port)") }, "\(answer)")
    }
}

/// A sentinel of `ops/redis/sentinel.conf`. It dies with the test process, and with the last reference.
final class ShippedSentinel: Sendable {
    let port: Int
    private let folder: URL
    private let process: TestProcess

    init(of primary: ShippedRedis) async throws {
        port = try await FreePort.find()
        folder = FileManager.default.temporaryDirectory.appending(path: "lb-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try ShippedFiles.install("sentinel.conf", in: folder, port: port) {
            $0.replacing("127.0.0.1 6379", with: "127.0.0.1 \(primary.port)")
        }
        let file = folder.appending(path: "sentinel.conf").path
        process = try await Launcher.shared.launch("redis-server", [file, "--sentinel"])
        try await until("the sentinel does not answer") { try await command("PING") == "PONG" }
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }

    /// As anybody who reaches it, or as a user of its file.
    func command(as user: String? = nil, _ words: String...) async throws -> String {
        try await command(as: user, words: words)
    }

    func command(as user: String? = nil, words: [String]) async throws -> String {
        let login = user.map { ["--no-auth-warning", "--user", $0, "--pass", "\($0.uppercased())_PASSWORD"] } ?? []
        return try await Launcher.shared.output("redis-cli", ["-p", "\(port)"] + login + ["--raw"] + words)
    }
}
