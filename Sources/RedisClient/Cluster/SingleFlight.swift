import NIOCore
import Synchronization

/// Something that is under way at most once, however many ask for it, and begins no more often than once in a while. Who asks
/// meanwhile gets what the one under way, or the next, brings. Any thread.
final class SingleFlight<Value: Sendable>: Sendable {
    private struct State {
        var flight: EventLoopFuture<Value>?
        /// When the last one began.
        var last: NIODeadline?
    }

    private let pause: TimeAmount
    private let state = Mutex(State())

    /// - Parameter pause: between two beginnings.
    init(pause: Duration) {
        self.pause = TimeAmount(pause)
    }

    /// - Parameter begin: called on the loop; not at all where one is under way.
    func join(
        on eventLoop: any EventLoop,
        begin: @escaping @Sendable () -> EventLoopFuture<Value>
    ) -> EventLoopFuture<Value> {
        let (flight, start) = state.withLock { state -> (EventLoopFuture<Value>, EventLoopPromise<Value>?) in
            if let flight = state.flight { return (flight, nil) }
            let promise = eventLoop.makePromise(of: Value.self)
            state.flight = promise.futureResult
            return (promise.futureResult, promise)
        }
        guard let start else { return flight.hop(to: eventLoop) }
        let due = state.withLock { $0.last.map { $0 + pause } } ?? .now()
        eventLoop.flatScheduleTask(deadline: due) {
            self.state.withLock { $0.last = .now() }
            return begin()
        }
        .futureResult
        .whenComplete { result in
            self.state.withLock { $0.flight = nil }
            start.completeWith(result)
        }
        return flight
    }
}
