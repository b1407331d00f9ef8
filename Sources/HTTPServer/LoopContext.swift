import NIOCore

/// What all connections share. Immutable.
struct ServerContext: Sendable {
    let options: ServerOptions
    let router: Router
    let observe: @Sendable (Exchange) -> Void
    let limits: ConnectionLimits
    let metrics: ServerMetrics
}

/// What the connections of one event loop share; it is the loop's own.
final class LoopContext {
    let eventLoop: any EventLoop
    let executor: LoopExecutor
    /// When the deadlines are looked at next.
    private(set) var nextTick: NIODeadline
    private let tickInterval: TimeAmount
    /// The server stops: each connection's next answer is its last.
    private(set) var isStopping = false
    var date = DateHeader()
    var connections: [ObjectIdentifier: HTTPConnection] = [:]
    var live: [ObjectIdentifier: any LivePeer] = [:]

    init(eventLoop: any EventLoop, tickInterval: TimeAmount) {
        self.eventLoop = eventLoop
        self.tickInterval = tickInterval
        nextTick = .now() + tickInterval
        executor = LoopExecutor(eventLoop)
    }

    var openCount: Int { connections.count + live.count }

    /// Deadlines are looked at from here: a connection has no timer of its own, which costs memory and, moved with every
    /// request, time.
    func tick() {
        let now = NIODeadline.now()
        nextTick = now + tickInterval
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
final class LoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The loop runs each closure once: the job is run once, as its contract demands.
        eventLoop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
