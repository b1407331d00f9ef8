import CoreMetrics
import Foundation
import NIOCore
import Testing

@testable import LeaderboardService

@Suite("The catalogue of metrics")
struct CatalogTests {
    /// The folder of the package, found from this file.
    private static let package = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("promtool finds nothing to say about what is shown when every metric has a value")
    func promtool() async throws {
        let registry = MetricsRegistry()
        for definition in MetricCatalog.all {
            let labels = definition.labels.map { ($0, "x") }
            switch definition.kind {
            case .counter: Counter(label: definition.name, dimensions: labels, factory: registry).increment()
            case .gauge: Meter(label: definition.name, dimensions: labels, factory: registry).set(1)
            case .histogram: Timer(label: definition.name, dimensions: labels, factory: registry).recordMilliseconds(3)
            }
        }
        registry.showBuild(version: "1.0.0")
        let file = "/tmp/lb-metrics-\(UUID().uuidString).txt"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try Data(String(buffer: registry.render()).utf8).write(to: URL(filePath: file))
        // Both a complaint and a missing promtool (Debian: the package prometheus) fail here.
        let output = try await shell(["sh", "-c", "promtool check metrics < \(file) 2>&1 && echo fine"])
        #expect(output == "fine")
    }

    @Test("names are unique, end in their unit, and say what they mean")
    func names() {
        #expect(Set(MetricCatalog.all.map(\.name)).count == MetricCatalog.all.count)
        for definition in MetricCatalog.all {
            #expect(definition.name.hasPrefix("leaderboard_"))
            #expect(definition.help.hasSuffix("."))
            #expect(definition.name.hasSuffix("_total") == (definition.kind == .counter), "\(definition.name)")
        }
    }

    @Test("every metric that the sources record is in the catalogue, with its kind")
    func sources() throws {
        var recorded: Set<String> = []
        for file in try Self.files(under: "Sources") where !file.path.contains("MetricCatalog") {
            let text = try String(contentsOf: file, encoding: .utf8)
            // Simple word boundaries: by Unicode's, there is none in `metrics.observe`.
            let record = /\b(Counter|Gauge|Meter|Timer|Recorder|observe)\(\s*(?:label:\s*)?"(\w+)"/
            for use in text.matches(of: record.wordBoundaryKind(.simple)) {
                let (kind, unit): (MetricDefinition.Kind, MetricName.Unit) =
                    switch use.1 {
                    case "Counter": (.counter, .total)
                    case "Timer": (.histogram, .seconds)
                    case "Recorder": (.histogram, .none)
                    default: (.gauge, .none)
                    }
                let name = MetricName.prometheus(String(use.2), unit)
                recorded.insert(name)
                let known = MetricCatalog.all.first { $0.name == name }
                #expect(known != nil, "\(name) in \(file.lastPathComponent) is not in the catalogue")
                #expect(
                    use.1 == "observe" || known?.kind == kind,
                    "\(name) is of another kind in \(file.lastPathComponent)"
                )
            }
        }
        let names = MetricCatalog.all.map(\.name)
        #expect(Set(names).subtracting(recorded) == [], "nobody records these")
    }

    @Test("dashboard and alert rules ask only for metrics that exist")
    func queries() throws {
        let known = Set(MetricCatalog.all.map(\.name))
        var files = try Self.files(under: "ops/prometheus")
        files += try Self.files(under: "ops/grafana")
        #expect(!files.isEmpty)
        for file in files {
            let text = try String(contentsOf: file, encoding: .utf8)
            for use in text.matches(of: /\bleaderboard_[a-z_]+/) {
                let series = String(use.0)
                let name = ["_bucket", "_sum", "_count"].first { series.hasSuffix($0) }.map {
                    String(series.dropLast($0.count))
                }
                #expect(known.contains(name ?? series), "\(series) in \(file.lastPathComponent) does not exist")
            }
        }
    }

    @Test("the alert rules are valid, and each fires when it should and only then")
    func alerts() async throws {
        let folder = Self.package.appending(path: "ops/prometheus").path
        let output = try await shell([
            "sh", "-c",
            "cd '\(folder)' && promtool check config --lint=none prometheus.yml >&2 && promtool test rules alerts_test.yml 2>&1",
        ])
        #expect(output.hasSuffix("SUCCESS"))
        let rules = try String(contentsOfFile: "\(folder)/alerts.yml", encoding: .utf8)
        let tests = try String(contentsOfFile: "\(folder)/alerts_test.yml", encoding: .utf8)
        for alert in rules.matches(of: /- alert: (\w+)/).map({ String($0.1) }) {
            #expect(tests.contains("alertname: \(alert)\n"), "no test of \(alert)")
            let link = "runbook_url: \"{{ $externalLabels.runbook }}#\(alert.lowercased())\"\n"
            #expect(rules.contains(link), "no runbook of \(alert)")
        }
    }

    @Test("the process's own metrics are plausible")
    func process() throws {
        let samples = ProcessMetrics.samples().reduce(into: [:]) { $0[$1.definition.name] = $1.value }
        #expect(try #require(samples["process_cpu_seconds_total"]) > 0)
        #expect(try #require(samples["process_resident_memory_bytes"]) > 1_000_000)
        let openFiles = try #require(samples["process_open_fds"])
        #expect(openFiles >= 3 && openFiles <= samples["process_max_fds"] ?? 0)
        let age = try Date.now.timeIntervalSince1970 - #require(samples["process_start_time_seconds"])
        #expect(age > -2 && age < 3600)
    }

    private static func files(under folder: String) throws -> [URL] {
        let root = package.appending(path: folder)
        return try FileManager.default.subpathsOfDirectory(atPath: root.path).map { root.appending(path: $0) }
            .filter { ["swift", "yml", "json"].contains($0.pathExtension) }
    }
}
