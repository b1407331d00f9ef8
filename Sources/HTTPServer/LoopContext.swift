import NIOCore

/// What all connections share. Immutable.
struct ServerContext: Sendable {
    let options: ServerOptions
    let router: Router
    let observe: @Sendable (Exchange) -> Void
}

/// What the connections of one event loop share; it is the loop's own.
final class LoopContext {
    let eventLoop: any EventLoop
    let executor: LoopExecutor
    var date = DateHeader()
    var connections: [ObjectIdentifier: HTTPConnection] = [:]
    var live: [ObjectIdentifier: any LivePeer] = [:]

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        executor = LoopExecutor(eventLoop)
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
