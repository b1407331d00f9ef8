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
    var description: String { hexadecimal(value, digits: 32) }
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
    var description: String { hexadecimal(UInt128(value), digits: 16) }
}

private func hexadecimal(_ value: UInt128, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
