import Tracing

/// swift-distributed-tracing's tracer: spans that the sampler takes go to the queue. Any thread.
struct SpanRecorder: Tracer {
    let sampler: TraceSampler
    let queue: SpanQueue

    func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> ServiceContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function _: String,
        file _: String,
        line _: UInt
    ) -> RecordedSpan {
        let context = context()
        let parent = context.trace
        let trace = parent?.trace ?? .random()
        let isSampled =
            if let parent, !parent.isRemote { parent.isSampled } else {
                sampler.takes(trace, parentIsSampled: parent?.isSampled)
            }
        let own = TraceContext(
            trace: trace,
            span: .random(),
            isSampled: isSampled,
            isRemote: false,
            state: parent?.state
        )
        return RecordedSpan(
            operationName,
            own,
            parent: parent,
            in: context,
            kind: kind,
            start: instant().nanosecondsSinceEpoch,
            queue: queue
        )
    }

    func startAnySpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> ServiceContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file: String,
        line: UInt
    ) -> any Tracing.Span {
        startSpan(
            operationName,
            context: context(),
            ofKind: kind,
            at: instant(),
            function: function,
            file: file,
            line: line
        )
    }

    /// The exporter sends by itself, and the rest when it stops.
    func forceFlush() {}

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let text = extractor.extract(key: "traceparent", from: carrier),
            let parent = TraceParent(Array(text.utf8))
        else { return }
        context.trace = TraceContext(
            trace: parent.trace,
            span: parent.span,
            isSampled: parent.isSampled,
            isRemote: true,
            state: extractor.extract(key: "tracestate", from: carrier).flatMap { TraceState.checked([$0]) }
        )
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let trace = context.trace else { return }
        let flags = trace.isSampled ? "01" : "00"
        injector.inject("00-\(trace.trace)-\(trace.span)-\(flags)", forKey: "traceparent", into: &carrier)
        if let state = trace.state { injector.inject(state, forKey: "tracestate", into: &carrier) }
    }
}
