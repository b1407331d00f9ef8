import RedisClient
import Synchronization

/// Whether writes are sent at all. A function is not rolled back, so that a right that is missing ends it half-way: while one is
/// known to be missing, a write is refused before it is sent. Any thread; a write reads one word of it.
package final class WriteGate: Sendable {
    private struct State {
        var isChecked = false
        var missing = MissingRights()
        /// A function was ended half-way, and nobody has looked since.
        var doubtfulSince: ContinuousClock.Instant?
    }

    /// Without `ACL DRYRUN` nobody can tell when the right is there again: one update in so long is let through to see.
    private static let doubt = Duration.seconds(10)

    private let state = Mutex(State())
    private let closedForUpdates = Atomic(false)
    private let closedForOperations = Atomic(false)

    init() {}

    /// The rights have been asked for once.
    package var isChecked: Bool { state.withLock(\.isChecked) }

    package var isInDoubt: Bool { state.withLock { $0.doubtfulSince != nil } }

    var takesUpdates: Bool { !closedForUpdates.load(ordering: .relaxed) }
    var takesOperations: Bool { !closedForOperations.load(ordering: .relaxed) }

    /// Which rights are missing for these; nil while none is known to be.
    package func objection(to purposes: Set<NeededRights.Purpose>) -> String? {
        state.withLock { state in
            let missing = state.missing.concerning(purposes)
            if !missing.isEmpty { return missing.words }
            return state.doubtfulSince != nil && purposes.contains(.updating) ? "a command within a function" : nil
        }
    }

    /// - Parameter missing: what the server says; nil where it does not say it.
    package func found(_ missing: MissingRights?) {
        change { state in
            state.isChecked = true
            if let missing {
                state.missing = missing
                state.doubtfulSince = nil
            } else if let since = state.doubtfulSince, ContinuousClock.now - since > Self.doubt {
                state.doubtfulSince = nil
            }
        }
    }

    /// A write was refused.
    /// - Parameter isUpdate: it needs no right but those of updates.
    func met(_ error: RedisError, isUpdate: Bool = false) {
        guard case .refused(let refusal) = error, refusal.lacksRight, isUpdate || refusal.isFromWithinFunction else {
            return
        }
        change { $0.doubtfulSince = .now }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            body(&state)
            let isInDoubt = state.doubtfulSince != nil
            let updates = isInDoubt || !state.missing.concerning([.updating]).isEmpty
            closedForUpdates.store(updates, ordering: .relaxed)
            closedForOperations.store(
                updates || !state.missing.concerning([.operating]).isEmpty,
                ordering: .relaxed
            )
        }
    }
}
