import NIOCore
import NIOPosix

/// One run of the load: connect, send, finish. All that is measured lives on one event loop, which is never locked and
/// where the order of events is the order of the figures.
struct LoadRun: Sendable {
    private let service: ServiceURL
    private let livePath: String
    /// Processes to look at, by their ids.
    private let processes: [Int]
    private let eventLoop: any EventLoop
    private let state: NIOLoopBoundBox<LoadState>

    init(service: ServiceURL, livePath: String, requests: LoadRequests, processes: [Int] = []) {
        self.service = service
        self.livePath = livePath
        self.processes = processes
        eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        state = .makeBoxSendingValue(LoadState(requests: requests), eventLoop: eventLoop)
    }

    /// All of it: connects, sends at the rate for so long, and adds up.
    /// - Parameter progress: called once a second with a line to show.
    func run(writers: Int, viewers: Int, rate: Int, for duration: Duration, progress: (String) -> Void) async throws
        -> LoadReport
    {
        try await connect(writers: writers)
        let before = try usage()
        try await connect(viewers: viewers)
        let idle = try usage()
        try await send(rate: rate, for: duration, progress: progress)
        try await wait(for: .seconds(15)) { $0.writers.outstanding == 0 }
        try await wait(for: .seconds(5)) { $0.viewers.haveSeen($0.writers.highestSeq) }
        let after = try usage()
        return try await on { state in
            guard let before, let idle, let after else { return LoadReport(state, nil) }
            return LoadReport(state, (before, idle, after))
        }
    }

    private func usage() throws -> ProcessUsage? {
        processes.isEmpty ? nil : try ProcessUsage(of: processes)
    }

    /// Opens connections 50 at a time: a real crowd does not come in one instant either.
    private func connect(writers: Int) async throws {
        try await inBatches(of: 50, writers) { _ in
            try await WriterConnection.connect(to: service, on: eventLoop, state: state)
        }
    }

    private func connect(viewers: Int) async throws {
        try await inBatches(of: 50, viewers) { _ in
            let viewer = try await on { $0.viewers.add(after: $0.writers.startOfViewers) }
            let channel = try await LiveClient.connect(to: service, path: livePath, on: eventLoop) { message in
                state.value.viewers.received(message, by: viewer)
            }
            channel.closeFuture.whenComplete { _ in state.value.viewers.lose() }
        }
        try await wait(for: .seconds(10)) { $0.viewers.haveBegun }
    }

    private func send(rate: Int, for duration: Duration, progress: (String) -> Void) async throws {
        let start = try await on { state in
            state.begin()
            return state.start
        }
        let timer = eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(1)) { [state] _ in
            state.value.makeDue(rate: rate, until: start + TimeAmount(duration))
        }
        for _ in 0..<duration.components.seconds {
            try await Task.sleep(for: .seconds(1))
            progress(try await on { $0.progressLine() })
        }
        timer.cancel()
    }

    private func wait(for limit: Duration, _ condition: @escaping @Sendable (LoadState) -> Bool) async throws {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline, try await !on(condition) {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func on<Value: Sendable>(_ body: @escaping @Sendable (LoadState) -> Value) async throws -> Value {
        let state = state
        return try await eventLoop.submit { body(state.value) }.get()
    }

    private func inBatches(of size: Int, _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void)
        async throws
    {
        for batch in stride(from: 0, to: count, by: size) {
            try await withThrowingTaskGroup { tasks in
                for number in batch..<min(batch + size, count) { tasks.addTask { try await body(number) } }
                try await tasks.waitForAll()
            }
        }
    }
}

/// What a run knows. Owned by the run's event loop.
final class LoadState {
    let writers: Writers
    let viewers = Viewers()
    private(set) var start = NIODeadline.now()
    /// Snapshots and the like, which are no part of what the sending causes.
    private(set) var deliveriesBefore = 0
    private var made = 0
    private var shown = (seconds: 0, succeeded: 0, deliveries: 0)

    init(requests: LoadRequests) {
        writers = Writers(requests: requests)
    }

    func begin() {
        start = .now()
        deliveriesBefore = viewers.deliveries
        shown.deliveries = viewers.deliveries
    }

    /// Every update whose time has come; each keeps the time at which it was due.
    func makeDue(rate: Int, until end: NIODeadline) {
        guard rate > 0 else { return }
        let elapsed = (min(NIODeadline.now(), end) - start).nanoseconds
        let wanted = Int(elapsed) * rate / 1_000_000_000
        while made < wanted {
            made += 1
            writers.due(start + .nanoseconds(Int64(made) * 1_000_000_000 / Int64(rate)))
        }
    }

    func acknowledged(seq: Int, due: NIODeadline) {
        viewers.acknowledged(seq: seq, due: due)
    }

    func progressLine() -> String {
        shown.seconds += 1
        let (updates, deliveries) = (writers.succeeded - shown.succeeded, viewers.deliveries - shown.deliveries)
        (shown.succeeded, shown.deliveries) = (writers.succeeded, viewers.deliveries)
        return "\(shown.seconds) s: \(updates) updates/s, \(writers.refused) refused, \(writers.failed) failed, "
            + "\(writers.outstanding) outstanding, \(deliveries) deliveries/s"
    }
}
