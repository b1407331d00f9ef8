import Text
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

    mutating func add(_ other: Latencies) {
        histogram.add(other.histogram)
    }

    /// Nil when nothing was recorded.
    var summary: Summary? {
        guard histogram.totalCount > 0 else { return nil }
        func milliseconds(_ microseconds: UInt64) -> Double { Double(microseconds) / 1000 }
        return Summary(
            p50: milliseconds(histogram.valueAtPercentile(50)),
            p90: milliseconds(histogram.valueAtPercentile(90)),
            p99: milliseconds(histogram.valueAtPercentile(99)),
            p999: milliseconds(histogram.valueAtPercentile(99.9)),
            max: milliseconds(histogram.max)
        )
    }

    /// In milliseconds.
    struct Summary: Sendable, Encodable, Equatable, CustomStringConvertible {
        let p50, p90, p99, p999, max: Double

        /// `p50 0.8 ms  p90 …`
        var description: String {
            [("p50", p50), ("p90", p90), ("p99", p99), ("p99.9", p999), ("max", max)]
                .map { "\($0) \($1.tenths) ms" }.joined(separator: "  ")
        }
    }
}

extension Double {
    /// With one digit after the point.
    var tenths: String {
        let tenths = Int(clamping: (self * 10).rounded())
        return "\(tenths / 10).\((tenths % 10).magnitude)"
    }
}
