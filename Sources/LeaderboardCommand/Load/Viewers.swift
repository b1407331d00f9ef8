import NIOCore
import NIOWebSocket

/// Some of a run's viewers: whether each can follow without a hole, and how late. Owned by their crowd.
struct Viewers {
    private struct Viewer {
        let board: Int
        /// The last that it has seen; -1 before the first snapshot.
        var seq: Int
        /// Its place among the messages.
        var place: Int
        var frames = ServerFrames()
        var backoff = Backoff()
        /// Of its connection.
        var began = NIODeadline.now()
        /// It got what is no frame: it does not come back, for that is a fault and no interruption.
        var isBroken = false
    }

    private struct Board {
        var messages = SharedMessages()
        /// Messages with arrivals that are not counted yet.
        var uncounted: [SharedMessage] = []
    }

    private var seen = Sightings()
    private var all: [Viewer] = []
    private var absences = Absences<Int>()
    /// What each has seen before the first message of a connection; nil when a snapshot tells.
    private var start: Int?
    private var boards: [Board] = []
    /// Beyond it the oldest are given up: updates of others are never answered to us.
    private static let maximumUncounted = 1024

    /// - Parameter seq: what it has seen already; nil when a snapshot will tell.
    mutating func add(after seq: Int?, on board: Int = 0) -> Int {
        while boards.count <= board { boards.append(Board()) }
        all.append(Viewer(board: board, seq: seq ?? -1, place: boards[board].messages.end))
        start = seq
        seen.viewers += 1
        return all.count - 1
    }

    /// What was seen up to now.
    var sightings: Sightings {
        var sightings = seen
        sightings.lost = absences.count + all.count(where: \.isBroken)
        return sightings
    }

    /// The viewer's connection ended, or could not be made again.
    mutating func lose(_ viewer: Int, now: NIODeadline = .now()) {
        guard !all[viewer].isBroken else { return }
        seen.interruptions += 1
        stayAway(viewer, afterLasting: .nanoseconds((now - all[viewer].began).nanoseconds), now)
    }

    /// It got what is no frame.
    mutating func giveUp(_ viewer: Int) { all[viewer].isBroken = true }

    private mutating func stayAway(_ viewer: Int, afterLasting lasted: Duration, _ now: NIODeadline) {
        absences.add(viewer, for: all[viewer].backoff.pause(afterLasting: lasted), now: now)
    }

    /// Whose time to come back it is. What comes on the new connection begins with a snapshot, as for anybody who comes.
    mutating func returning(now: NIODeadline = .now()) -> [Int] {
        let due = absences.due(now: now)
        for viewer in due {
            all[viewer].frames = ServerFrames()
            all[viewer].began = now
            all[viewer].place = boards[all[viewer].board].messages.end
            if start == nil { all[viewer].seq = -1 }
        }
        return due
    }

    /// How the attempt ended.
    mutating func hasReturned(_ viewer: Int, isThere: Bool, now: NIODeadline = .now()) {
        if isThere { all[viewer].began = now } else { stayAway(viewer, afterLasting: .zero, now) }
        absences.hasReturned()
    }

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
            giveUp(viewer)
        }
        all[viewer].frames = frames
        return isOpen
    }

    mutating func received(message bytes: ByteBuffer, by viewer: Int) {
        let now = NIODeadline.now()
        let board = all[viewer].board
        guard let message = boards[board].messages.read(bytes, at: &all[viewer].place) else {
            seen.missed += 1
            return
        }
        seen.deliveries += 1
        seen.bytes += bytes.readableBytes
        let last = all[viewer].seq
        if message.seq < last { seen.misordered += 1 }
        if message.isSnapshot {
            if last >= 0 { seen.resyncs += 1 }
        } else {
            guard let from = message.from else { return }
            if from > last + 1 { seen.missed += 1 }
            if !message.isAscending { seen.misordered += 1 }
            if message.arrivals.isEmpty { boards[board].uncounted.append(message) }
            message.arrivals.append(now)
        }
        all[viewer].seq = message.seq
    }

    /// Counts the latency of what has arrived, but for updates whose answer has not reached the writer yet.
    mutating func count(_ dueTimes: DueTimes) {
        for board in boards.indices where !boards[board].uncounted.isEmpty {
            boards[board].uncounted.removeAll { message in
                guard let from = message.from, let due = dueTimes[from, on: board] else { return false }
                for arrival in message.arrivals { seen.latency.record(arrival - due) }
                message.arrivals.removeAll()
                return true
            }
            boards[board].uncounted.removeFirst(max(boards[board].uncounted.count - Self.maximumUncounted, 0))
        }
    }

    // MARK: What they know

    func board(of viewer: Int) -> Int { all[viewer].board }

    /// Every viewer knows where its board is.
    var haveBegun: Bool { all.allSatisfy { $0.seq >= 0 } }

    /// Viewers that have not come to the seq of their board.
    func behind(_ seqs: [Int: Int]) -> Int {
        all.count { $0.seq < seqs[$0.board] ?? .min }
    }
}
