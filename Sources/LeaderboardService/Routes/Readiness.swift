import Synchronization

/// Whether the instance is stopping, and so wants no more traffic.
final class Readiness: Sendable {
    private let stopping = Atomic(false)

    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    @Sendable func stop() {
        stopping.store(true, ordering: .relaxed)
    }
}
