import Dispatch
import NIOCore
import Synchronization
import TestSupport

/// The event loops of one instance, all of them on the test's thread and on a manual clock.
///
/// What one loop hands to another arrives late, when the test says so: what one of them sent another in its order, what
/// different ones sent in any order. This is what threads can do that may stop between any two steps, for the broadcaster's
/// loops speak with the centre only.
final class ModelLoops: EventLoopGroup {
    private let clock = ModelClock()
    let all: [ModelLoop]

    init(_ count: Int) {
        let clock = clock
        all = (0..<count).map { ModelLoop(number: $0, clock) }
    }

    /// Where the centre lives.
    var first: ModelLoop { all[0] }
    func next() -> any EventLoop { first }
    func makeIterator() -> EventLoopIterator { EventLoopIterator(all) }
    func shutdownGracefully(queue _: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        callback(nil)
    }

    /// One hop arrives, of any that may be the next. False: none is under way.
    @discardableResult
    func step(using random: inout SeededGenerator) -> Bool {
        guard let way = clock.ways.randomElement(using: &random) else { return false }
        clock.arrive(way)
        return true
    }

    /// Every hop arrives, and those that they lead to.
    func run() {
        while let way = clock.ways.first { clock.arrive(way) }
    }

    /// What is due by then happens. Prompt: with all hops between.
    func advance(_ time: TimeAmount, isPrompt: Bool) {
        let end = clock.now + time
        if isPrompt { run() }
        while clock.fireNext(until: end) {
            if isPrompt { run() }
        }
    }
}

final class ModelLoop: EventLoop {
    let number: Int
    private let clock: ModelClock

    init(number: Int, _ clock: ModelClock) {
        self.number = number
        self.clock = clock
    }

    var inEventLoop: Bool { clock.isCurrent(number) }
    var now: NIODeadline { clock.now }

    /// What happens on this loop by itself: a socket that can be read, say.
    func enter<Result>(_ body: () throws -> Result) rethrows -> Result {
        try clock.enter(number, body)
    }

    func execute(_ task: @escaping @Sendable () -> Void) { clock.send(to: number, task) }

    func scheduleTask<T>(deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        let promise = makePromise(of: T.self)
        let id = clock.schedule(on: number, deadline) {
            do { promise.assumeIsolated().succeed(try task()) } catch { promise.fail(error) }
        }
        return Scheduled(promise: promise, cancellationTask: { [clock] in clock.cancel(id) })
    }

    func scheduleTask<T>(in time: TimeAmount, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        scheduleTask(deadline: now + time, task)
    }

    func shutdownGracefully(queue _: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        callback(nil)
    }
}

/// What is under way between the loops, and which of them runs. Loops go by number; nil is the test itself.
final class ModelClock: Sendable {
    typealias Task = @Sendable () -> Void

    struct Way: Hashable {
        let source: Int?
        let target: Int
    }

    private struct State {
        var current: Int?
        var now = NIODeadline.uptimeNanoseconds(0)
        var hops: [(way: Way, task: Task)] = []
        var timers: [(id: Int, loop: Int, deadline: NIODeadline, task: Task)] = []
        var lastID = 0
    }

    private let state = Mutex(State())

    var now: NIODeadline { state.withLock(\.now) }
    func isCurrent(_ loop: Int) -> Bool { state.withLock { $0.current == loop } }

    func enter<Result>(_ loop: Int, _ body: () throws -> Result) rethrows -> Result {
        let before = state.withLock { state in
            let before = state.current
            state.current = loop
            return before
        }
        defer { state.withLock { $0.current = before } }
        return try body()
    }

    func send(to target: Int, _ task: @escaping Task) {
        state.withLock { $0.hops.append((Way(source: $0.current, target: target), task)) }
    }

    /// On which something is under way, the oldest first.
    var ways: [Way] {
        state.withLock { state in
            var seen: Set<Way> = []
            return state.hops.map(\.way).filter { seen.insert($0).inserted }
        }
    }

    /// The oldest on this way.
    func arrive(_ way: Way) {
        let task = state.withLock { state in
            state.hops.firstIndex { $0.way == way }.map { state.hops.remove(at: $0).task }
        }
        if let task { enter(way.target, task) }
    }

    func schedule(on loop: Int, _ deadline: NIODeadline, _ task: @escaping Task) -> Int {
        state.withLock { state in
            state.lastID += 1
            state.timers.append((state.lastID, loop, deadline, task))
            return state.lastID
        }
    }

    func cancel(_ id: Int) { state.withLock { $0.timers.removeAll { $0.id == id } } }

    /// The clock goes to the next timer, which runs. False: there is none until then, and the clock is there.
    func fireNext(until end: NIODeadline) -> Bool {
        let due = state.withLock { state -> (loop: Int, task: Task)? in
            guard let index = state.timers.indices.min(by: { state.timers[$0].deadline < state.timers[$1].deadline }),
                state.timers[index].deadline <= end
            else {
                state.now = max(state.now, end)
                return nil
            }
            let timer = state.timers.remove(at: index)
            state.now = max(state.now, timer.deadline)
            return (timer.loop, timer.task)
        }
        guard let due else { return false }
        enter(due.loop, due.task)
        return true
    }
}
