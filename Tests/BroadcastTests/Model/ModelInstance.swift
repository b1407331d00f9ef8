import Board
import Logging
import Metrics
import NIOCore
import Synchronization
import TestSupport

@testable import Broadcast

/// One instance of the service on a manual clock: its event loops, its subscription to the board's channel, and its reads of
/// the board, each of which takes as long as the test wants.
final class ModelInstance {
    let loops: ModelLoops
    /// By loop.
    let sockets: [ModelSockets]
    let broadcaster: Broadcaster
    private(set) var isSubscribed = false
    private var inFlight: [ModelEvent] = []
    private let reads: Reads
    private let followed = ModelChannels()
    private let held = Held()

    private final class Held: Sendable {
        let boards = Mutex<Set<String>>([])
    }

    /// Reads of the source that are under way.
    private final class Reads {
        let board: ModelBoard
        /// Those that are watched besides, by name.
        var boards: [String: ModelBoard] = [:]
        var pending: [(answer: () -> Void, fail: () -> Void)] = []
        /// Viewers of whose own places it was asked.
        var ownAsked = 0
        /// Reads of each of the others.
        var readsOf: [String: Int] = [:]
        /// When the board was read.
        var snapshots: [NIODeadline] = []
        /// Such reads that are under way, and the most that were at once.
        var (snapshotsNow, mostSnapshots) = (0, 0)

        init(_ board: ModelBoard) { self.board = board }

        /// The read takes place now, and its answer arrives later.
        func ask<Answer: Sendable>(
            _ loop: any EventLoop,
            _ name: String? = nil,
            _ read: (ModelBoard) -> Answer
        ) -> EventLoopFuture<Answer> {
            guard let board = name.map({ boards[$0] }) ?? board else { return loop.makeFailedFuture(BoardGone()) }
            let promise = loop.makePromise(of: Answer.self)
            if let name { readsOf[name, default: 0] += 1 }
            let answer = read(board)
            pending.append((answer: { promise.succeed(answer) }, fail: { promise.fail(ChannelError.eof) }))
            return promise.futureResult
        }

        func askForSnapshot(_ limit: Int, _ loop: any EventLoop) -> EventLoopFuture<StandingsSource.Look> {
            snapshots.append(loop.now)
            snapshotsNow += 1
            mostSnapshots = max(mostSnapshots, snapshotsNow)
            let future = ask(loop) { $0.look(limit) }
            future.assumeIsolated().whenComplete { _ in self.snapshotsNow -= 1 }
            return future
        }
    }

    /// When the board was read, and how many such reads were under way at once.
    var snapshotReads: (times: [NIODeadline], mostAtOnce: Int) { (reads.snapshots, reads.mostSnapshots) }

    var ownAsked: Int { reads.ownAsked }

    var now: NIODeadline { loops.first.now }

    /// - Parameters:
    ///   - loops: with one of them nothing is late.
    ///   - byRing: what the short ways of its loops do for many at once.
    init(_ board: ModelBoard, _ options: BroadcastOptions, loops count: Int = 1, byRing: Bool = false) {
        sockets = (0..<count).map { _ in ModelSockets(byRing: byRing) }
        let reads = Reads(board)
        let loops = ModelLoops(count)
        self.reads = reads
        self.loops = loops
        let bound = loops.first.enter { NIOLoopBound(reads, eventLoop: loops.first) }
        broadcaster = Broadcaster(
            main: "main",
            options: options,
            framings: ModelViewer.framings,
            eventLoopGroup: loops,
            source: StandingsSource(
                look: { limit, _, loop in bound.value.askForSnapshot(limit, loop) },
                standings: { users, _, loop in
                    bound.value.ask(loop) { board in
                        StandingsSource.Answer(users.map { board.standing(of: $0) }, shownTo: board.shownTo)
                    }
                },
                page: { offset, limit, _, loop in bound.value.ask(loop) { $0.page(offset, limit) } },
                own: { wishes, _, _, loop in
                    bound.value.ownAsked += wishes.count
                    return bound.value.ask(loop) { board in
                        StandingsSource.Answer(wishes.map { board.own($0) }, shownTo: board.shownTo)
                    }
                }
            ),
            others: OtherBoards(
                source: { followed in
                    StandingsSource(
                        look: { limit, _, loop in bound.value.ask(loop, followed.board) { $0.look(limit) } },
                        standings: { users, _, loop in
                            bound.value.ask(loop, followed.board) { board in
                                StandingsSource.Answer(users.map { board.standing(of: $0) }, shownTo: board.shownTo)
                            }
                        }
                    )
                },
                onFollow: followed.add,
                onLetGo: followed.remove
            ),
            onHeld: { [held] board in held.boards.withLock { _ = $0.insert(board) } },
            logger: Logger(label: "model", factory: { _ in SwiftLogNoOpLogHandler() }),
            metricsFactory: NOOPMetricsHandler.instance
        )
        broadcaster.start()
        loops.run()
    }

