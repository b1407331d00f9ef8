package import Logging

import Glibc

/// How a log line is written.
package enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line, for machines. Its fields are stable: `time` (RFC 3339, UTC, milliseconds), `level`,
    /// `logger` and `message`, in this order, then the metadata by its own keys, sorted. A key that is one of the four gets
    /// an underscore at its end.
    case json
    /// `time level logger: message key=value …`, for eyes.
    case text

    /// Before the settings are read: what the environment says of it, or else the default.
    package static var ofEnvironment: LogFormat {
        guard let value = unsafe getenv("LOG_FORMAT") else { return .json }
        return LogFormat(rawValue: unsafe String(cString: value).lowercased()) ?? .json
    }
}

/// The service's logs: makes its loggers and the audit log, which share one output.
///
/// They go to standard error: standard output is for what a command prints for its user.
package struct Logs: Sendable {
    package let audit: AuditLog
    private let output: LogOutput
    private let level: Logger.Level

    package init(format: LogFormat = .json, level: Logger.Level = .info, auditLines: AuditLines) {
        let output = LogOutput(descriptor: LogOutput.standardError, format: format)
        self.init(output: output, level: level, auditLines: auditLines)
    }

    init(output: LogOutput, level: Logger.Level, auditLines: AuditLines = AuditLines()) {
        self.output = output
        self.level = level
        audit = AuditLog(output: output, lines: level <= .info ? auditLines : AuditLines(.off))
    }

    /// A logger whose lines go here.
    package func logger(_ label: String) -> Logger {
        Logger(label: label) { LineHandler(label: $0, output: output, level: level, metadataProvider: $1) }
    }

    /// How many lines were dropped so far because their reader was too slow.
    package var droppedLines: Int { output.dropped }

    /// Returns when all that was logged before has been written, or after a second.
    package func flush() {
        output.flush()
    }
}
