import NIOCore
import NIOWebSocket

/// Some of a run's viewers: whether each can follow without a hole, and how late. Owned by their crowd.
struct Viewers {
    private struct Viewer {
        /// The last that it has seen; -1 before the first snapshot.
        var seq: Int
        /// Its place among the messages.
        var place: Int
        var frames = ServerFrames()
    }

    private(set) var sightings = Sightings()
    private var all: [Viewer] = []
    private var messages = SharedMessages()
    /// Messages with arrivals that are not counted yet.
    private var uncounted: [SharedMessage] = []
    /// Beyond it the oldest are given up: updates of others are never answered to us.
    private static let maximumUncounted = 1024

    /// - Parameter seq: what it has seen already; nil when a snapshot will tell.
    mutating func add(after seq: Int?) -> Int {
        all.append(Viewer(seq: seq ?? -1, place: messages.end))
        sightings.viewers += 1
        return all.count - 1
    }

    mutating func lose() { sightings.lost += 1 }

    /// What came on a viewer's connection.
    /// - Parameter answer: is called with bytes to send.
    /// - Returns: whether the connection goes on.
    mutating func received(_ bytes: ByteBuffer, by viewer: Int, answer: (ByteBuffer) -> Void) -> Bool {
        // A copy, for `received` changes the others as well. It has bytes only where a frame was not whole.
        var frames = all[viewer].frames
        var isOpen = true
        do throws(ServerFrame.Violation) {
            try frames.take(bytes) { frame in
                if frame.opcode == .text { received(message: frame.payload, by: viewer) }
                if let bytes = frame.answer { answer(bytes) }
                if frame.opcode == .connectionClose { isOpen = false }
            }
        } catch {
            isOpen = false
        }
        all[viewer].frames = frames
        return isOpen
    }

    mutating func received(message bytes: ByteBuffer, by viewer: Int) {
        let now = NIODeadline.now()
        guard let message = messages.read(bytes, at: &all[viewer].place) else {
            sightings.missed += 1
            return
        }
        sightings.deliveries += 1
        sightings.bytes += bytes.readableBytes
        let last = all[viewer].seq
        if message.seq < last { sightings.misordered += 1 }
        if message.isSnapshot {
            if last >= 0 { sightings.resyncs += 1 }
        } else {
            guard let from = message.from else { return }
            if from > last + 1 { sightings.missed += 1 }
            if !message.isAscending { sightings.misordered += 1 }
            if message.arrivals.isEmpty { uncounted.append(message) }
            message.arrivals.append(now)
        }
        all[viewer].seq = message.seq
    }

    /// Counts the latency of what has arrived, but for updates whose answer has not reached the writer yet.
    mutating func count(_ dueTimes: DueTimes) {
        uncounted.removeAll { message in
            guard let from = message.from, let due = dueTimes[from] else { return false }
            for arrival in message.arrivals { sightings.latency.record(arrival - due) }
            message.arrivals.removeAll()
            return true
        }
        uncounted.removeFirst(max(uncounted.count - Self.maximumUncounted, 0))
    }

    // MARK: What they know

    /// Every viewer knows where the board is.
    var haveBegun: Bool { all.allSatisfy { $0.seq >= 0 } }

    /// Viewers that have not come to this seq.
    func behind(_ seq: Int) -> Int {
        all.count { $0.seq < seq }
    }
}
