import Foundation
import TestSupport
import Testing

/// The `leaderboard` command as users start it: a process of its own, in a folder of its own. It dies with the tests.
final class ServiceProcess: Sendable {
    /// The binary that was built together with the tests.
    static let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "leaderboard").path

    let port: Int
    private let process: TestProcess
    private let folder: URL

    /// Starts `leaderboard serve` on a free port, and returns when it listens.
    /// - Parameter descriptors: how many it may have open.
    static func serve(
        _ environment: [String: String],
        _ arguments: String...,
        descriptors: Int? = nil
    ) async throws -> ServiceProcess {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lb-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        let log = folder.appending(path: "log")
        try Data().write(to: log)
        let shared = ["PORT": "0", "THREADS": "1", "JWT_SECRET": testSecret, "PATH": path]
        let limited = descriptors.map { ["prlimit", "--nofile=\($0)"] } ?? []
        let command = limited + [program, "serve"] + arguments
        let process = try await Launcher.shared.launch(
            command[0],
            Array(command.dropFirst()),
            environment: shared.merging(environment) { $1 },
            directory: folder,
            output: try FileHandle(forWritingTo: log)
        )
        var port: Int?
        try await until {
            port = try String(contentsOf: log, encoding: .utf8).firstMatch(of: /listening.*port"?[:=]"?(\d+)/)
                .flatMap { Int($0.1) }
            return port != nil || !process.isRunning
        }
        guard let port else {
            let output = try String(contentsOf: log, encoding: .utf8)
            throw TestProcessFailure(what: "the service does not listen", output: output)
        }
        return ServiceProcess(port: port, process: process, folder: folder)
    }

    private init(port: Int, process: TestProcess, folder: URL) {
        self.port = port
        self.process = process
        self.folder = folder
    }

    deinit {
        signal(SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    var processID: Int32 { process.processIdentifier }

    var isRunning: Bool { process.isRunning }

    /// The signal that ended it; nil if it ended by itself. Only once it has ended.
    var endingSignal: Int32? { process.endingSignal }

    /// Everything that it has written so far.
    var log: String { get throws { try String(contentsOf: folder.appending(path: "log"), encoding: .utf8) } }

    func signal(_ number: Int32) {
        if process.isRunning { kill(process.processIdentifier, number) }
    }

    /// Runs another subcommand to its end, where there is no `.env`, or in a folder of the test's own.
    static func run(
        _ arguments: [String],
        _ environment: [String: String] = [:],
        in folder: URL = URL(filePath: "/")
    ) async throws -> (output: String, code: Int32) {
        try await Launcher.shared.run(
            program,
            arguments,
            environment: ["PATH": path].merging(environment) { $1 },
            directory: folder
        )
    }

    private static var path: String { ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin" }
}
