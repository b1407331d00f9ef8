import Text
import Leaderboard
import NIOCore
import Tracing

/// Spans in the JSON of OTLP 1 (`ExportTraceServiceRequest`): ids are hexadecimal, integers of 64 bits are strings, enumerations are
/// their numbers, and names are in lowerCamelCase.
struct OTLPTraces {
    /// Attributes of the resource, which each request carries.
    let resource: [(String, String)]
    let version: String

    func json(_ spans: [FinishedSpan]) -> ByteBuffer {
        var body = ByteBuffer()
        body.reserveCapacity(512 * (1 + spans.count))
        body.writeStaticString(#"{"resourceSpans":[{"resource":{"attributes":"#)
        Self.write(resource.map { ($0.0, SpanAttribute.string($0.1)) }, into: &body)
        body.writeString(#"},"scopeSpans":[{"scope":{"name":"leaderboard","version":"\#(version)"},"spans":["#)
        for (index, span) in spans.enumerated() {
            if index > 0 { body.writeStaticString(",") }
            Self.write(span, into: &body)
        }
        body.writeStaticString("]}]}]}")
        return body
    }

    private static func write(_ span: FinishedSpan, into body: inout ByteBuffer) {
        body.writeString(#"{"traceId":"\#(span.context.trace)","spanId":"\#(span.context.span)""#)
        if let parent = span.parent { body.writeString(#","parentSpanId":"\#(parent.span)""#) }
        if let state = span.context.state {
            body.writeStaticString(#","traceState":"#)
            body.writeJSON(state)
        }
        // The trace's flags, and whether the parent is another service's: that it is known (0x100), and that it is so (0x200).
        let flags = 1 | 0x100 | (span.parent?.isRemote == true ? 0x200 : 0)
        body.writeString(#","flags":\#(flags),"name":"#)
        body.writeJSON(span.name)
        body.writeString(#","kind":\#(number(of: span.kind)),"startTimeUnixNano":"\#(span.start)""#)
        body.writeString(#","endTimeUnixNano":"\#(span.end)","attributes":"#)
        write(span.attributes, into: &body)
        if !span.events.isEmpty {
            body.writeStaticString(#","events":["#)
            for (index, event) in span.events.enumerated() {
                body.writeString(#"\#(index > 0 ? "," : ""){"timeUnixNano":"\#(event.time)","name":"#)
                body.writeJSON(event.name)
                body.writeStaticString(#","attributes":"#)
                write(event.attributes, into: &body)
                body.writeStaticString("}")
            }
            body.writeStaticString("]")
        }
        if let status = span.status {
            body.writeString(#","status":{"code":\#(status.code == .error ? 2 : 1)"#)
            if let message = status.message {
                body.writeStaticString(#","message":"#)
                body.writeJSON(message)
            }
            body.writeStaticString("}")
        }
        body.writeStaticString("}")
    }

    private static func number(of kind: SpanKind) -> Int {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }

    private static func write(_ attributes: [(String, SpanAttribute)], into body: inout ByteBuffer) {
        body.writeStaticString("[")
        for (index, (key, value)) in attributes.enumerated() {
            body.writeStaticString(index > 0 ? #",{"key":"# : #"{"key":"#)
            body.writeJSON(key)
            body.writeStaticString(#","value":{"#)
            switch value {
            case .int32(let number): body.writeString(#""intValue":"\#(number)""#)
            case .int64(let number): body.writeString(#""intValue":"\#(number)""#)
            case .bool(let truth): body.writeString(#""boolValue":\#(truth)"#)
            case .double(let number) where number.isFinite: body.writeString(#""doubleValue":\#(number)"#)
            case .string(let text):
                body.writeStaticString(#""stringValue":"#)
                body.writeJSON(text)
            case .stringConvertible(let other):
                body.writeStaticString(#""stringValue":"#)
                body.writeJSON(other.description)
            // Nothing of ours has a list.
            default: body.writeStaticString(#""stringValue":"""#)
            }
            body.writeStaticString("}}")
        }
        body.writeStaticString("]")
    }
}
