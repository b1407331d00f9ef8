import Leaderboard
import Synchronization
import Text

/// What this instance knows of its lease and of Redis' clock. Any thread.
final class InstanceLead: Sendable {
    private struct State {
        /// By our own clock, and before Redis ends it by its own.
        var until: ContinuousClock.Instant?
        /// Redis' time in milliseconds at a moment.
        var known = (time: 0, at: ContinuousClock.now)
    }

    private let state = Mutex(State())

    /// - Parameter asked: when the lease was asked for: it began no earlier.
    func learn(_ lead: InstanceLease.Lead, asked: ContinuousClock.Instant, length: Duration) {
        state.withLock { state in
            state.until = lead.isHeld ? asked + length : nil
            state.known = (lead.now, .now)
        }
    }

    func lose() {
        state.withLock { $0.until = nil }
    }

    /// Whether the lease holds for so long from now on.
    func holds(for duration: Duration = .zero) -> Bool {
        state.withLock { state in state.until.map { ContinuousClock.now + duration < $0 } ?? false }
    }

    /// Redis' time in milliseconds since 1970, as far as is known.
    var now: Int {
        let known = state.withLock(\.known)
        return known.time + max(0, Int(clamping: (ContinuousClock.now - known.at) / .milliseconds(1)))
    }
}
