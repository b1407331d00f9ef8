import NIOCore

/// Makes of what ROLE, the sentinels and the cluster's nodes say a ``ReplicaCount``. No I/O.
struct ReplicaWatch {
    /// One that sentinels call down for so long is given up: it no longer counts, until it is back.
    static let patience = Duration.seconds(60)
    /// Beats by which a replica may be behind and still counts as connected: it confirms once a second by itself.
    private static let beats = 3

    /// Connected replicas, and how many of them keep up.
    private var connected = 0
    private var keepingUp = 0
    /// The primary's offsets at the last beats.
    private var offsets: [Int] = []
    /// Most that were known of late, and since when there were fewer.
    private var most = (count: 0, since: NIODeadline.uptimeNanoseconds(0))
    /// Those of our slot that the cluster's nodes list.
    var listed = 0
    /// Of the sentinels; nil where there are none.
    private var bySentinels: (known: Int, down: Int)?

    /// The primary before this one, while it has not taken its new part: it cannot be promoted yet.
    private var former: RedisEndpoint.Address?

    /// Whether a sentinel has said which there are.
    var areTold: Bool { bySentinels != nil }

    /// Another primary: its offsets are others.
    /// - Parameter former: the one before; nil where it is the same.
    mutating func begin(after former: RedisEndpoint.Address? = nil) {
        self.former = former
        offsets = []
        keepingUp = 0
        connected = 0
    }

    /// - Parameter isBeat: not asked out of turn.
    mutating func heard(offset: Int, followers: [Int], isBeat: Bool = true) {
        connected = followers.count
        let due = offsets.count == Self.beats ? offsets.first ?? 0 : 0
        keepingUp = followers.count { $0 >= due }
        if isBeat { offsets = Array((offsets + [offset]).suffix(Self.beats)) }
    }

    /// - Parameters:
    ///   - answers: of those sentinels that answer now.
    ///   - sentinels: how many there are. Fewer than most of them cannot give a replica up: they may be cut off from the rest.
    mutating func told(by answers: [SentinelAnswer], of sentinels: Int) {
        guard let best = answers.max(by: { $0.epoch < $1.epoch }) else { return }
        var (known, down) = (0, 0)
        if let former, best.replicas.contains(where: { $0.address == former && !$0.reportsPrimary }) {
            self.former = nil
        }
        for replica in best.replicas where replica.address != former || !replica.reportsPrimary {
            let times = answers.compactMap { $0.replicas.first { $0.address == replica.address }?.downFor }
            let isDown = times.count > sentinels / 2
            let isGivenUp = times.count { $0 >= Self.patience } > sentinels / 2
            if isGivenUp { continue }
            known += 1
            if isDown { down += 1 }
        }
        bySentinels = (known, down)
    }

    mutating func count(isCalm: Bool, now: NIODeadline = .now()) -> ReplicaCount {
        if let (known, down) = bySentinels {
            return ReplicaCount(connected: keepingUp, known: max(known, connected), down: down, isCalm: isCalm)
        }
        // Nobody tells who could be promoted: whoever was there within a minute.
        let count = max(connected, listed)
        if count >= most.count || now - most.since > TimeAmount(Self.patience) { most = (count, now) }
        return ReplicaCount(connected: keepingUp, known: most.count, down: 0, isCalm: isCalm)
    }
}
