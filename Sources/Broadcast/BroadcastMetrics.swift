import Metrics

import FoundationEssentials

/// Why something was not delivered. The names are label values.
enum DropReason: String, Sendable, CaseIterable {
    case backlog
    case tooSlow = "too_slow"
    case boardGone = "board_gone"
    case windowGone = "window_gone"
    case tokenNeeded = "token_needed"
    case tokenExpired = "token_expired"

    init(_ reason: EndReason) {
        switch reason {
        case .tooSlow: self = .tooSlow
        case .boardGone: self = .boardGone
        case .windowGone: self = .windowGone
        case .tokenNeeded: self = .tokenNeeded
        case .tokenExpired: self = .tokenExpired
        }
    }
}

/// The broadcaster's counters, made once. Any loop.
struct BroadcastMetrics: Sendable {
    let events: Counter
    let frames: Counter
    let windows: Counter
    let merged: Counter
    let resumed: Counter
    let sourceFailures: Counter
    /// Boards that are followed, the one of the paths without a board apart.
    let boards: Meter
    private let deliveries: Counter
    private let bytes: Counter
    private let drops: [DropReason: Counter]
    private let resyncs: [ResyncReason: Counter]
    private let lag: Metrics.Timer
    /// By `Group.index`: those of one transport and view share a meter, whether they name the board or not.
    private let subscribers: [Meter]

    init(factory: any MetricsFactory) {
        events = Counter(label: "live_events", dimensions: [], factory: factory)
        frames = Counter(label: "live_frames", dimensions: [], factory: factory)
        windows = Counter(label: "live_windows", dimensions: [], factory: factory)
        merged = Counter(label: "live_merged_changes", dimensions: [], factory: factory)
        resumed = Counter(label: "live_resumed", dimensions: [], factory: factory)
        sourceFailures = Counter(label: "live_source_failures", dimensions: [], factory: factory)
        boards = Meter(label: "live_boards", dimensions: [], factory: factory)
        deliveries = Counter(label: "live_deliveries", dimensions: [], factory: factory)
        bytes = Counter(label: "live_delivered_bytes", dimensions: [], factory: factory)
        drops = Dictionary(
            uniqueKeysWithValues: DropReason.allCases.map { reason in
                (reason, Counter(label: "live_dropped", dimensions: [("reason", reason.rawValue)], factory: factory))
            }
        )
        resyncs = Dictionary(
            uniqueKeysWithValues: ResyncReason.allCases.map { reason in
                (reason, Counter(label: "live_resyncs", dimensions: [("reason", reason.rawValue)], factory: factory))
            }
        )
        lag = Timer(label: "live_broadcast_lag", dimensions: [], preferredDisplayUnit: .milliseconds, factory: factory)
        let meters = Transport.allCases.map { transport in
            Group.Kind.allCases.map { kind in
                let dimensions = [("transport", transport.name), ("view", "\(kind)")]
                return Meter(label: "live_subscribers", dimensions: dimensions, factory: factory)
            }
        }
        subscribers = Group.all.map { meters[$0.form.transport.rawValue][$0.kind.rawValue] }
    }

    func joined(_ group: Group) { subscribers[group.index].increment(by: 1) }
    func left(_ group: Group) { subscribers[group.index].decrement(by: 1) }

    func delivered(_ count: Int, bytes: Int) {
        guard count > 0 else { return }
        deliveries.increment(by: count)
        self.bytes.increment(by: bytes)
    }

    func dropped(_ reason: DropReason) { drops[reason]?.increment() }
    func ended(_ reason: EndReason) { dropped(DropReason(reason)) }
    func resynced(_ reason: ResyncReason) { resyncs[reason]?.increment() }

    /// From Redis' time of a change, in milliseconds since 1970, to now, when it has been written to the sockets. Clocks
    /// of two machines may differ: what seems to come from the future counts as no lag.
    func recordLag(since time: Int) {
        let now = Date().timeIntervalSince1970
        lag.recordSeconds(max(0, now - Double(time) / 1000))
    }
}
