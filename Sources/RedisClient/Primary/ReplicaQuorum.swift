import Synchronization

/// What is known of the primary's replicas, and how many of them have to confirm a write. No I/O.
///
/// A write is safe once every replica that may be promoted has it. One that is promoted is with the old primary no more, so
/// that where all known replicas have to confirm nothing is confirmed from then on. Of one or two a majority is all. Of three
/// and more it is not: the others still confirm on the old primary until they are led away. So it is a majority only while
/// nobody promotes one (``isCalm``), and all of them meanwhile.
struct ReplicaCount: Equatable, Sendable {
    /// Connected to the primary, and not behind it by more than a beat or two.
    var connected = 0
    /// Those that could be promoted: what the sentinels or the cluster's nodes list, or else was connected within a minute.
    var known = 0
    /// Of those, the ones that most sentinels call down: they cannot be promoted now.
    var down = 0
    /// Every sentinel is heard, and none has a failover under way.
    var isCalm = false

    /// - Parameter setting: the number that the operator wants, whatever is known.
    func required(_ setting: Int?) -> Int {
        if let setting { return setting }
        let majority = max(1, known / 2 + 1)
        return isCalm ? majority : max(majority, known - down)
    }
}

/// How many replicas have to confirm a write now: written on a beat, read once a WAIT. Any thread.
package final class ReplicaQuorum: Sendable {
    /// Nil: as many as ``ReplicaCount`` makes it.
    let setting: Int?
    private let current: Atomic<Int>
    private let last = Mutex(ReplicaCount?.none)
    private let isMeetable = Atomic(true)

    private static let unknown = Int.max

    init(setting: Int? = nil) {
        self.setting = setting
        current = Atomic(setting ?? Self.unknown)
    }

    /// False while it is known that too few replicas keep up, so that a write would be carried out and not confirmed.
    var canBeMet: Bool { isMeetable.load(ordering: .relaxed) }

    /// Nothing is confirmed while the replicas are unknown.
    var required: Int { current.load(ordering: .relaxed) }

    /// What WAIT is asked for.
    var requested: Int {
        let required = required
        return required == Self.unknown ? 1 : required
    }

    /// Nil until they are known.
    var count: ReplicaCount? { last.withLock(\.self) }

    func learn(_ count: ReplicaCount) {
        last.withLock { $0 = count }
        require(count)
    }

    private func require(_ count: ReplicaCount) {
        let required = count.required(setting)
        current.store(required, ordering: .relaxed)
        isMeetable.store(count.connected >= required, ordering: .relaxed)
    }

    /// Another primary: who follows it is not known yet.
    func isElsewhere() {
        isUneasy()
        isMeetable.store(true, ordering: .relaxed)
    }

    /// A replica is being promoted, or has been.
    func isUneasy() {
        let count = last.withLock { last -> ReplicaCount? in
            last?.isCalm = false
            return last
        }
        if let count { require(count) }
    }
}
