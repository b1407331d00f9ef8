import Text
import Logging

import Glibc

/// The folder `redis` (mode 0700) in the service's data directory, held by this process alone for as long as this object lives.
///
/// It has three locks. `service.lock` is whose Redis it is, a service or a command: a second service on the same data is refused.
/// `server.lock` is inherited by redis-server and its children and held by nobody else, so it is free exactly when none of them is
/// left. The folder itself is locked by commands that use the server of another process: a command waits for them before it stops it.
final class DataDirectory: Sendable {
    let path: String
    let socketPath: String
    private let serviceLock: FileLock

    var logPath: String { path + "/redis.log" }
    private var serverLockPath: String { path + "/server.lock" }

    /// Makes the directory when there is none, and takes it, or says who has it.
    static func take(_ path: String, as kind: DirectoryHolder.Kind = .service) async throws -> DataDirectory {
        var made: [String] = []
        do {
            try make(path, &made)
            try make(path + "/redis", &made)
            return try await take(path, at: try absolute(path + "/redis"), as: kind)
        } catch {
            // What was made in vain goes again, as far as nothing is in it.
            for folder in made.reversed() { unsafe rmdir(folder) }
            throw error
        }
    }

    private static func take(
        _ path: String,
        at absolute: String,
        as kind: DirectoryHolder.Kind
    ) async throws -> DataDirectory {
        let socketPath = try SocketPath.choose(for: absolute)
        // A program that is just being started has a copy of our descriptors, locks included, for the moment from fork to exec:
        // a lock that is let go may be held for some milliseconds more.
        let deadline = ContinuousClock.now + .milliseconds(500)
        while true {
            if let lock = try FileLock(path: absolute + "/service.lock") {
                DirectoryHolder.write(kind, into: lock)
                return DataDirectory(
                    path: absolute,
                    socketPath: socketPath,
                    serviceLock: lock
                )
            }
            guard ContinuousClock.now < deadline else {
                let holder = DirectoryHolder.read(absolute + "/service.lock")
                throw PrivateRedisError.directoryInUse(path: path, by: holder)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Where the server of the process that has this data directory listens.
    static func socketPath(under path: String) throws -> String {
        try SocketPath.choose(for: resolved(path + "/redis"))
    }

    /// Held by who uses the server of another process, for as long as that takes. Nil: it is about to stop.
    static func visit(_ path: String) throws -> FileLock? { try FileLock(visiting: resolved(path + "/redis")) }

    private init(path: String, socketPath: String, serviceLock: FileLock) {
        self.path = path
        self.socketPath = socketPath
        self.serviceLock = serviceLock
    }

    /// Nobody but this process uses the server any more, or begins to.
    func isEmptied() throws(PrivateRedisError) -> FileLock? { try FileLock(emptied: path) }

    /// The server's lock, to be handed to a new server, after any old one has been stopped: by SIGTERM, and by SIGKILL
    /// when `patience` is over.
    func lockAfterOldServer(patience: Duration, logger: Logger) async throws -> FileLock {
        // For the same reason as in `take` it may be held for a moment when no server is there.
        for _ in 0..<10 {
            if let lock = try freeServerLock() { return lock }
            try await Task.sleep(for: .milliseconds(10))
        }
        logger.warning(
            "a redis-server of an earlier run is still there and is stopped",
            metadata: ["directory": "\(path)"]
        )
        for (signal, patience) in [(SIGTERM, patience), (SIGKILL, .seconds(5))] {
            let deadline = ContinuousClock.now + patience
            while ContinuousClock.now < deadline {
                // Again each time: a server may have had a child, or have been about to take its lock.
                for holder in Processes.holding(serverLockPath, as: ServerProcess.lockDescriptor) {
                    kill(holder, signal)
                }
                try await Task.sleep(for: .milliseconds(20))
                if let lock = try freeServerLock() { return lock }
            }
        }
        throw PrivateRedisError.oldServerStays(path: path)
    }

    private func freeServerLock() throws(PrivateRedisError) -> FileLock? {
        guard let lock = try FileLock(path: serverLockPath) else { return nil }
        unsafe unlink(socketPath)
        return lock
    }

    /// - Parameter made: gets the folders that were not there, the outermost first.
    private static func make(_ path: String, _ made: inout [String]) throws(PrivateRedisError) {
        guard unsafe mkdir(path, 0o700) != 0 else { return made.append(path) }
        guard errno != EEXIST else { return }
        let reason = lastSystemError()
        guard errno == ENOENT, case (let parent?, _) = path.cut(atLast: "/"), !parent.isEmpty else {
            throw .directoryUnusable(path: path, reason: reason)
        }
        try make(String(parent), &made)
        guard unsafe mkdir(path, 0o700) != 0 else { return made.append(path) }
        guard errno == EEXIST else { throw .directoryUnusable(path: path, reason: lastSystemError()) }
    }

    private static func absolute(_ path: String) throws(PrivateRedisError) -> String {
        let absolute = try resolved(path)
        guard unsafe chmod(absolute, 0o700) == 0, unsafe access(absolute, W_OK | X_OK) == 0 else {
            throw .directoryUnusable(path: absolute, reason: lastSystemError())
        }
        return absolute
    }

    private static func resolved(_ path: String) throws(PrivateRedisError) -> String {
        // SAFETY: with nil as its second argument `realpath` returns memory that is ours to free, or nil.
        guard let resolved = unsafe realpath(path, nil) else {
            throw .directoryUnusable(path: path, reason: lastSystemError())
        }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }
}
