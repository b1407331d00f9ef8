import Histogram
import NIOCore

/// Latencies in microseconds, up to ten minutes, three digits exact (HdrHistogram).
struct Latencies: Sendable {
    private var histogram = Histogram<UInt64>(
        highestTrackableValue: 600_000_000,
        numberOfSignificantValueDigits: .three
    )

    mutating func record(_ time: TimeAmount) {
        histogram.record(UInt64(max(0, min(time.nanoseconds / 1000, 600_000_000))))
    }

    /// `p50 0.8 ms  p90 …`
    var text: String {
        guard histogram.totalCount > 0 else { return "none" }
        let parts = [50, 90, 99, 99.9].map { percentile in
            let name = percentile == 99.9 ? "p99.9" : "p\(Int(percentile))"
            return "\(name) \(Self.milliseconds(histogram.valueAtPercentile(percentile)))"
        }
        return (parts + ["max \(Self.milliseconds(histogram.max))"]).joined(separator: "  ")
    }

    private static func milliseconds(_ microseconds: UInt64) -> String {
        let tenths = (microseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
