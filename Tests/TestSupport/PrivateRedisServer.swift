package import Foundation
import Synchronization

/// A real `redis-server` of one test: in its own temporary folder, on its own Unix socket and, if asked for, a TCP or
/// TLS port. It dies with the test process (even by `kill -9`), with `stop()`, and when the last reference goes.
///
/// The data is append-only, so `restart()` and `kill()` + `start()` find what was acknowledged.
package final class PrivateRedisServer: Sendable {
    /// What the server listens on beside its Unix socket.
    package enum Port: Sendable {
        case none
        case tcp
        /// Paths of PEM files.
        case tls(certificate: String, key: String, authority: String)
    }

    package let folder: URL
    package let port: Int?
    package let password: String?
    /// `user:password@` of the service's own user, where there is one.
    private let credentials: String
    private let arguments: [String]
    private let process = Mutex<TestProcess?>(nil)

    /// As the doctor wants it, but for `maxmemory`.
    private static let wellKept = [
        "--save", "", "--appendonly", "yes", "--lazyfree-lazy-expire", "yes", "--lazyfree-lazy-user-del", "yes",
    ]

    package var socketPath: String { folder.appending(path: "s").path }

    /// As `REDIS_URL` has it, over the Unix socket.
    package var url: String { "unix://\(credentials)\(socketPath)" }

    /// Starts a server and returns when it answers.
    ///
    /// - Parameters:
    ///   - password: becomes `requirepass`; `command(_:)` uses it.
    ///   - isDeployed: with `ops/redis/redis.conf` and `users.acl`; then `url` is that of the service's user, and
    ///     `command(_:)` is an operator who may do everything.
    ///   - arguments: further command line arguments, such as `["--maxmemory", "10mb"]`.
    package init(
        port: Port = .none,
        password: String? = nil,
        isDeployed: Bool = false,
        arguments: [String] = []
    ) async throws {
        self.password = password
        credentials = isDeployed ? "leaderboard:LEADERBOARD_PASSWORD@" : ""
        folder = try Self.makeFolder()
        let number = try await FreePort.find()
        var all = isDeployed ? try Self.deployment(in: folder) : Self.wellKept
        all += [
            "--dir", folder.path, "--unixsocket", folder.appending(path: "s").path, "--appendfsync", "no",
            "--loglevel", "notice", "--logfile", folder.appending(path: "log").path,
            "--bind", "127.0.0.1", "--repl-diskless-sync-delay", "0",
        ]
        switch port {
        case .none:
            self.port = nil
            all += ["--port", "0"]
        case .tcp:
            self.port = number
            all += ["--port", "\(number)"]
        case .tls(let certificate, let key, let authority):
            self.port = number
            all += [
                "--port", "0", "--tls-port", "\(number)", "--tls-cert-file", certificate, "--tls-key-file", key,
                "--tls-ca-cert-file", authority, "--tls-auth-clients", "no",
            ]
        }
        if let password { all += ["--requirepass", password] }
        self.arguments = all + arguments
        try await start()
    }

    /// A replica of the primary, which must have a TCP port. Returns when it has its data.
    package convenience init(port: Port, replicaOf primary: PrivateRedisServer, arguments: [String] = []) async throws {
        try await self.init(
            port: port,
            arguments: ["--replicaof", "127.0.0.1 \(primary.port ?? 0)"] + arguments
        )
        try await until("the replica does not follow") {
            // With an offset: it has confirmed something, and so takes the stream of commands.
            let info = try await primary.command("INFO", "replication")
            return info.contains("port=\(self.port ?? 0),state=online,offset=")
                && !info.contains("port=\(self.port ?? 0),state=online,offset=0,")
        }
    }

    /// A sentinel that watches the primary under the name `main`, with two of three to agree.
    package init(sentinelOf primary: PrivateRedisServer, isHurried: Bool = true) async throws {
        password = nil
        credentials = ""
        folder = try Self.makeFolder()
        let port = try await FreePort.find()
        self.port = port
        let file = folder.appending(path: "sentinel.conf")
        try """
        port \(port)
        bind 127.0.0.1
        unixsocket \(folder.appending(path: "s").path)
        dir \(folder.path)
        logfile \(folder.appending(path: "log").path)
        sentinel monitor main 127.0.0.1 \(primary.port ?? 0) 2
        sentinel down-after-milliseconds main 1000
        sentinel failover-timeout main 5000
        """.write(to: file, atomically: true, encoding: .utf8)
        arguments = [file.path, "--sentinel"]
        try await start()
        if isHurried { try await command(words: RedisSentinels.hurry) }
    }

    /// The files of `ops/redis`, with a default user that may do everything.
    private static func deployment(in folder: URL) throws -> [String] {
        let ops = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "ops/redis")
        let users = folder.appending(path: "users.acl")
        try String(contentsOf: ops.appending(path: "users.acl"), encoding: .utf8)
            .replacingOccurrences(of: "user default off", with: "user default on nopass")
            .write(to: users, atomically: true, encoding: .utf8)
        return [ops.appending(path: "redis.conf").path, "--aclfile", users.path]
    }

    private static func makeFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lb-\(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    package var isRunning: Bool { process.withLock { $0?.isRunning ?? false } }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Starts it again on the data, the socket and the port that it had. Returns when it answers.
    package func start() async throws {
        try? FileManager.default.removeItem(atPath: socketPath)
        // A write beyond the limit of `limitFiles` is then an error, as on a full disk, and not the end of the process.
        let program = ["--ignore-signal=XFSZ", "redis-server"]
        let started = try await Launcher.shared.launch("env", program + arguments)
        process.withLock { $0 = started }
        try await until("redis-server does not answer: \(folder.path)/log") {
            guard started.isRunning else {
                let log = try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
                throw TestProcessFailure(what: "redis-server has ended", output: log ?? "")
            }
            return try await command("PING") == "PONG"
        }
    }

    /// Ends it as an operator would (SIGTERM), and waits until it is gone.
    package func stop() {
        signal(SIGTERM, wait: true)
    }

    /// `kill -9`, and waits until it is gone.
    package func kill() {
        signal(SIGKILL, wait: true)
    }

    /// SIGSTOP: the server hangs, with its connections open, until `resume()`.
    package func pause() {
        signal(SIGSTOP, wait: false)
    }

    package func resume() {
        signal(SIGCONT, wait: false)
    }

    /// No file may grow beyond so many bytes: the disk is full. Nil: it has room again.
    package func limitFiles(to bytes: Int?) async throws {
        guard let process = process.withLock({ $0 }) else { return }
        let limit = bytes.map(String.init) ?? "unlimited"
        let output = try await Launcher.shared.output(
            "prlimit",
            ["--pid", "\(process.processIdentifier)", "--fsize=\(limit):unlimited"]
        )
        guard output.isEmpty else { throw TestProcessFailure(what: "prlimit", output: output) }
    }

    package func restart() async throws {
        stop()
        try await start()
    }

    /// What `redis-cli --raw` prints for this command, without the last newline. An error reply comes as its text;
    /// an unreachable server as the message of redis-cli.
    @discardableResult
    package func command(_ words: String...) async throws -> String {
        try await command(words: words)
    }

    @discardableResult
    package func command(words: [String]) async throws -> String {
        try await RedisCall.text(of: words, at: socketPath, password: password)
    }

    private func signal(_ number: Int32, wait: Bool) {
        guard let running = process.withLock({ $0 }), running.isRunning else { return }
        Foundation.kill(running.processIdentifier, number)
        if wait {
            running.waitUntilExit()
            process.withLock { $0 = nil }
        }
    }
}
