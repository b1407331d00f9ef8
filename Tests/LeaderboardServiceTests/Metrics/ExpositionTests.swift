import CoreMetrics
import Foundation
import NIOCore
import Testing

@testable import LeaderboardService

@Suite("Metrics")
struct ExpositionTests {
    private static let catalog: [MetricDefinition] = [
        .counter("leaderboard_requests_total", "Requests."),
        .counter("leaderboard_answers_total", "Answers.", labels: ["route", "status"]),
        .gauge("leaderboard_viewers", "Viewers."),
        .histogram("leaderboard_wait_seconds", "Waiting.", buckets: [0.001, 0.01, 0.1]),
        .histogram("leaderboard_frame_bytes", "Frames.", buckets: [10, 100]),
    ]

    private let registry = MetricsRegistry(catalog: catalog)

    /// What is shown, without the process's own metrics.
    private func shown() -> String {
        String(buffer: registry.render()).split(separator: "\n").filter { !$0.contains("process_") }.joined(
            separator: "\n"
        )
    }

    @Test("a counter without labels is shown before it has counted; what was never made is not shown")
    func atStart() {
        #expect(
            shown()
                == "# HELP leaderboard_requests_total Requests.\n# TYPE leaderboard_requests_total counter\nleaderboard_requests_total 0"
        )
    }

    @Test("counters with the same name and labels count together, whether the name is the short one or Prometheus'")
    func counter() {
        Counter(label: "requests", factory: registry).increment(by: 2)
        Counter(label: "leaderboard_requests_total", factory: registry).increment(by: 4)
        Counter(label: "leaderboard_answers_total", dimensions: [("route", "/"), ("status", "200")], factory: registry)
            .increment()
        Counter(label: "leaderboard_answers_total", dimensions: [("route", "/"), ("status", "404")], factory: registry)
            .increment(
                by: 2
            )
        #expect(
            shown() == """
                # HELP leaderboard_answers_total Answers.
                # TYPE leaderboard_answers_total counter
                leaderboard_answers_total{route="/",status="200"} 1
                leaderboard_answers_total{route="/",status="404"} 2
                # HELP leaderboard_requests_total Requests.
                # TYPE leaderboard_requests_total counter
                leaderboard_requests_total 6
                """
        )
    }

    @Test("gauges are set, moved, and asked for their value")
    func gauge() {
        let meter = Meter(label: "leaderboard_viewers", factory: registry)
        meter.set(5)
        meter.increment(by: 2.5)
        meter.decrement(by: 1)
        Gauge(label: "other", factory: registry).record(-0.5)
        registry.observe("asked", [("of", "me")]) { .infinity }
        #expect(shown().hasSuffix("# TYPE leaderboard_viewers gauge\nleaderboard_viewers 6.5"))
        #expect(shown().contains("# TYPE leaderboard_other gauge\nleaderboard_other -0.5\n"))
        #expect(shown().contains("# TYPE leaderboard_asked gauge\nleaderboard_asked{of=\"me\"} +Inf\n"))
    }

    @Test("a counter of the catalogue can be asked for its value too")
    func observedCounter() {
        registry.observe("leaderboard_requests_total") { 7 }
        #expect(shown().hasSuffix("# TYPE leaderboard_requests_total counter\nleaderboard_requests_total 7"))
    }

    @Test("a timer is a histogram in seconds, a bound belonging to its bucket")
    func timer() {
        let timer = Timer(label: "wait", factory: registry)
        for nanoseconds: Int64 in [500_000, 1_000_000, 1_000_001, 50_000_000, 2_000_000_000] {
            timer.recordNanoseconds(nanoseconds)
        }
        #expect(
            shown().hasSuffix(
                """
                # HELP leaderboard_wait_seconds Waiting.
                # TYPE leaderboard_wait_seconds histogram
                leaderboard_wait_seconds_bucket{le="0.001"} 2
                leaderboard_wait_seconds_bucket{le="0.01"} 3
                leaderboard_wait_seconds_bucket{le="0.1"} 4
                leaderboard_wait_seconds_bucket{le="+Inf"} 5
                leaderboard_wait_seconds_sum 2.052500001
                leaderboard_wait_seconds_count 5
                """
            )
        )
    }

    @Test("a recorder is a histogram in its own unit, with labels before the bound")
    func recorder() {
        let recorder = Recorder(label: "leaderboard_frame_bytes", dimensions: [("kind", "x")], factory: registry)
        recorder.record(10)
        recorder.record(99.6)
        recorder.record(Double.nan)
        #expect(
            shown().contains(
                "leaderboard_frame_bytes_bucket{kind=\"x\",le=\"10\"} 2\nleaderboard_frame_bytes_bucket{kind=\"x\",le=\"100\"} 3\n"
            )
        )
        #expect(
            shown().contains(
                "leaderboard_frame_bytes_sum{kind=\"x\"} 110\nleaderboard_frame_bytes_count{kind=\"x\"} 3\n"
            )
        )
    }

    @Test("labels, names and help cannot break the format")
    func escaping() {
        let registry = MetricsRegistry(catalog: [.gauge("leaderboard_g", "a \\ b\nc \"d\"")])
        registry.observe("g", [("a:b-c", "x\"y\\z\nw")]) { 1 }
        registry.observe("0 bad name\n") { 2 }
        let text = String(buffer: registry.render())
        #expect(
            text.contains(
                "# HELP leaderboard_g a \\\\ b\\nc \"d\"\n# TYPE leaderboard_g gauge\nleaderboard_g{a_b_c=\"x\\\"y\\\\z\\nw\"} 1\n"
            )
        )
        #expect(text.contains("# TYPE leaderboard_0_bad_name_ gauge\nleaderboard_0_bad_name_ 2\n"))
    }

    @Test("a name that is taken by another kind records into nothing")
    func kindsDoNotMix() {
        Meter(label: "leaderboard_requests_total", factory: registry).set(5)
        Recorder(label: "leaderboard_requests_total", factory: registry).record(5)
        #expect(shown().hasSuffix("leaderboard_requests_total 0"))
    }

    @Test("beyond the bound on series a new one records into nothing")
    func boundedSeries() {
        for number in 0..<(MetricsRegistry.maximumSeries + 10) {
            Counter(label: "leaderboard_answers_total", dimensions: [("route", "\(number)")], factory: registry)
                .increment()
        }
        #expect(
            shown().split(separator: "\n").count { $0.hasPrefix("leaderboard_answers_total{") }
                == MetricsRegistry.maximumSeries
        )
    }

    @Test("nothing is lost when many tasks record, and a histogram's count is that of its last bucket while they do")
    func concurrency() async throws {
        let counter = Counter(label: "leaderboard_requests_total", factory: registry)
        let meter = Meter(label: "leaderboard_viewers", factory: registry)
        let timer = Timer(label: "wait", factory: registry)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for number in 0..<10_000 {
                        counter.increment()
                        meter.increment(by: 0.5)
                        timer.recordNanoseconds(Int64(number))
                    }
                }
            }
            for _ in 0..<50 {
                let lines = shown().split(separator: "\n")
                let last = lines.first { $0.contains("+Inf") }?.split(separator: " ").last
                #expect(
                    last == lines.first { $0.hasPrefix("leaderboard_wait_seconds_count") }?.split(separator: " ").last
                )
            }
        }
        #expect(shown().contains("\nleaderboard_requests_total 40000\n"))
        #expect(shown().contains("\nleaderboard_viewers 20000\n"))
        #expect(shown().contains("\nleaderboard_wait_seconds_count 40000"))
    }
}
