import HTTPServer
import NIOCore
import NIOHTTP1
import Tracing

/// A span for each request, by OpenTelemetry's conventions for HTTP servers. Any loop.
struct RequestSpans: Sendable {
    let recorder: SpanRecorder
    /// Over TLS.
    let isSecure: Bool

    /// Nil where the trace is not recorded.
    @Sendable func start(_ opening: RequestOpening) -> (any Span & AnyObject)? {
        var context = ServiceContext.topLevel
        recorder.extract(opening.headers, into: &context, using: HeaderExtractor())
        let span = recorder.startSpan(
            Self.name(opening.method, opening.route),
            context: context,
            ofKind: .server,
            at: WallClock.time(of: opening.began)
        )
        return span.isRecording ? span : nil
    }

    @Sendable func end(_ exchange: Exchange) {
        guard let span = exchange.span else { return }
        let status = Int64(exchange.status.code)
        var attributes: SpanAttributes = [
            "http.request.method": .string(exchange.method.rawValue), "http.response.status_code": .int64(status),
            "url.path": .string(String(RequestLog.shown(exchange.path))), "url.scheme": isSecure ? "https" : "http",
            "leaderboard.request_id": .string(exchange.requestID),
        ]
        if let route = exchange.route { attributes["http.route"] = route.path }
        if status >= 500 {
            attributes["error.type"] = "\(status)"
            span.setStatus(SpanStatus(code: .error))
        }
        span.attributes = attributes
        span.end()
    }

    /// Of few values: never what a client chose.
    private static func name(_ method: HTTPMethod, _ route: Route?) -> String {
        guard let route else { return "HTTP" }
        return "\(method.rawValue) \(route.path)"
    }
}

/// `traceparent` and `tracestate` of a request.
struct HeaderExtractor: Extractor {
    func extract(key: String, from headers: RequestHeaders) -> String? {
        switch key {
        case "traceparent":
            guard case .once(let value) = headers.occurrence(of: "traceparent") else { return nil }
            return String(buffer: value)
        case "tracestate": return headers["tracestate"].joined(separator: ",")
        default: return nil
        }
    }
}

/// When something was, of which the monotonic clock was read.
enum WallClock {
    static func time(of moment: NIODeadline) -> DefaultTracerClock.Timestamp {
        let now = DefaultTracerClock.now.nanosecondsSinceEpoch
        let age = (NIODeadline.now() - moment).nanoseconds
        return DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: now - min(now, UInt64(max(0, age))))
    }
}

extension TraceID {
    /// That of the recorded span, or else of the request's `traceparent`; nil where there is neither.
    static func of(_ span: (any Span & AnyObject)?, _ headers: RequestHeaders) -> TraceID? {
        if let span { span.context.trace?.trace } else { TraceParent(headers)?.trace }
    }
}

extension SpanRecorder {
    /// A span of a call of one of our functions in Redis, by OpenTelemetry's conventions for databases.
    func startCall(_ function: String, within parent: any Span) -> RecordedSpan {
        let span = startSpan("FCALL \(function)", context: parent.context, ofKind: .client)
        span.attributes = [
            "db.system.name": "redis", "db.operation.name": "FCALL", "db.stored_procedure.name": .string(function),
        ]
        return span
    }
}
