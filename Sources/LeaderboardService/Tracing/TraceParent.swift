import HTTPServer
import NIOCore

/// `traceparent`: which trace a request belongs to, and which span of it sent the request (W3C Trace Context, section 3.2).
struct TraceParent: Equatable, Sendable {
    let trace: TraceID
    let span: SpanID
    /// The caller records the trace.
    let isSampled: Bool

    /// Nil where there is none, or several, or one that is not as the standard wants it: then the request begins a trace.
    init?(_ headers: RequestHeaders) {
        guard case .once(let value) = headers.occurrence(of: "traceparent") else { return nil }
        self.init(value.readableBytesView)
    }

    /// `00-<32 digits>-<16 digits>-<2 digits>`, small letters. A later version may have more behind a hyphen; version ff is none.
    init?(_ text: some Collection<UInt8>) {
        guard text.count >= Self.length, text.count <= 512 else { return nil }
        let bytes = Array(text)
        guard [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }),
            let version = Self.number(bytes[0..<2]), version != 0xff,
            version == 0 ? bytes.count == Self.length : bytes.count == Self.length || bytes[55] == UInt8(ascii: "-"),
            let trace = Self.number(bytes[3..<35]).flatMap(TraceID.init),
            let span = Self.number(bytes[36..<52]).flatMap({ SpanID(UInt64(truncatingIfNeeded: $0)) }),
            let flags = Self.number(bytes[53..<55])
        else { return nil }
        self.trace = trace
        self.span = span
        isSampled = flags & 1 == 1
    }

    private static let length = 55

    /// At most 32 digits.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt128? {
        var number: UInt128 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt128(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt128(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }
}
