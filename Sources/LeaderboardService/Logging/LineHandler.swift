import Logging

/// swift-log's door to the ``LogOutput``.
struct LineHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let output: LogOutput

    init(label: String, output: LogOutput, level: Logger.Level, metadataProvider: Logger.MetadataProvider?) {
        self.label = label
        self.output = output
        self.metadataProvider = metadataProvider
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let level = event.level.rawValue
        let head = output.head(level: level, logger: label, message: event.message.description)
        var line = LogLine(head, time: .now)
        for (key, value) in fields(of: event).sorted(by: { $0.key < $1.key }) {
            line.begin(LogLine.Key(Self.isReserved(key) ? key + "_" : key, output.format))
            line.appendValue(value)
        }
        line.end()
        output.write(line, urgently: event.level >= .warning)
    }

    /// What is said at the call counts more than the provider's, and that more than the logger's own.
    private func fields(of event: LogEvent) -> Logger.Metadata {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
        if let given = event.metadata { fields.merge(given) { $1 } }
        if let error = event.error, fields["error"] == nil { fields["error"] = "\(error)" }
        return fields
    }

    private static func isReserved(_ key: String) -> Bool {
        ["time", "level", "logger", "message"].contains(key)
    }
}

extension LogLine {
    /// Numbers and truth values stay what they are, all else that describes itself becomes text.
    fileprivate mutating func appendValue(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): appendValue(text)
        case .stringConvertible(let number as any BinaryInteger): append(String(describing: number))
        case .stringConvertible(let truth as Bool): append(truth ? "true" : "false")
        case .stringConvertible(let other): appendValue(other.description)
        case .array(let values):
            append("[")
            for (index, value) in values.enumerated() {
                if index > 0 { append(",") }
                appendValue(value)
            }
            append("]")
        case .dictionary(let fields):
            append("{")
            for (index, field) in fields.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { append(",") }
                appendValue(field.key)
                append(":")
                appendValue(field.value)
            }
            append("}")
        }
    }
}
