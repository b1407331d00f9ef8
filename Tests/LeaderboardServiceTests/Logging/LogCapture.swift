import Foundation
import Logging

@testable import LeaderboardService

/// A log whose lines end in a pipe that the test reads.
struct LogCapture {
    let logs: Logs
    let output: LogOutput
    private let pipe = Pipe()

    init(
        _ format: LogFormat = .json,
        level: Logger.Level = .info,
        maximumBytes: Int = 1 << 20,
        auditLines: AuditLines = AuditLines(),
        isJournal: Bool = false
    ) {
        output = LogOutput(
            descriptor: pipe.fileHandleForWriting.fileDescriptor,
            format: format,
            maximumBytes: maximumBytes,
            isJournal: isJournal
        )
        logs = Logs(output: output, level: level, auditLines: auditLines)
    }

    /// All that has come, once what was logged so far has been written. The last call on this capture.
    func text() throws -> String {
        output.flush()
        try pipe.fileHandleForWriting.close()
        return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }

    func lines() throws -> [String] {
        try text().split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    func objects() throws -> [[String: Any]] {
        try lines().map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:] }
    }

    /// Reads without waiting for the end of the pipe: returns with the next bytes.
    func next() -> String {
        String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
    }
}
