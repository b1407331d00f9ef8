import Metrics
import Synchronization

/// Spans that wait for their export. Beyond its bound a new one is dropped, and counted: no request waits for a collector.
final class SpanQueue: Sendable {
    /// Why spans are lost.
    enum Loss: String, CaseIterable {
        case queueFull = "queue_full"
        /// The collector could not be reached, or answered that it would not take them.
        case notTaken = "not_taken"
    }

    private let capacity: Int
    private let spans = Mutex<[FinishedSpan]>([])
    private let exported: Counter
    private let lost: [Loss: Counter]

    init(capacity: Int, metricsFactory: any MetricsFactory) {
        self.capacity = capacity
        exported = Counter(label: "spans_exported", dimensions: [], factory: metricsFactory)
        lost = Loss.allCases.reduce(into: [:]) { lost, loss in
            lost[loss] = Counter(
                label: "spans_dropped",
                dimensions: [("reason", loss.rawValue)],
                factory: metricsFactory
            )
        }
    }

    var count: Int { spans.withLock(\.count) }

    func add(_ span: FinishedSpan) {
        let isTaken = spans.withLock { spans in
            guard spans.count < capacity else { return false }
            spans.append(span)
            return true
        }
        if !isTaken { lost[.queueFull]?.increment() }
    }

    /// The oldest, at most `maximum` of them.
    func take(_ maximum: Int) -> [FinishedSpan] {
        spans.withLock { spans in
            let taken = spans.prefix(maximum)
            spans = Array(spans.dropFirst(maximum))
            return Array(taken)
        }
    }

    func count(exported count: Int) {
        if count > 0 { exported.increment(by: count) }
    }

    func count(lost count: Int) {
        if count > 0 { lost[.notTaken]?.increment(by: count) }
    }
}
