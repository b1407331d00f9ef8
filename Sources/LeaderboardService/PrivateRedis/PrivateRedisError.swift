/// Why the private Redis does not run, in words that say what to do.
package enum PrivateRedisError: Error, Equatable, CustomStringConvertible {
    case notInstalled
    case directoryUnusable(path: String, reason: String)
    case directoryInUse(path: String, by: DirectoryHolder)
    case socketPathTooLong(path: String)
    case oldServerStays(path: String)
    case notStarted(reason: String)
    case ended(ServerProcess.ExitStatus, log: String)
    case silent(log: String)

    package var description: String {
        switch self {
        case .notInstalled:
            "redis-server was not found; install it (apt-get install redis-server), or set REDIS_URL to use another Redis"
        case .directoryUnusable(let path, let reason):
            "the data directory \(path) cannot be used: \(reason); set DATA_DIR to one that this user can write"
        case .directoryInUse(let path, let holder):
            "\(holder) uses the data directory \(path); "
                + (holder.isCommand ? "wait for its end" : "stop that one") + ", or set another DATA_DIR"
        case .socketPathTooLong(let path):
            "no socket can have the path \(path), which is longer than \(SocketPath.maximumLength) bytes; "
                + "set DATA_DIR, or TMPDIR, to a shorter one"
        case .oldServerStays(let path):
            "a redis-server of an earlier run still uses \(path) and does not end; end it by hand"
        case .notStarted(let reason):
            "redis-server could not be started: \(reason)"
        case .ended(let status, let log):
            "redis-server ended at its start (\(status)); its own words are in \(log)"
        case .silent(let log):
            "redis-server does not answer; its own words are in \(log)"
        }
    }
}
