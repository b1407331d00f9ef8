import Leaderboard
import Metrics
import Synchronization

/// What became of what other services wrote into streams. One owner; any thread.
final class IntakeMetrics: Sendable {
    private let counted, replayed, held: Counter
    private let waitingEntries: Meter
    private let updates: UpdateMetrics
    private let factory: any MetricsFactory
    private let rejections = Mutex<[String: Counter]>([:])

    /// More of them than there are words means that another writes them.
    private static let maximumCodes = 32

    init(factory: any MetricsFactory) {
        self.factory = factory
        counted = Counter(label: "intake_entries", dimensions: [("outcome", "counted")], factory: factory)
        replayed = Counter(label: "intake_entries", dimensions: [("outcome", "replayed")], factory: factory)
        held = Counter(label: "intake_entries", dimensions: [("outcome", "held")], factory: factory)
        waitingEntries = Meter(label: "intake_waiting_entries", dimensions: [], factory: factory)
        updates = UpdateMetrics(factory: factory)
        waitingEntries.set(0)
    }

    func note(_ end: IntakeEnd) {
        switch end {
        case .counted(let applied):
            (applied.isReplay ? replayed : counted).increment()
            updates.succeeded(isReplay: applied.isReplay)
        case .held(let update):
            (update.isReplay ? replayed : held).increment()
            updates.held(isReplay: update.isReplay)
            updates.met(update.met)
        case .rejected(let code): rejection(code).increment()
        case .waits: break
        }
    }

    func note(waiting count: Int) { waitingEntries.set(Double(count)) }

    private func rejection(_ code: String) -> Counter {
        rejections.withLock { known in
            let code = known[code] == nil && known.count >= Self.maximumCodes ? "other" : code
            if let counter = known[code] { return counter }
            let counter = Counter(label: "intake_rejections", dimensions: [("code", code)], factory: factory)
            known[code] = counter
            return counter
        }
    }
}
