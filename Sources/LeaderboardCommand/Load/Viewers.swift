import NIOCore

/// What the viewers saw: whether each can follow without a hole, and how late. Owned by the run's event loop.
final class Viewers {
    private(set) var deliveries = 0
    /// Of all deliveries, without framing.
    private(set) var bytes = 0
    /// Messages that left a hole to what the viewer had.
    private(set) var missed = 0
    /// Messages, or changes within one, that went back in the sequence.
    private(set) var misordered = 0
    /// Snapshots after the first: allowed, and worth knowing.
    private(set) var resyncs = 0
    /// Connections that ended before the run did.
    private(set) var lost = 0
    /// From the time at which a frame's oldest update was due to the frame's arrival.
    private(set) var latency = Latencies()

    /// The last seq that each viewer has seen; -1 before the first snapshot.
    private var lastSeq: [Int] = []
    private var messages = SharedMessages()
    /// Each viewer's place among them.
    private var places: [Int] = []
    private var dueTimes: [Int: NIODeadline] = [:]
    /// Arrivals of updates whose answer has not reached the writer yet.
    private var early: [Int: [NIODeadline]] = [:]

    var count: Int { lastSeq.count }

    /// - Parameter seq: what it has seen already; nil when a snapshot will tell.
    func add(after seq: Int?) -> Int {
        lastSeq.append(seq ?? -1)
        places.append(messages.end)
        return lastSeq.count - 1
    }

    func lose() { lost += 1 }

    /// Every viewer knows where the board is.
    var haveBegun: Bool { lastSeq.allSatisfy { $0 >= 0 } }

    func haveSeen(_ seq: Int) -> Bool {
        lastSeq.allSatisfy { $0 >= seq }
    }

    /// Viewers that have not come to this seq.
    func behind(_ seq: Int) -> Int {
        lastSeq.count { $0 < seq }
    }

    func received(_ bytes: ByteBuffer, by viewer: Int) {
        let now = NIODeadline.now()
        guard let message = messages.read(bytes, at: &places[viewer]) else {
            missed += 1
            return
        }
        deliveries += 1
        self.bytes += bytes.readableBytes
        let last = lastSeq[viewer]
        if message.seq < last { misordered += 1 }
        if message.type == "snapshot" {
            if last >= 0 { resyncs += 1 }
        } else {
            guard let from = message.from else { return }
            if from > last + 1 { missed += 1 }
            if !message.isAscending { misordered += 1 }
            arrived(from, at: now)
        }
        lastSeq[viewer] = message.seq
    }

    func acknowledged(seq: Int, due: NIODeadline) {
        dueTimes[seq] = due
        for arrival in early.removeValue(forKey: seq) ?? [] { latency.record(arrival - due) }
        // Viewers are seconds behind at most; older ones are not asked for any more.
        if dueTimes.count > 200_000 { dueTimes = dueTimes.filter { $0.key > seq - 100_000 } }
    }

    private func arrived(_ seq: Int, at now: NIODeadline) {
        if let due = dueTimes[seq] { latency.record(now - due) } else { early[seq, default: []].append(now) }
    }
}
