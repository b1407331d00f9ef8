import NIOCore
import NIOPosix
import Synchronization

/// One run of the load: connect, send, finish. The updates live on one event loop, the viewers in crowds beside it.
struct LoadRun: Sendable {
    private let service: ServiceURL
    /// Processes to look at, by their ids.
    private let processes: [Int]
    private let eventLoop: any EventLoop
    private let writers: NIOLoopBoundBox<Writers>
    private let startOfViewers: Int?
    private let boards: Int
    private let crowds: [Crowd]

    init(service: ServiceURL, livePaths: [String], requests: LoadRequests, processes: [Int] = []) throws {
        self.service = service
        self.processes = processes
        eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let dueTimes = DueTimes()
        writers = .makeBoxSendingValue(Writers(requests: requests, dueTimes: dueTimes), eventLoop: eventLoop)
        startOfViewers = requests.startOfViewers
        boards = livePaths.count
        crowds = try (0..<System.coreCount).map { _ in
            try Crowd(of: service, paths: livePaths, dueTimes: dueTimes)
        }
    }

    /// All of it: connects, sends at the rate for so long, and adds up.
    /// - Parameter progress: called once a second with a line to show.
    func run(
        writers: Int,
        viewers: Int,
        rate: Int,
        for duration: Duration,
        progress: @Sendable (String) -> Void
    ) async throws -> LoadReport {
        let threads = NIOThreadPool(numberOfThreads: crowds.count)
        threads.start()
        for crowd in crowds { threads.submit { _ in crowd.follow() } }
        defer {
            for crowd in crowds { crowd.end() }
            threads.shutdownGracefully { _ in }
        }
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            defer { tasks.cancelAll() }
            try await connect(writers: writers)
            tasks.addTask { await bringWritersBack() }
            for crowd in crowds { tasks.addTask { await crowd.bringBack() } }
            return try await drive(viewers: viewers, rate: rate, for: duration, progress: progress)
        }
    }

    private func drive(
        viewers: Int,
        rate: Int,
        for duration: Duration,
        progress: @Sendable (String) -> Void
    ) async throws -> LoadReport {
        let before = try usage()
        try await connect(viewers: viewers)
        let idle = try usage()
        let start = (time: NIODeadline.now(), deliveries: sightings().deliveries)
        try await send(rate: rate, from: start.time, for: duration, progress: progress)
        try await wait(for: .seconds(15)) { try await on { $0.outstanding } == 0 }
        let last = try await on { $0.highestSeqs }
        try await wait(for: .seconds(5)) { behind(last) == 0 }
        let after = try usage()
        let (seen, isBehind) = (sightings(), behind(last))
        return try await on { writers in
            var usage: (before: ProcessUsage, idle: ProcessUsage, after: ProcessUsage)?
            if let before, let idle, let after { usage = (before, idle, after) }
            return LoadReport(writers, seen, behind: isBehind, since: start, usage)
        }
    }

    private func usage() throws -> ProcessUsage? {
        processes.isEmpty ? nil : try ProcessUsage(of: processes)
    }

    /// Opens connections 50 at a time: a real crowd does not come in one instant either.
    private func connect(writers: Int) async throws {
        try await inBatches(of: 50, writers) { _ in
            try await WriterConnection.connect(to: service, on: eventLoop, writers: self.writers)
        }
    }

    /// Makes connections again that ended, until its task is cancelled.
    private func bringWritersBack() async {
        await withDiscardingTaskGroup { tasks in
            while (try? await Task.sleep(for: .milliseconds(50))) != nil {
                for backoff in (try? await on { $0.returning() }) ?? [] {
                    tasks.addTask {
                        let connected: Void? = try? await WriterConnection.connect(
                            to: service,
                            on: eventLoop,
                            writers: writers,
                            backoff: backoff
                        )
                        try? await on { $0.hasReturned(backoff, isThere: connected != nil) }
                    }
                }
            }
        }
    }

    private func connect(viewers: Int) async throws {
        try await inBatches(of: 50, viewers) {
            // Each crowd has viewers of each board.
            try await crowds[$0 % crowds.count].join(board: $0 / crowds.count % boards, after: startOfViewers)
        }
        try await wait(for: .seconds(10)) { crowds.allSatisfy { $0.viewers.withLock { $0.haveBegun } } }
    }

    private func send(
        rate: Int,
        from start: NIODeadline,
        for duration: Duration,
        progress: @Sendable (String) -> Void
    ) async throws {
        // Updates that are looked for each millisecond come in bursts, whose last one waits for all the others.
        let pause = TimeAmount.microseconds(min(max(1_000_000 / Int64(max(rate, 1)), 100), 1000))
        let timer = eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: pause) { [writers] _ in
            writers.value.makeDue(rate: rate, from: start, until: start + TimeAmount(duration))
        }
        // Ctrl-C ends the sending, and another one the process.
        let isEnough = Flag()
        let interruptions = Interruptions(goesOn: { isEnough.raise() })
        defer { interruptions.end() }
        var shown = (succeeded: 0, deliveries: sightings().deliveries)
        for second in 0..<duration.components.seconds where !isEnough.isUp {
            try await Task.sleep(for: .seconds(1))
            let now = try await on { (succeeded: $0.succeeded, refused: $0.refused, failed: $0.failed, $0.outstanding) }
            let seen = sightings()
            let deliveries = seen.deliveries
            progress(
                "\(second + 1) s: \(now.succeeded - shown.succeeded) updates/s, \(now.refused) refused, \(now.failed) failed, "
                    + "\(now.3) outstanding, \(deliveries - shown.deliveries) deliveries/s"
                    + (seen.lost > 0 ? ", \(seen.lost) viewers away" : "")
            )
            shown = (now.succeeded, deliveries)
        }
        timer.cancel()
    }

    // MARK: What the crowds know

    private func sightings() -> Sightings {
        crowds.reduce(into: Sightings()) { sum, crowd in sum.add(crowd.sightings()) }
    }

    /// Viewers that have not come to the seq of their board.
    private func behind(_ seqs: [Int: Int]) -> Int {
        crowds.reduce(0) { sum, crowd in sum + crowd.viewers.withLock { $0.behind(seqs) } }
    }

    private func wait(for limit: Duration, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline, try await !condition() {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func on<Value: Sendable>(_ body: @escaping @Sendable (Writers) -> Value) async throws -> Value {
        let writers = writers
        return try await eventLoop.submit { body(writers.value) }.get()
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

/// Something that comes once.
private final class Flag: Sendable {
    private let state = Atomic(false)

    var isUp: Bool { state.load(ordering: .relaxed) }

    /// - Returns: whether it was down.
    func raise() -> Bool { !state.exchange(true, ordering: .relaxed) }
}
