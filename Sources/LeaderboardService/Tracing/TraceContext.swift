import Tracing

/// The place in a trace that work belongs to, as it is handed on in a `ServiceContext`.
struct TraceContext: Sendable {
    let trace: TraceID
    let span: SpanID
    let isSampled: Bool
    /// It came with a request: its span is another service's.
    let isRemote: Bool
    /// Checked: ``TraceState``.
    let state: String?
}

extension ServiceContext {
    private enum Key: ServiceContextKey {
        typealias Value = TraceContext
        static let nameOverride: String? = "trace"
    }

    var trace: TraceContext? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}
