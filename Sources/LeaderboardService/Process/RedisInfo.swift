import Text

/// The text of Redis' `INFO`: lines of `name:value`, and comments.
struct RedisInfo: Sendable {
    private let fields: [Substring: Substring]

    init(_ text: String) {
        var fields: [Substring: Substring] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            if case (let name, let value?) = line.cut(at: ":") { fields[name] = value }
        }
        self.fields = fields
    }

    subscript(name: Substring) -> Substring? { fields[name] }

    /// Nil where there is no such line, or no whole number in it.
    func number(_ name: Substring) -> UInt64? {
        fields[name].flatMap { UInt64($0) }
    }
}
