import Text

/// Names a trace among all services: 16 bytes, not all of them 0 (W3C Trace Context, section 3.2.2.3).
struct TraceID: Hashable, Sendable, CustomStringConvertible {
    let value: UInt128

    /// Nil for 0.
    init?(_ value: UInt128) {
        guard value != 0 else { return nil }
        self.value = value
    }

    private init(nonZero value: UInt128) {
        self.value = value
    }

    static func random() -> TraceID {
        TraceID(nonZero: .random(in: 1 ... .max))
    }

    /// 32 hexadecimal digits in small letters.
    var description: String { value.hexadecimal(digits: 32) }
}

/// Names a span within its trace: 8 bytes, not all of them 0.
struct SpanID: Hashable, Sendable, CustomStringConvertible {
    let value: UInt64

    /// Nil for 0.
    init?(_ value: UInt64) {
        guard value != 0 else { return nil }
        self.value = value
    }

    private init(nonZero value: UInt64) {
        self.value = value
    }

    static func random() -> SpanID {
        SpanID(nonZero: .random(in: 1 ... .max))
    }

    /// 16 hexadecimal digits in small letters.
    var description: String { value.hexadecimal(digits: 16) }
}
