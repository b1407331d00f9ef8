/// Which traces are recorded: `OTEL_TRACES_SAMPLER` and its argument, by OpenTelemetry's names.
struct TraceSampler: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case alwaysOn = "always_on", alwaysOff = "always_off", ratio = "traceidratio"
        case parentOrOn = "parentbased_always_on", parentOrOff = "parentbased_always_off"
        case parentOrRatio = "parentbased_traceidratio"
    }

    private let kind: Kind
    /// Traces whose last 63 bits are below it.
    private let threshold: UInt64

    /// - Parameter ratio: 0 to 1.
    init(_ kind: Kind, ratio: Double) {
        self.kind = kind
        threshold = UInt64(min(max(ratio, 0), 1) * 0x1p63)
    }

    /// All services that go by the ratio come to the same answer for a trace.
    func takes(_ trace: TraceID, parentIsSampled: Bool?) -> Bool {
        switch kind {
        case .alwaysOn: true
        case .alwaysOff: false
        case .ratio: isBelow(trace)
        case .parentOrOn: parentIsSampled ?? true
        case .parentOrOff: parentIsSampled ?? false
        case .parentOrRatio: parentIsSampled ?? isBelow(trace)
        }
    }

    private func isBelow(_ trace: TraceID) -> Bool {
        UInt64(truncatingIfNeeded: trace.value) >> 1 < threshold
    }
}
