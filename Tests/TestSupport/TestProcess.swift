package import Foundation
import Synchronization

/// A child process of the tests. Started by `Launcher`, and so by one thread; asked from any.
///
/// Not Foundation's `Process`: its `run` copies whole directory entries out of a buffer that ends earlier, and now and then
/// the page behind it is not there (swift-corelibs-foundation, Swift 6.3).
package final class TestProcess: Sendable {
    package let processIdentifier: pid_t
    /// What `waitpid` said of its end; nil while it runs.
    private let ending = Mutex<Int32?>(nil)
    /// Entered while it runs.
    private let running = DispatchGroup()

    /// Both of its output streams go to `output`, nil: nowhere; nothing else of ours is open in it.
    ///
    /// Nowhere is not `FileHandle.nullDevice`: that has no descriptor (-1) here, and the child would write where we write.
    init(_ command: [String], environment: [String: String]?, directory: URL?, output: FileHandle?) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        // SAFETY: both are initialised here and destroyed at the end, and used in between only; the copied words live until
        // after the call, which keeps none of them.
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        let line = ["env"] + (directory.map { ["--chdir=\($0.path)"] } ?? []) + command
        var words = unsafe line.map { unsafe strdup($0) } + [nil]
        let environment = environment ?? ProcessInfo.processInfo.environment
        var settings = unsafe environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
            unsafe words.forEach { unsafe free($0) }
            unsafe settings.forEach { unsafe free($0) }
        }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if let output {
            unsafe posix_spawn_file_actions_adddup2(&actions, output.fileDescriptor, 1)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // NIO closes its own. One that is not open is passed over.
        for descriptor in 3...Self.greatestDescriptor() + 64 {
            unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        // A child inherits what is ignored and blocked here, and Foundation's threads block SIGTERM.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGPIPE, SIGCHLD, SIGUSR1, SIGUSR2] {
            unsafe sigaddset(&signals, signal)
        }
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var processID: pid_t = 0
        let result = unsafe posix_spawn(&processID, "/usr/bin/env", &actions, &attributes, &words, &settings)
        guard result == 0 else {
            throw TestProcessFailure(what: "\(command.first ?? "") was not started", output: "error \(result)")
        }
        processIdentifier = processID
        running.enter()
        // At once: Swift Testing waits for any child, and would spin as long as there is one that has ended.
        Thread.detachNewThread { [self] in
            var status: Int32 = 0
            // SAFETY: fills the local variable.
            while unsafe waitpid(processIdentifier, &status, 0) < 0, errno == EINTR {}
            ending.withLock { [status] in $0 = status }
            running.leave()
        }
    }

    /// Of those that are open now: others may be opened until the child is there, above it a few at most.
    private static func greatestDescriptor() -> Int32 {
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return open.compactMap { Int32($0) }.max() ?? 1024
    }

    package var isRunning: Bool { ending.withLock { $0 == nil } }

    /// Blocks its thread.
    package func waitUntilExit() { running.wait() }

    /// The signal that ended it; nil if it ended by itself, or runs.
    package var endingSignal: Int32? {
        ending.withLock { $0 }.flatMap { $0 & 0x7f == 0 ? nil : $0 & 0x7f }
    }

    /// With what it ended by itself; nil if a signal ended it, or it runs.
    package var exitCode: Int32? {
        ending.withLock { $0 }.flatMap { $0 & 0x7f == 0 ? $0 >> 8 & 0xff : nil }
    }
}
