import CoreMetrics
import Synchronization

/// One counter's value. Any thread may add to it, without waiting.
final class CounterCell: CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: Int64 { count.load(ordering: .relaxed) }

    func increment(by amount: Int64) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        count.store(0, ordering: .relaxed)
    }
}

/// One gauge's value, or a sum that grows by fractions.
final class GaugeCell: MeterHandler, RecorderHandler, FloatingPointCounterHandler {
    /// The bits of a `Double`.
    private let bits = Atomic<UInt64>(0)

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    func set(_ value: Int64) { set(Double(value)) }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func decrement(by amount: Double) { increment(by: -amount) }
    func reset() { set(0.0) }

    func increment(by amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (done, current) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if done { return }
            old = current
        }
    }
}

/// One histogram's values: how many fell into each bucket, and their sum.
final class HistogramCell: TimerHandler, RecorderHandler {
    private final class Bucket: Sendable {
        let count = Atomic<Int64>(0)
    }

    /// How many recorded units are one of the metric's: timers record nanoseconds and show seconds.
    private let divisor: Double
    /// Upper bounds in recorded units, ascending; one bucket more is for what is above all of them.
    private let bounds: [Int64]
    private let buckets: [Bucket]
    /// The same bounds in the metric's unit.
    let upperBounds: [Double]
    private let total = Atomic<Int64>(0)

    init(buckets: [Double], divisor: Double) {
        self.divisor = divisor
        upperBounds = buckets
        bounds = buckets.map { Int64(($0 * divisor).rounded()) }
        self.buckets = (0...buckets.count).map { _ in Bucket() }
    }

    /// Counts by bucket (not cumulated), and the sum in the metric's unit.
    var value: (counts: [Int64], sum: Double) {
        (buckets.map { $0.count.load(ordering: .relaxed) }, Double(total.load(ordering: .relaxed)) / divisor)
    }

    func record(_ value: Int64) {
        // 16 comparisons at most, and usual values are found among the first ones: faster than a binary search.
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        buckets[index].count.wrappingAdd(1, ordering: .relaxed)
        total.wrappingAdd(value, ordering: .relaxed)
    }

    func record(_ value: Double) {
        record(Int64(exactly: value.rounded()) ?? 0)
    }

    func recordNanoseconds(_ duration: Int64) {
        record(duration)
    }
}
