import Synchronization

/// Lets one log line through per interval, with the number of times it stands for. Any thread.
package final class LogThrottle: Sendable {
    private let interval: Duration
    private let state = Mutex((sinceLine: 0, line: ContinuousClock.Instant?.none))

    package init(interval: Duration = .seconds(60)) {
        self.interval = interval
    }

    /// Notes one occurrence. How many there were since the last line, if one is due now.
    package func countIfDue() -> Int? {
        let now = ContinuousClock.now
        return state.withLock { state in
            state.sinceLine += 1
            if let line = state.line, now - line < interval { return nil }
            defer { state = (0, now) }
            return state.sinceLine
        }
    }
}
