import Logging
import Metrics
import NIOCore
import NIOEmbedded

@testable import Broadcast

/// One instance of the service on a manual clock: its subscription to the board's channel, and its reads of the board,
/// each of which takes as long as the test wants.
final class ModelInstance {
    let loop = EmbeddedEventLoop()
    let broadcaster: Broadcaster
    private(set) var isSubscribed = false
    private var inFlight: [Change] = []
    private let reads: Reads

    /// Reads of the source that are under way.
    private final class Reads {
        let board: ModelBoard
        var pending: [(answer: () -> Void, fail: () -> Void)] = []

        init(_ board: ModelBoard) { self.board = board }

        /// The read takes place now, and its answer arrives later.
        func ask<Answer: Sendable>(_ loop: any EventLoop, _ read: (ModelBoard) -> Answer) -> EventLoopFuture<Answer> {
            let promise = loop.makePromise(of: Answer.self)
            let answer = read(board)
            pending.append((answer: { promise.succeed(answer) }, fail: { promise.fail(ChannelError.eof) }))
            return promise.futureResult
        }
    }

    init(_ board: ModelBoard, _ options: BroadcastOptions) {
        let reads = Reads(board)
        self.reads = reads
        let bound = NIOLoopBound(reads, eventLoop: loop)
        broadcaster = Broadcaster(
            options: options,
            eventLoopGroup: loop,
            source: StandingsSource(
                snapshot: { limit, loop in bound.value.ask(loop) { $0.snapshot(limit) } },
                standings: { users, loop in bound.value.ask(loop) { board in users.map { board.standing(of: $0) } } }
            ),
            logger: Logger(label: "model", factory: { _ in SwiftLogNoOpLogHandler() }),
            metricsFactory: NOOPMetricsHandler.instance
        )
        broadcaster.start()
        loop.run()
    }

    func publish(_ change: Change) {
        if isSubscribed { inFlight.append(change) }
    }

    /// The oldest event on the way arrives, if there is one.
    func receive() {
        if !inFlight.isEmpty { broadcaster.publish(inFlight.removeFirst()) }
    }

    /// An event is lost on the way, and nobody is told.
    func lose() {
        if !inFlight.isEmpty { inFlight.removeFirst() }
    }

    func disconnect() {
        guard isSubscribed else { return }
        isSubscribed = false
        inFlight = []
        broadcaster.subscriptionLost()
    }

    func connect() {
        guard !isSubscribed else { return }
        isSubscribed = true
        broadcaster.subscriptionLive()
    }

    /// A read that is under way ends.
    func answer(fails: Bool = false) {
        guard !reads.pending.isEmpty else { return }
        let read = reads.pending.removeFirst()
        if fails { read.fail() } else { read.answer() }
    }

    func advance(_ time: TimeAmount) {
        loop.advanceTime(by: time)
    }

    /// Everything that is on the way arrives.
    func settle() {
        while !inFlight.isEmpty || !reads.pending.isEmpty {
            receive()
            answer()
            loop.run()
        }
    }

    func stop() {
        broadcaster.stop()
        loop.run()
        settle()
    }
}
