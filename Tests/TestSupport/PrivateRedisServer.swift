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
    private let arguments: [String]
    private let process = Mutex<Process?>(nil)

    package var socketPath: String { folder.appending(path: "s").path }

    /// As `REDIS_URL` has it, over the Unix socket.
    package var url: String { "unix://\(socketPath)" }

    /// Starts a server and returns when it answers.
    ///
    /// - Parameters:
    ///   - password: becomes `requirepass`; `command(_:)` uses it.
    ///   - arguments: further command line arguments, such as `["--maxmemory", "10mb"]`.
    package init(port: Port = .none, password: String? = nil, arguments: [String] = []) async throws {
        self.password = password
        folder = FileManager.default.temporaryDirectory.appending(path: "lb-\(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let number = Int.random(in: 20_000..<32_000)
        var all = [
            "--dir", folder.path, "--unixsocket", folder.appending(path: "s").path, "--save", "", "--appendonly", "yes",
            "--appendfsync", "no", "--loglevel", "notice", "--logfile", folder.appending(path: "log").path,
            "--bind", "127.0.0.1",
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

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Starts it again on the data, the socket and the port that it had. Returns when it answers.
    package func start() async throws {
        try? FileManager.default.removeItem(atPath: socketPath)
        let started = try await Launcher.shared.launch("redis-server", arguments)
        process.withLock { $0 = started }
        let deadline = ContinuousClock.now + .seconds(20)
        while try await command("PING") != "PONG" {
            guard started.isRunning, ContinuousClock.now < deadline else {
                let log = try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
                throw TestProcessFailure(what: "redis-server does not answer", output: log ?? "")
            }
            try await Task.sleep(for: .milliseconds(5))
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

    package func restart() async throws {
        stop()
        try await start()
    }

    /// What `redis-cli --raw` prints for this command, without the last newline. An error reply comes as its text;
    /// an unreachable server as the message of redis-cli.
    @discardableResult
    package func command(_ words: String...) async throws -> String {
        var environment = ProcessInfo.processInfo.environment
        environment["REDISCLI_AUTH"] = password
        let options = ["-s", socketPath, "--no-auth-warning", "--raw"]
        return try await Launcher.shared.output("redis-cli", options + words, environment: environment)
    }

    private func signal(_ number: Int32, wait: Bool) {
        guard let running = process.withLock({ $0 }), running.isRunning else { return }
        Foundation.kill(running.processIdentifier, number)
        if wait {
            // `waitUntilExit` would spin in this thread's run loop.
            while running.isRunning { usleep(1000) }
            process.withLock { $0 = nil }
        }
    }
}
