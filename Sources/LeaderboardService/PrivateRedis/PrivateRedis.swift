import Text
import FoundationEssentials
package import Logging
package import Metrics
package import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// A `redis-server` of the service's own, for those who have none: on a Unix socket, without a TCP port, append-only,
/// with its data under the data directory.
///
/// It lives and dies with the service. ``run()`` starts it again when it ends by itself (clients see a store that is down
/// meanwhile) and stops it at shutdown. After `kill -9` of the service the kernel ends it (parent-death signal), and
/// whatever is left all the same is stopped by the next ``start()``: a lock that only the server and its children hold
/// tells whether one is left, so that never do two servers write the same file.
///
/// A command of an operator runs one for a moment. A service that starts meanwhile uses that one, and runs its own as soon as the
/// command has ended; further commands use it as well, and are waited for.
///
/// Durability: an update is handed to the kernel before it is acknowledged, and synced to disk once a second (`appendfsync
/// everysec`). A crash of the service loses nothing, nor does one of the server, unless an fsync is slow just then: for up to 2 s
/// Redis keeps back what comes meanwhile. A loss of power costs the last second or two. With `syncsEveryWrite` (`appendfsync
/// always`) none of this costs an update.
package final class PrivateRedis: Sendable, Service {
    private let dataDirectory: String
    private let syncsEveryWrite: Bool
    private let kind: DirectoryHolder.Kind
    private let logger: Logger
    private let eventLoop: any EventLoop
    private let patience: Patience
    private let state = Mutex(State())
    private let restarts: Counter

    /// How long each step may take.
    package struct Patience: Sendable {
        /// From the start of the server, or its last word that it is loading its data, to its first answer.
        package var firstAnswer: Duration = .seconds(10)
        /// From SIGTERM, when the server syncs its file, to SIGKILL.
        package var stop: Duration = .seconds(10)
        /// Pause before a server that ended is started again: doubled from the shortest to the longest.
        package var shortestPause: Duration = .milliseconds(50)
        package var longestPause: Duration = .seconds(2)

        package init() {}
    }

    private struct State {
        var directory: DataDirectory?
        var server: ServerProcess?
        var isStopping = false
    }

    package init(
        dataDirectory: String,
        syncsEveryWrite: Bool = false,
        for kind: DirectoryHolder.Kind = .service,
        logger: Logger,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        patience: Patience = Patience(),
        metricsFactory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.dataDirectory = dataDirectory
        self.syncsEveryWrite = syncsEveryWrite
        self.kind = kind
        self.logger = logger
        self.eventLoop = eventLoopGroup.next()
        self.patience = patience
        restarts = Counter(label: "private_redis_restarts", dimensions: [], factory: metricsFactory)
    }

    /// Starts the server and waits for its first answer; its address as `unix:///absolute/path`. For a service, while a command has
    /// one, the address of that: ``run()`` takes over.
    ///
    /// To be called once, before ``run()``. When it throws, no server is left and the data directory is free.
    @discardableResult
    package func start() async throws -> String {
        guard Self.isInstalled else { throw PrivateRedisError.notInstalled }
        let directory: DataDirectory
        do { directory = try await DataDirectory.take(dataDirectory, as: kind) } catch PrivateRedisError.directoryInUse(
            _,
            by: let holder
        ) where kind == .service && holder.isCommand {
            logger.notice(
                "a command runs the private redis, which is used until that ends",
                metadata: [
                    "process": "\(holder.process.map(String.init) ?? "unknown")", "directory": "\(dataDirectory)",
                ]
            )
            return try Self.url(dataDirectory: dataDirectory)
        }
        state.withLock { $0.directory = directory }
        do {
            try await startServer(in: directory)
        } catch {
            await stop()
            throw error
        }
        return "unix://" + directory.socketPath.percentEncoded(besides: "/")
    }

    /// The address of the server that another process runs on this data directory.
    package static func url(dataDirectory: String) throws -> String {
        "unix://" + (try DataDirectory.socketPath(under: dataDirectory)).percentEncoded(besides: "/")
    }

    /// Whether a server has run on this data directory before. Makes nothing.
    package static func hasData(in dataDirectory: String) -> Bool {
        FileManager.default.fileExists(atPath: dataDirectory + "/redis")
    }

    /// Whether a server runs on this data directory now. Changes nothing, nor makes anything.
    package static func isRunning(in dataDirectory: String) throws -> Bool {
        try ["service.lock", "server.lock"].contains { try FileLock.isHeld(path: "\(dataDirectory)/redis/\($0)") }
    }

    /// What keeps a command from stopping the server that runs on this data directory, for as long as the caller holds it. Nil: it
    /// is about to stop. Changes nothing.
    package static func visit(_ dataDirectory: String) throws -> (any Sendable)? {
        try DataDirectory.visit(dataDirectory)
    }

    /// Waits until nobody else uses the server; then nobody begins to, until it has stopped.
    package func lastOfVisitors() async throws -> (any Sendable)? {
        guard let directory = state.withLock({ $0.directory }) else { return nil }
        while true {
            if let lock = try directory.isEmptied() { return lock }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The process that runs a server on this data directory now, if one does and has said so.
    package static func holder(of dataDirectory: String) -> Int32? {
        guard (try? FileLock.isHeld(path: "\(dataDirectory)/redis/service.lock")) == true else { return nil }
        return DirectoryHolder.read("\(dataDirectory)/redis/service.lock").process
    }

    /// The service, and no command, that runs a server on this data directory now; nil: none does.
    static func service(of dataDirectory: String) -> DirectoryHolder? {
        guard (try? FileLock.isHeld(path: "\(dataDirectory)/redis/service.lock")) == true else { return nil }
        let holder = DirectoryHolder.read("\(dataDirectory)/redis/service.lock")
        return holder.isCommand ? nil : holder
    }

    /// Whether the program is there to be started.
    package static var isInstalled: Bool { Processes.find("redis-server") != nil }

    /// Keeps the server running until graceful shutdown or cancellation, then stops it and waits for its end.
    package func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await takeOver()
            await supervise()
        } onCancelOrGracefulShutdown: {
            self.beginToStop()
        }
        await stop()
    }

    /// The directory, once no command has it any more; whose it is then is supervised.
    private func takeOver() async throws {
        while state.withLock({ $0.directory == nil && !$0.isStopping }) {
            do {
                let directory = try await DataDirectory.take(dataDirectory, as: kind)
                state.withLock { $0.directory = directory }
                logger.info(
                    "the private redis is run by this service now",
                    metadata: ["directory": "\(directory.path)"]
                )
            } catch PrivateRedisError.directoryInUse(_, by: let holder) where holder.isCommand {
            } catch is CancellationError where isStopping {}
        }
    }

    /// Stops the server, waits for its end and frees the data directory. For those who called ``start()`` but never came
    /// to ``run()``; harmless when nothing runs.
    package func stop() async {
        beginToStop()
        _ = try? await state.withLock { $0.server }?.exited.get()
        state.withLock {
            $0.server = nil; $0.directory = nil
        }
    }

    /// The process id of the server that runs now.
    package var serverProcessID: Int32? { state.withLock { $0.server?.processID } }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    private func supervise() async {
        var pause = patience.shortestPause
        while let (directory, server) = state.withLock({ state in state.directory.map { ($0, state.server) } }) {
            if let server {
                let started = ContinuousClock.now
                let status = try? await server.exited.get()
                if isStopping { return }
                restarts.increment()
                logger.error(
                    "private redis ended by itself and is started again",
                    metadata: ["exit": "\(status?.description ?? "unknown")", "log": "\(directory.logPath)"]
                )
                if started.duration(to: .now) > patience.longestPause * 10 { pause = patience.shortestPause }
            }
            let length = pause
            pause = min(pause * 2, patience.longestPause)
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: length) }
            if isStopping { return }
            do {
                try await startServer(in: directory)
                logger.info("private redis runs again")
            } catch {
                state.withLock { $0.server = nil }
                if !isStopping { logger.error("private redis does not start", metadata: ["error": "\(error)"]) }
            }
        }
    }

    private func startServer(in directory: DataDirectory) async throws {
        let lock = try await directory.lockAfterOldServer(patience: patience.stop, logger: logger)
        let server = try await ServerProcess.start(
            in: directory,
            syncsEveryWrite: syncsEveryWrite,
            lock: lock,
            on: eventLoop,
            patience: patience.stop
        )
        let isStopping = state.withLock { state in
            state.server = server
            return state.isStopping
        }
        if isStopping { server.stop() }
        do {
            try await server.firstAnswer(within: patience.firstAnswer)
        } catch {
            server.stop()
            _ = try? await server.exited.get()
            throw error
        }
    }

    private func beginToStop() {
        state.withLock { state in
            state.isStopping = true
            return state.server
        }?.stop()
    }
}
