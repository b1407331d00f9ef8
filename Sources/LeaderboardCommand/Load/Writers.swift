import DequeModule
import Histogram
import NIOCore

/// The updates of an open loop: each has a time at which it is due, and waits for a free connection if there is none.
/// Owned by the run's event loop.
final class Writers {
    private(set) var succeeded = 0
    /// Answered with a 4xx.
    private(set) var refused = 0
    /// Answered with anything else, or not at all.
    private(set) var failed = 0
    private(set) var highestSeq = 0
    private(set) var latency = Latencies()

    private let requests: LoadRequests
    private var idle: [WriterConnection] = []
    /// When the updates that wait for a connection were due. None is dropped, or the figures would leave out the worst;
    /// there are at most rate × duration.
    private var waiting = Deque<NIODeadline>()
    private var underWay = 0
    private var next = 0

    init(requests: LoadRequests) {
        self.requests = requests
    }

    var startOfViewers: Int? { requests.startOfViewers }

    var outstanding: Int { underWay + waiting.count }

    func isReady(_ connection: WriterConnection) {
        idle.append(connection)
        dispatch()
    }

    func due(_ time: NIODeadline) {
        waiting.append(time)
        dispatch()
    }

    func answered(status: UInt, seq: Int?, due: NIODeadline) {
        underWay -= 1
        latency.record(NIODeadline.now() - due)
        switch status {
        case 200..<300:
            succeeded += 1
            highestSeq = max(highestSeq, seq ?? 0)
        case 400..<500: refused += 1
        default: failed += 1
        }
    }

    /// The connection ended; with an update under way, its outcome is unknown.
    func lost(_ connection: WriterConnection, hadRequest: Bool) {
        idle.removeAll { $0 === connection }
        guard hadRequest else { return }
        underWay -= 1
        failed += 1
    }

    private func dispatch() {
        while !waiting.isEmpty, let connection = idle.popLast() {
            let due = waiting.removeFirst()
            underWay += 1
            let (post, seq) = requests.request(next)
            next += 1
            connection.send(post, due: due, seq: seq)
        }
    }
}
