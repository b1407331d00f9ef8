import Foundation
import Synchronization
import TestSupport
import Testing

@testable import LeaderboardService

/// A way in which `ops/` runs Redis.
enum ShippedSetup: String, CaseIterable, CustomTestStringConvertible {
    /// `ops/redis/redis.conf` and `users.acl`.
    case files
    /// The command line of `ops/compose.yaml`.
    case compose
    /// The service's own server, as under `ops/systemd`: what `DATA_DIR` without `REDIS_URL` starts.
    case systemd
    /// The files over TLS, as `ops/kubernetes` says.
    case kubernetes

    var testDescription: String { rawValue }
}

/// A `redis-server` that is started exactly as `ops/` ships it, in a folder and on ports of the test's own. Nobody is anybody in
/// it without a password. It dies with the test process, and with the last reference.
final class ShippedRedis: Sendable {
    let setup: ShippedSetup
    let folder: URL
    let port: Int
    private let line: [String]
    private let environment: [String: String]
    private let certificate: TestCertificate?
    private let isCluster: Bool
    /// Of users whose password is another than the one that it was started with.
    private let passwords = Mutex<[String: String]>([:])
    private let process = Mutex<TestProcess?>(nil)

    /// Returns when it answers; a cluster of one node when it serves all slots.
    convenience init(cluster setup: ShippedSetup) async throws {
        try await self.init(setup, certificate: nil, replicaOf: nil, isCluster: true)
        try await command(as: "operator", "CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        try await until("the slots are not served") {
            try await command(as: "operator", "CLUSTER", "INFO").contains("cluster_state:ok")
        }
    }

    /// Returns when it answers.
    convenience init(_ setup: ShippedSetup = .files, replicaOf primary: ShippedRedis? = nil) async throws {
        var certificate = primary?.certificate
        if setup == .kubernetes, certificate == nil { certificate = try await TestCertificate() }
        try await self.init(
            setup,
            certificate: certificate,
            replicaOf: primary.map { "127.0.0.1 \($0.port)" }
        )
    }

