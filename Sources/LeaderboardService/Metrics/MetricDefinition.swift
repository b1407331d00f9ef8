/// What a metric is called and means; one line of the ``MetricCatalog``.
package struct MetricDefinition: Sendable {
    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    package let name: String
    package let kind: Kind
    package let help: String
    package let labels: [String]
    /// Upper bounds of a histogram's buckets, ascending, in the metric's unit.
    let buckets: [Double]

    static func counter(_ name: String, _ help: String, labels: [String] = []) -> MetricDefinition {
        MetricDefinition(name: name, kind: .counter, help: help, labels: labels, buckets: [])
    }

    static func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricDefinition {
        MetricDefinition(name: name, kind: .gauge, help: help, labels: labels, buckets: [])
    }

    static func histogram(
        _ name: String,
        _ help: String,
        labels: [String] = [],
        buckets: [Double] = Self.latencies
    ) -> MetricDefinition {
        MetricDefinition(name: name, kind: .histogram, help: help, labels: labels, buckets: buckets)
    }

    /// Seconds, from an update that never waits (100 µs) to one that meets every timeout (10 s).
    static let latencies = [
        0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// Numbers of things.
    static let sizes: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]
}
