import Dispatch
import NIOCore
import Synchronization

import Glibc

/// One run of redis-server, from its start to its end.
///
/// A thread of its own starts it and then waits for its end. It must be one thread: the kernel sends the parent-death
/// signal when the *thread* that started a child ends, not its process.
package final class ServerProcess: Sendable {
    let processID: pid_t
    /// Fulfilled when the process has ended and nothing is left of it; never fails.
    let exited: EventLoopFuture<ExitStatus>
    let directory: DataDirectory
    private let patience: Duration
    /// The process id for as long as it is this process's: after the end of it the kernel may give it to another.
    private let alive: Mutex<pid_t?>

    package enum ExitStatus: Sendable, Equatable, CustomStringConvertible {
        case code(Int32)
        case signal(Int32)

        package var description: String {
            switch self {
            case .code(let code): "exit code \(code)"
            case .signal(let signal): "signal \(signal)"
            }
        }
    }

    /// The number under which the server inherits its lock.
    static let lockDescriptor: Int32 = 3

    /// Starts a server that dies with this process (Linux) and inherits `lock`.
    static func start(
        in directory: DataDirectory,
        syncsEveryWrite: Bool,
        lock: FileLock,
        on eventLoop: any EventLoop,
        patience: Duration
    ) async throws -> ServerProcess {
        guard let program = Processes.find("redis-server") else { throw PrivateRedisError.notInstalled }
        let arguments = ServerArguments.list(
            directory: directory.path,
            socket: directory.socketPath,
            syncsEveryWrite: syncsEveryWrite
        )
        var command = [program] + arguments
        if let setpriv = Processes.find("setpriv") { command = [setpriv, "--pdeathsig", "TERM", "--"] + command }

        let started = eventLoop.makePromise(of: ServerProcess.self)
        DispatchQueue(label: "leaderboard.private-redis").async { [command] in
            do {
                let processID = try spawn(command, lock: lock, log: directory.logPath)
                let exited = eventLoop.makePromise(of: ExitStatus.self)
                let process = ServerProcess(
                    processID: processID,
                    exited: exited.futureResult,
                    directory: directory,
                    patience: patience
                )
                started.succeed(process)
                exited.succeed(process.waitForExit())
            } catch {
                started.fail(error)
            }
        }
        return try await started.futureResult.get()
    }

    private init(
        processID: pid_t,
        exited: EventLoopFuture<ExitStatus>,
        directory: DataDirectory,
        patience: Duration
    ) {
        self.processID = processID
        self.exited = exited
        self.directory = directory
        self.patience = patience
        alive = Mutex(processID)
    }

    var hasEnded: Bool { alive.withLock { $0 == nil } }

    /// Asks the server to save and end, and kills it when it has not within its patience. Returns at once; see ``exited``.
    func stop() {
        signal(SIGTERM)
        let kill = exited.eventLoop.scheduleTask(in: TimeAmount(patience)) { self.signal(SIGKILL) }
        exited.whenComplete { _ in kill.cancel() }
    }

    private func signal(_ signal: Int32) {
        alive.withLock { process in _ = process.map { kill($0, signal) } }
    }

    /// Blocks its thread until the process has ended.
    private func waitForExit() -> ExitStatus {
        var information = unsafe siginfo_t()
        // Waits without reaping: the process id stays ours until the lock is held, so no signal can hit a stranger.
        while unsafe waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return alive.withLock { process in
            process = nil
            var status: Int32 = 0
            while unsafe waitpid(processID, &status, 0) < 0, errno == EINTR {}
            // The macros WIFSIGNALED and WEXITSTATUS, which Swift does not import.
            return status & 0x7f == 0 ? .code((status >> 8) & 0xff) : .signal(status & 0x7f)
        }
    }
}
