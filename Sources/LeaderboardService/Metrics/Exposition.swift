package import NIOCore

extension MetricsRegistry {
    /// The media type of ``render()``.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All metrics in Prometheus' text format 0.0.4, metrics by name and series by labels.
    package func render() -> ByteBuffer {
        var exposition = Exposition()
        for family in snapshot where !family.series.isEmpty {
            exposition.add(family)
        }
        for sample in ProcessMetrics.samples() {
            exposition.begin(sample.definition)
            exposition.sample(sample.definition.name, "", sample.value)
        }
        return exposition.buffer
    }
}

/// Prometheus' text format, version 0.0.4.
struct Exposition {
    private(set) var buffer = ByteBuffer()

    /// Nothing where none of its series has a value.
    mutating func add(_ family: MetricsRegistry.Family) {
        let before = buffer.writerIndex
        begin(family.definition)
        let samples = buffer.writerIndex
        for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
            add(family.definition, labels, series)
        }
        if buffer.writerIndex == samples { buffer.moveWriterIndex(to: before) }
    }

    mutating func begin(_ definition: MetricDefinition) {
        if !definition.help.isEmpty {
            buffer.writeString("# HELP \(definition.name) \(Self.escaped(definition.help, quote: false))\n")
        }
        buffer.writeString("# TYPE \(definition.name) \(definition.kind.rawValue)\n")
    }

    private mutating func add(_ definition: MetricDefinition, _ labels: String, _ series: MetricsRegistry.Series) {
        switch series {
        case .counter(let cell): sample(definition.name, labels, Double(cell.value))
        case .sum(let cell), .gauge(let cell): sample(definition.name, labels, cell.value)
        case .observed(let read): if let value = read() { sample(definition.name, labels, value) }
        case .histogram(let cell): histogram(definition.name, labels, cell)
        }
    }

    mutating func sample(_ name: String, _ labels: String, _ value: Double) {
        buffer.writeString("\(name)\(labels) \(Self.number(value))\n")
    }

    /// The count is added up from the buckets, so that the two agree even while values are being recorded.
    private mutating func histogram(_ name: String, _ labels: String, _ cell: HistogramCell) {
        let (counts, sum) = cell.value
        var cumulated: Int64 = 0
        for (index, count) in counts.enumerated() {
            cumulated += count
            let bound = index < cell.upperBounds.count ? Self.number(cell.upperBounds[index]) : "+Inf"
            let others = labels.isEmpty ? "{" : labels.dropLast() + ","
            sample(name + "_bucket", "\(others)le=\"\(bound)\"}", Double(cumulated))
        }
        sample(name + "_sum", labels, sum)
        sample(name + "_count", labels, Double(cumulated))
    }

    /// `{method="GET",status="200"}`, in the given order; nothing for no labels.
    static func labels(_ dimensions: [(String, String)]) -> String {
        if dimensions.isEmpty { return "" }
        let pairs = dimensions.map { key, value in
            "\(name(key).replacing(":", with: "_"))=\"\(escaped(value, quote: true))\""
        }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    /// The name with all that Prometheus does not allow in one replaced by underscores.
    static func name(_ name: String) -> String {
        let allowed = name.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", ":": Character(scalar)
            default: "_"
            }
        }
        let text = String(allowed)
        return text.first.map { $0.isNumber } ?? true ? "_" + text : text
    }

    private static func escaped(_ text: String, quote: Bool) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quote: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}
