import Synchronization
import Tracing

/// A span that is recorded; it goes to the queue when it ends. Any thread.
final class RecordedSpan: Span {
    /// More events than that are not kept.
    private static let maximumEvents = 32

    private struct State {
        var name: String
        var attributes = SpanAttributes([:])
        var status: SpanStatus?
        var events: [FinishedSpan.Event] = []
        var hasEnded = false
    }

    let context: ServiceContext
    private let own: TraceContext
    private let parent: TraceContext?
    private let kind: SpanKind
    private let start: UInt64
    private let queue: SpanQueue
    private let state: Mutex<State>

    init(
        _ name: String,
        _ own: TraceContext,
        parent: TraceContext?,
        in context: ServiceContext,
        kind: SpanKind,
        start: UInt64,
        queue: SpanQueue
    ) {
        var context = context
        context.trace = own
        self.context = context
        self.own = own
        self.parent = parent
        self.kind = kind
        self.start = start
        self.queue = queue
        state = Mutex(State(name: name))
    }

    var isRecording: Bool { own.isSampled && !state.withLock(\.hasEnded) }

    var operationName: String {
        get { state.withLock(\.name) }
        set { state.withLock { $0.name = newValue } }
    }

    var attributes: SpanAttributes {
        get { state.withLock(\.attributes) }
        set { state.withLock { $0.attributes = newValue } }
    }

    func setStatus(_ status: SpanStatus) {
        state.withLock { $0.status = status }
    }

    func addEvent(_ event: SpanEvent) {
        let event = FinishedSpan.Event(
            name: event.name,
            time: event.nanosecondsSinceEpoch,
            attributes: event.attributes.list
        )
        state.withLock { if $0.events.count < Self.maximumEvents { $0.events.append(event) } }
    }

    func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        var attributes = attributes
        attributes["exception.type"] = String(describing: type(of: error))
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    /// None of ours is linked to another.
    func addLink(_: SpanLink) {}

    /// The first end counts.
    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let end = instant().nanosecondsSinceEpoch
        let finished: FinishedSpan? = state.withLock { state in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return FinishedSpan(
                context: own,
                parent: parent,
                name: state.name,
                kind: kind,
                start: start,
                end: max(start, end),
                attributes: state.attributes.list,
                status: state.status,
                events: state.events
            )
        }
        if let finished, own.isSampled { queue.add(finished) }
    }
}

extension SpanAttributes {
    fileprivate var list: [(String, SpanAttribute)] {
        var list: [(String, SpanAttribute)] = []
        forEach { list.append(($0, $1)) }
        return list.sorted { $0.0 < $1.0 }
    }
}
