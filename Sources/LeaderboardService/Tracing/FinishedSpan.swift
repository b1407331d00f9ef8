import Tracing

/// A span that has ended, as it is exported. Times are nanoseconds since 1970.
struct FinishedSpan: Sendable {
    struct Event: Sendable {
        let name: String
        let time: UInt64
        let attributes: [(String, SpanAttribute)]
    }

    let context: TraceContext
    let parent: TraceContext?
    let name: String
    let kind: SpanKind
    let start: UInt64
    let end: UInt64
    let attributes: [(String, SpanAttribute)]
    let status: SpanStatus?
    let events: [Event]
}
