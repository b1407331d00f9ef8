import Synchronization

/// What the other threads may know of the centre without asking it.
final class BoardStatus: Sendable {
    private let version = Atomic(0)
    private let seq = Atomic(0)
    private let caughtUp = Atomic(false)
    private let viewerCount = Atomic(0)

    /// Called after every event. The seq first, so that who sees the version sees at least its seq.
    /// - Parameter version: 0 while the standings do not follow the stream.
    func update(seq: Int, version: Int, isCaughtUp: Bool) {
        self.seq.store(seq, ordering: .releasing)
        self.version.store(version, ordering: .releasing)
        caughtUp.store(isCaughtUp, ordering: .releasing)
    }

    func viewerCame() { viewerCount.add(1, ordering: .relaxed) }
    func viewerLeft() { viewerCount.subtract(1, ordering: .relaxed) }
    var viewers: Int { viewerCount.load(ordering: .relaxed) }

    var hasBegun: Bool { seq.load(ordering: .acquiring) > 0 }

    var isCaughtUp: Bool { caughtUp.load(ordering: .acquiring) }

    /// The version of the standings, if they follow the stream without a break and contain `seq`.
    func version(containing seq: Int) -> Int? {
        let reached = self.seq.load(ordering: .acquiring)
        let version = version.load(ordering: .acquiring)
        return version != 0 && reached >= seq ? version : nil
    }
}
