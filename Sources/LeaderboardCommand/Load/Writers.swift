import DequeModule
import NIOCore

/// The updates of an open loop: each has a time at which it is due, and waits for a free connection if there is none.
/// Owned by the run's event loop.
final class Writers {
    private(set) var succeeded = 0
    /// Answered with a 4xx.
    private(set) var refused = 0
    /// The codes of the first refusals, and how often each came.
    private(set) var codes: [String: Int] = [:]
    private static let maximumCodes = 16
    /// Answered with anything else, or not at all.
    private(set) var failed = 0
    /// Connections that ended before the run did; others take their places.
    private(set) var interruptions = 0
    /// By the board.
    private(set) var highestSeqs: [Int: Int] = [:]
    private(set) var latency = Latencies()

    private let requests: LoadRequests
    private let dueTimes: DueTimes
    private var made = 0
    private var idle: [WriterConnection] = []
    /// When the updates that wait for a connection were due. None is dropped, or the figures would leave out the worst;
    /// there are at most rate × duration.
    private var waiting = Deque<NIODeadline>()
    private var underWay = 0
    private var absences = Absences<Backoff>()
    private var next = 0

    init(requests: LoadRequests, dueTimes: DueTimes) {
        self.requests = requests
        self.dueTimes = dueTimes
    }

    var outstanding: Int { underWay + waiting.count }

    func isReady(_ connection: WriterConnection) {
        idle.append(connection)
        dispatch()
    }

    /// Every update whose time has come; each keeps the time at which it was due.
    func makeDue(rate: Int, from start: NIODeadline, until end: NIODeadline) {
        guard rate > 0 else { return }
        let wanted = Self.count(in: min(NIODeadline.now(), end) - start, rate: rate)
        while made < wanted {
            made += 1
            due(start + Self.due(made, rate: rate))
        }
    }

    /// Updates that are due in this time. A day at the highest rate has more nanoseconds times updates than 64 bits hold.
    static func count(in time: TimeAmount, rate: Int) -> Int {
        Int(clamping: Int128(time.nanoseconds) * Int128(rate) / 1_000_000_000)
    }

    /// When the update of this number is due, from the start; the first is number 1.
    static func due(_ number: Int, rate: Int) -> TimeAmount {
        .nanoseconds(Int64(clamping: Int128(number) * 1_000_000_000 / Int128(rate)))
    }

    func due(_ time: NIODeadline) {
        waiting.append(time)
        dispatch()
    }

    /// - Parameters:
    ///   - code: of a refusal, where it tells one.
    ///   - seq: the update's place in its board's stream.
    func answered(status: UInt, code: String? = nil, board: Int = 0, seq: Int?, due: NIODeadline) {
        underWay -= 1
        latency.record(NIODeadline.now() - due)
        switch status {
        case 200..<300:
            succeeded += 1
            guard let seq else { return }
            highestSeqs[board] = max(highestSeqs[board] ?? 0, seq)
            dueTimes.note(seq, on: board, due)
        case 400..<500:
            refused += 1
            let code = code ?? "\(status)"
            if codes[code] != nil || codes.count < Self.maximumCodes { codes[code, default: 0] += 1 }
        default: failed += 1
        }
    }

    /// The connection ended; with an update under way, its outcome is unknown.
    func lost(_ connection: WriterConnection, hadRequest: Bool) {
        idle.removeAll { $0 === connection }
        interruptions += 1
        stayAway(connection.backoff, afterLasting: .nanoseconds((.now() - connection.began).nanoseconds))
        guard hadRequest else { return }
        underWay -= 1
        failed += 1
    }

    private func stayAway(_ backoff: Backoff, afterLasting lasted: Duration) {
        var backoff = backoff
        let pause = backoff.pause(afterLasting: lasted)
        absences.add(backoff, for: pause)
    }

    /// The places of connections whose time to be made again it is.
    func returning() -> [Backoff] { absences.due() }

    /// How the attempt ended.
    func hasReturned(_ backoff: Backoff, isThere: Bool) {
        if !isThere { stayAway(backoff, afterLasting: .zero) }
        absences.hasReturned()
    }

    private func dispatch() {
        while !waiting.isEmpty, let connection = idle.popLast(), let due = waiting.popFirst() {
            underWay += 1
            connection.send(requests.request(next), due: due)
            next += 1
        }
    }
}
