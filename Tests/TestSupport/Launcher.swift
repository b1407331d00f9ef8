package import Foundation
import Synchronization

/// A program that a test needs could not do what it was started for.
package struct TestProcessFailure: Error, CustomStringConvertible {
    package let what: String
    package let output: String
    package var description: String { "\(what): \(output)" }

    package init(what: String, output: String) {
        self.what = what
        self.output = output
    }
}

/// Starts child processes that the kernel ends together with this process (`PR_SET_PDEATHSIG`, by `setpriv`).
///
/// The kernel takes the end of the *thread* that started the child for the end of the parent, and threads of the
/// concurrency pool come and go. Therefore all starts happen on one thread that never ends.
package final class Launcher: Sendable {
    package static let shared = Launcher()

    private let queue = Mutex<[@Sendable () -> Void]>([])
    private let wakeUp = DispatchSemaphore(value: 0)

    private init() {
        Thread.detachNewThread { [self] in
            while true {
                wakeUp.wait()
                let job = queue.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                job?()
            }
        }
    }

    /// A child that dies with us; its output goes to a file of the caller, or nowhere.
    package func launch(
        _ program: String,
        _ arguments: [String],
        environment: [String: String]? = nil,
        directory: URL? = nil,
        output: FileHandle? = nil
    ) async throws -> TestProcess {
        try await onThread {
            try TestProcess(
                Self.deathSignal + [program] + arguments,
                environment: environment,
                directory: directory,
                output: output
            )
        }
    }

    /// Runs a program to its end; what it wrote (both streams), without the last newline. Its exit code is not looked
    /// at.
    package func output(
        _ program: String,
        _ arguments: [String],
        environment: [String: String]? = nil
    ) async throws -> String {
        let text = try await run(program, arguments, environment: environment).output
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    /// Runs a program to its end: what it wrote (both streams), and its exit code, or the signal that ended it.
    package func run(
        _ program: String,
        _ arguments: [String],
        environment: [String: String]? = nil,
        directory: URL? = nil
    ) async throws -> (output: String, code: Int32) {
        let pipe = Pipe()
        let process = try await launch(
            program,
            arguments,
            environment: environment,
            directory: directory,
            output: pipe.fileHandleForWriting
        )
        try pipe.fileHandleForWriting.close()
        // Elsewhere: a thread of the concurrency pool that waits is one of two that are missing to every other test.
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
                        process.waitUntilExit()
                        let code = process.exitCode ?? process.endingSignal ?? -1
                        return (String(decoding: data, as: UTF8.self), code)
                    }
                )
            }
        }
    }

    private static let deathSignal: [String] =
        FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv") ? ["setpriv", "--pdeathsig", "KILL"] : []

    private func onThread(_ body: @escaping @Sendable () throws -> TestProcess) async throws -> TestProcess {
        try await withCheckedThrowingContinuation { continuation in
            queue.withLock { $0.append { continuation.resume(with: Result { try body() }) } }
            wakeUp.signal()
        }
    }
}
