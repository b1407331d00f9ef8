import LiveSockets
import NIOCore
import Tracing

/// What all connections share. Immutable. A class: each connection has a reference, and not the options.
final class ServerContext: Sendable {
    let options: ServerOptions
    let router: Router
    /// Nil: nobody records traces.
    let startSpan: (@Sendable (RequestOpening) -> (any Span & AnyObject)?)?
    let observe: @Sendable (Exchange) -> Void
    let places: Places
    let isTrustedProxy: @Sendable (String) -> Bool
    let metrics: ServerMetrics
    let onTrouble: @Sendable (ServerTrouble) -> Void

    init(
        options: ServerOptions,
        router: Router,
        startSpan: (@Sendable (RequestOpening) -> (any Span & AnyObject)?)?,
        observe: @escaping @Sendable (Exchange) -> Void,
        places: Places,
        isTrustedProxy: @escaping @Sendable (String) -> Bool,
        metrics: ServerMetrics,
        onTrouble: @escaping @Sendable (ServerTrouble) -> Void
    ) {
        self.options = options
        self.router = router
        self.startSpan = startSpan
        self.observe = observe
        self.places = places
        self.isTrustedProxy = isTrustedProxy
        self.metrics = metrics
        self.onTrouble = onTrouble
    }
}

/// What the connections of one event loop share; it is the loop's own.
final class LoopContext {
    let eventLoop: any EventLoop
    let executor: LoopExecutor
    /// When the deadlines are looked at next.
    private(set) var nextTick: NIODeadline
    let times: LoopTimes
    /// What its live connections are sent frames by.
    let sender: NIOLoopBoundBox<LoopSender>
    /// The server stops: each connection's next answer is its last.
    private(set) var isStopping = false
    private var date = DateHeader()
    var connections: [ObjectIdentifier: HTTPConnection] = [:]
    var live: [ObjectIdentifier: any LivePeer] = [:]

    /// - Parameter sender: nil: one that sends to each by itself.
    init(eventLoop: any EventLoop, options: ServerOptions, sender: NIOLoopBoundBox<LoopSender>? = nil) {
        self.eventLoop = eventLoop
        self.sender = sender ?? .makeBoxSendingValue(LoopSender(), eventLoop: eventLoop)
        times = LoopTimes(options)
        nextTick = eventLoop.now + times.tick
        executor = LoopExecutor(eventLoop)
    }

    /// Answers are put together here, so that one costs no allocation of its own.
    private var answer = ByteBufferAllocator().buffer(capacity: 4096)
    /// What is larger is given back.
    private static let maximumKept = 65_536

    /// An answer as it goes out, valid until the next one is encoded; who keeps it makes that one a new buffer.
    func encode(_ response: Response, to request: Request, keepAlive: Bool) -> ByteBuffer {
        if answer.capacity > Self.maximumKept { answer = ByteBuffer() }
        answer.clear()
        ResponseEncoder.encode(response, to: request, keepAlive: keepAlive, date: &date, into: &answer)
        return answer
    }

    /// The line of `Date`.
    func dateLine() -> String {
        date.update()
        return date.line
    }

    var openCount: Int { connections.count + live.count }

    /// Deadlines are looked at from here: a connection has no timer of its own, which costs memory and, moved with every
    /// request, time.
    func tick() {
        let now = eventLoop.now
        nextTick = now + times.tick
        for connection in connections.values { connection.tick(now) }
        for peer in live.values { peer.tick(now) }
    }

    /// Ends the connections after their next answer or a moment of silence, and the live ones one after the other, so that a
    /// crowd does not come back all at once: 200 a second at least, and all within `spread`.
    func stop(spread: Duration) {
        isStopping = true
        for connection in connections.values { connection.stop() }
        let peers = Array(live.values)
        for (index, peer) in peers.enumerated() {
            let delay = min(spread * (Double(index) / Double(peers.count)), .milliseconds(5 * index))
            eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) {
                peer.end(EndLive(code: 1001, reason: "restarting: come back after a random 1 to 5 s"))
            }
        }
    }

    func abort() {
        for connection in connections.values { connection.abort() }
        for peer in live.values { peer.abort() }
    }
}

/// Runs tasks on one event loop, so that a handler's `async` code stays on its connection's loop.
///
/// What becomes ready on the loop itself waits in a list that the loop runs through once, in its next turn: the replies that
/// come in one read of Redis wake their handlers together, for one entry in the loop's own queue.
final class LoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop
    private let ready: NIOLoopBoundBox<[UnownedJob]>

    /// Made on any thread.
    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        ready = .makeBoxSendingValue([], eventLoop: eventLoop)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard eventLoop.inEventLoop else {
            return eventLoop.execute { self.run(job) }
        }
        if ready.value.isEmpty { eventLoop.execute { self.runReady() } }
        ready.value.append(job)
    }

    private func runReady() {
        // What they make ready waits for the next turn.
        let jobs = ready.value
        ready.value.removeAll(keepingCapacity: true)
        for job in jobs { run(job) }
    }

    /// Each job comes here once, and so is run once, as its contract demands.
    private func run(_ job: UnownedJob) {
        unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
}
