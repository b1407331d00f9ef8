package import CoreMetrics
import Synchronization

/// All metrics of the process, for swift-metrics to record into and for Prometheus to read.
///
/// Bootstrap swift-metrics with it before any module makes a handle. The same name and labels always lead to the same value,
/// which stays until the process ends: a handle is made once and kept by whoever records. Recording takes no lock.
package final class MetricsRegistry: MetricsFactory {
    /// Series of one metric. Beyond it a new series records into nothing: labels were meant to have few values.
    static let maximumSeries = 500

    enum Series: Sendable {
        case counter(CounterCell)
        case sum(GaugeCell)
        case gauge(GaugeCell)
        case observed(@Sendable () -> Double?)
        case histogram(HistogramCell)
    }

    struct Family: Sendable {
        let definition: MetricDefinition
        /// By the labels as they are shown: `{method="GET"}`, or nothing.
        var series: [String: Series] = [:]
    }

    private let families: Mutex<[String: Family]>

    /// Counters and histograms of the catalogue that have no labels are there from the start, with nothing counted, so that
    /// the first event is seen as an increase.
    package init(catalog: [MetricDefinition] = MetricCatalog.all) {
        var families: [String: Family] = [:]
        for definition in catalog {
            var family = Family(definition: definition)
            if definition.labels.isEmpty, definition.kind == .counter { family.series[""] = .counter(CounterCell()) }
            families[definition.name] = family
        }
        self.families = Mutex(families)
    }

    /// A gauge or counter whose value is asked for when it is read; nil: it has none now, and is left out. `read` is called on the
    /// reader's thread, and returns at once; a counter's never goes back.
    package func observe(_ name: String, _ dimensions: [(String, String)] = [], read: @escaping @Sendable () -> Double?)
    {
        let (name, labels) = (Exposition.name(MetricName.prometheus(name, .none)), Exposition.labels(dimensions))
        let isCounter = families.withLock { $0[name]?.definition.kind == .counter }
        _ = series(name, dimensions, isCounter ? .counter : .gauge) { _ in .observed(read) }
        families.withLock { $0[name]?.series[labels] = .observed(read) }
    }

    /// By name, for the exposition.
    var snapshot: [Family] {
        families.withLock { Array($0.values) }.sorted { $0.definition.name < $1.definition.name }
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let series = series(MetricName.prometheus(label, .total), dimensions, .counter) { _ in .counter(CounterCell()) }
        if case .counter(let cell) = series { return cell }
        return CounterCell()
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        let series = series(MetricName.prometheus(label, .total), dimensions, .counter) { _ in .sum(GaugeCell()) }
        if case .sum(let cell) = series { return cell }
        return GaugeCell()
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gaugeCell(label, dimensions)
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate
            ? histogramCell(label, dimensions, MetricDefinition.sizes, divisor: 1, unit: .none)
            : gaugeCell(label, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogramCell(label, dimensions, MetricDefinition.latencies, divisor: 1e9, unit: .seconds)
    }

    // A counter must not start again from nothing when one of its handles goes, so all stay.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func gaugeCell(_ name: String, _ dimensions: [(String, String)]) -> GaugeCell {
        let series = series(MetricName.prometheus(name, .none), dimensions, .gauge) { _ in .gauge(GaugeCell()) }
        if case .gauge(let cell) = series { return cell }
        return GaugeCell()
    }

    private func histogramCell(
        _ name: String,
        _ dimensions: [(String, String)],
        _ usualBuckets: [Double],
        divisor: Double,
        unit: MetricName.Unit
    ) -> HistogramCell {
        let series = series(MetricName.prometheus(name, unit), dimensions, .histogram) { definition in
            let buckets = definition.buckets.isEmpty ? usualBuckets : definition.buckets
            return .histogram(HistogramCell(buckets: buckets, divisor: divisor))
        }
        if case .histogram(let cell) = series { return cell }
        return HistogramCell(buckets: usualBuckets, divisor: divisor)
    }

    /// The series of this name and labels, made when there is none; nil when the name is already that of another kind, or has
    /// too many series.
    private func series(
        _ name: String,
        _ dimensions: [(String, String)],
        _ kind: MetricDefinition.Kind,
        make: (MetricDefinition) -> Series
    ) -> Series? {
        let name = Exposition.name(name)
        let labels = Exposition.labels(dimensions)
        return families.withLock { families in
            let unknown = MetricDefinition(
                name: name,
                kind: kind,
                help: "",
                labels: dimensions.map(\.0),
                buckets: []
            )
            var family = families[name] ?? Family(definition: unknown)
            guard family.definition.kind == kind else { return nil }
            if let series = family.series[labels] { return series }
            guard family.series.count < Self.maximumSeries else { return nil }
            let series = make(family.definition)
            family.series[labels] = series
            families[name] = family
            return series
        }
    }
}