    /// Another board, of which events come while it is followed.
    func add(_ board: ModelBoard, named name: String) {
        loops.first.enter { reads.boards[name] = board }
    }

    /// Somebody deletes it.
    func remove(_ name: String) {
        loops.first.enter { reads.boards[name] = nil }
    }

    /// Boards whose viewers were held since the last call.
    func takeHeld() -> Set<String> {
        held.boards.withLock { held in
            defer { held = [] }
            return held
        }
    }

    func readsOf(_ name: String) -> Int { reads.readsOf[name] ?? 0 }

    /// The names of the boards whose events are wanted.
    var followedBoards: Set<String> { followed.names }

    /// An event of another board, if it is followed; it arrives at once.
    func publish(_ event: ModelEvent, of name: String) {
        guard let stream = followed.live(name) else { return }
        enter { tell(event, stream) }
    }

    /// What was asked for is followed from now on.
    func subscribeBoards() {
        for stream in followed.takeNew() { enter { stream.subscriptionLive() } }
        loops.run()
    }

    private func tell(_ event: ModelEvent, _ stream: BoardStream) {
        switch event {
        case .change(let change): stream.publish(change)
        case .replaced: stream.standingsReplaced()
        }
    }

    /// Some of what is under way between the loops arrives; of a single one, all.
    func hop(using random: inout SeededGenerator) {
        guard loops.all.count > 1 else { return loops.run() }
        for _ in 0..<Int.random(in: 0...4, using: &random) { loops.step(using: &random) }
    }

    /// As the subscription and the reads of the board do, which live where the centre does.
    private func enter(_ body: () -> Void) { loops.first.enter(body) }

    func publish(_ event: ModelEvent) {
        if isSubscribed { inFlight.append(event) }
    }

    /// The oldest event on the way arrives, if there is one.
    func receive() {
        guard !inFlight.isEmpty else { return }
        let event = inFlight.removeFirst()
        enter { tell(event, broadcaster.main) }
    }

    /// An event is lost on the way, and nobody is told.
    func lose() {
        if !inFlight.isEmpty { inFlight.removeFirst() }
    }

    func disconnect() {
        guard isSubscribed else { return }
        isSubscribed = false
        inFlight = []
        enter { broadcaster.main.subscriptionLost() }
    }

    func connect() {
        guard !isSubscribed else { return }
        isSubscribed = true
        enter { broadcaster.main.subscriptionLive() }
    }

    /// A read that is under way ends.
    func answer(fails: Bool = false) {
        guard !reads.pending.isEmpty else { return }
        let read = reads.pending.removeFirst()
        enter { if fails { read.fail() } else { read.answer() } }
    }

    func advance(_ time: TimeAmount) {
        loops.advance(time, isPrompt: loops.all.count == 1)
    }

    /// Everything that is on the way arrives.
    func settle() {
        while !inFlight.isEmpty || !reads.pending.isEmpty {
            receive()
            answer()
            loops.run()
        }
        loops.run()
    }

    func stop() {
        broadcaster.stop()
        loops.run()
        settle()
    }
}