    private init(
        _ setup: ShippedSetup,
        certificate: TestCertificate?,
        replicaOf primary: String?,
        isCluster: Bool = false
    ) async throws {
        self.isCluster = isCluster
        self.setup = setup
        self.certificate = certificate
        port = try await FreePort.find()
        folder = FileManager.default.temporaryDirectory.appending(path: "lb-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var further = primary.map { ["replicaof \($0)"] } ?? []
        further += ["repl-diskless-sync-delay 0", "logfile \(folder.path)/log"]
        if isCluster { further += ["cluster-enabled yes", "cluster-config-file \(folder.path)/nodes.conf"] }
        if let certificate {
            further += [
                "port 0", "tls-port \(port)", "tls-cert-file \(certificate.certificate)",
                "tls-key-file \(certificate.key)",
                "tls-ca-cert-file \(certificate.certificate)", "tls-auth-clients no", "tls-replication yes",
            ]
        }
        try ShippedFiles.install("redis.conf", in: folder, port: port, further: further)
        try ShippedFiles.install("users.acl", in: folder, port: port)
        switch setup {
        case .files, .kubernetes:
            line = ["redis-server", "\(folder.path)/redis.conf"]
            environment = [:]
        case .compose:
            let temporary = folder.appending(path: "tmp")
            try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
            let service = try await ShippedFiles.composeService("redis")
            line = service.line.map { [folder] in
                // /tmp first: the test's own folder may stand in it.
                $0.replacing("/tmp/", with: "\(temporary.path)/").replacing("/etc/redis/", with: "\(folder.path)/")
                    .replacing("--dir /data", with: "--dir \(folder.path)")
                    .replacing("--bind '*'", with: "--bind 127.0.0.1")
            }
            environment = service.environment.mapValues { _ in Self.password }
        case .systemd:
            let arguments = ServerArguments.list(directory: folder.path, socket: "\(folder.path)/socket")
            line =
                ["redis-server"] + arguments + ["--port", "\(port)", "--bind", "127.0.0.1"]
                + further.flatMap { "--\($0)".split(separator: " ", maxSplits: 1).map(String.init) }
            environment = [:]
        }
        try await start()
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    private static let password = "of-the-test"

    /// The password of a user in this setup; nil where there are no users.
    func password(of user: String) -> String? {
        if let other = passwords.withLock({ $0[user] }) { return other }
        return switch setup {
        case .files, .kubernetes: "\(user.uppercased())_PASSWORD"
        case .compose: Self.password
        case .systemd: nil
        }
    }

    /// From now on `command` signs in with it; nil: with the one that it was started with.
    func use(_ password: String?, of user: String) {
        passwords.withLock { $0[user] = password }
    }

    /// What the service is told of it.
    var settings: [String: String] {
        let login = password(of: "leaderboard").map { "leaderboard:\($0)@" } ?? ""
        let scheme = isCluster ? "redis+cluster" : "redis"
        guard let certificate else { return ["REDIS_URL": "\(scheme)://\(login)127.0.0.1:\(port)"] }
        return ["REDIS_URL": "rediss://\(login)localhost:\(port)", "REDIS_CA_FILE": certificate.certificate]
    }

    func start() async throws {
        let started = try await Launcher.shared.launch(
            line[0],
            Array(line.dropFirst()),
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 }
        )
        process.withLock { $0 = started }
        try await until("redis-server does not answer; \(folder.path)/log") {
            guard started.isRunning else {
                let log = try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
                throw TestProcessFailure(what: "redis-server has ended", output: log ?? "")
            }
            return try await command("PING") == "PONG"
        }
    }

    /// SIGTERM, or `kill -9`, and waits until it is gone. Before a `kill -9` it waits until nothing is held back for an fsync that
    /// is slow (redis.conf says what that would cost).
    func stop() {
        end(by: SIGTERM)
    }

    func kill() {
        end(by: SIGKILL)
    }

    func killWhenWritten() async throws {
        try await until("the append-only file is not written") {
            try await info("persistence").contains("aof_buffer_length:0")
        }
        kill()
    }

    /// SIGSTOP: it hangs, with its connections open, until it is killed.
    func freeze() {
        guard let running = process.withLock({ $0 }), running.isRunning else { return }
        Foundation.kill(running.processIdentifier, SIGSTOP)
    }

    private func end(by signal: Int32) {
        guard let running = process.withLock({ $0 }), running.isRunning else { return }
        Foundation.kill(running.processIdentifier, signal)
        running.waitUntilExit()
    }

    /// Returns when it follows its primary.
    func follows() async throws {
        try await until("the replica does not follow") {
            try await info("replication").contains("master_link_status:up")
        }
    }

    /// What redis-cli prints, without the last newline; an error reply comes as its text.
    @discardableResult
    func command(as user: String = "leaderboard", _ words: String...) async throws -> String {
        try await command(as: user, words)
    }

    @discardableResult
    func command(as user: String = "leaderboard", _ words: [String]) async throws -> String {
        try await Launcher.shared.output(
            "redis-cli",
            login(as: user) + ["--raw"] + words,
            environment: ProcessInfo.processInfo.environment.merging(
                password(of: user).map { ["REDISCLI_AUTH": $0] } ?? [:]
            ) { $1 }
        )
    }

    /// Changes one of its files; Redis reads it when it is told to, or starts.
    func change(_ name: String, by change: (String) -> String) throws {
        let file = folder.appending(path: name)
        try Data(change(try String(contentsOf: file, encoding: .utf8)).utf8).write(to: file)
    }

    /// The lines of a section of INFO.
    func info(_ section: String) async throws -> [Substring] {
        try await command("INFO", section).split(whereSeparator: \.isNewline)
    }

    /// Of redis-cli; the password is in its environment.
    private func login(as user: String) -> [String] {
        var options = ["-h", "127.0.0.1", "-p", "\(port)", "--no-auth-warning"]
        if password(of: user) != nil { options += ["--user", user] }
        if let certificate { options += ["--tls", "--cacert", certificate.certificate] }
        return options
    }
}
