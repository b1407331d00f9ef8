import NIOCore

/// What the audiences of one event loop share, whatever their board: the time of those who do not read, and of those whose token
/// ends. Owned by the loop.
final class Shard {
    private let eventLoop: any EventLoop
    private let drainTimeout: TimeAmount
    private var laggards: [Subscriber] = []
    private var isWatchingLaggards = false
    private var leases = Leases()
    private var isWatchingLeases = false

    init(eventLoop: any EventLoop, options: BroadcastOptions) {
        self.eventLoop = eventLoop
        drainTimeout = options.drainTimeout
    }

    /// It lags from now on: it must drain in time, or is sent away.
    func watch(_ subscriber: Subscriber) {
        subscriber.lagEnds = eventLoop.now + drainTimeout
        if !subscriber.isListedAsLagging {
            subscriber.isListedAsLagging = true
            laggards.append(subscriber)
        }
        if !isWatchingLaggards { watchLaggards() }
    }

    /// It has come: its audience is told when its token ends.
    func lease(_ subscriber: Subscriber) {
        guard case .known(let end, _) = subscriber.access else { return }
        leases.add(subscriber, until: end, now: eventLoop.now)
        if !isWatchingLeases { watchLeases() }
    }

    /// It has gone.
    func endLease(of subscriber: Subscriber) {
        if case .known(let end, _) = subscriber.access { leases.remove(subscriber, until: end) }
    }

    private func watchLeases() {
        isWatchingLeases = true
        eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { [weak self] in self?.lookAtLeases() }
    }

    private func lookAtLeases() {
        for subscriber in leases.takeEnded(now: eventLoop.now) { subscriber.audience.leaseEnded(subscriber) }
        if leases.isEmpty { isWatchingLeases = false } else { watchLeases() }
    }

    /// One timer for all of them, while there are any.
    private func watchLaggards() {
        isWatchingLaggards = true
        eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { [weak self] in self?.lookAtLaggards() }
    }

    private func lookAtLaggards() {
        let now = eventLoop.now
        let listed = laggards
        laggards.removeAll()
        for subscriber in listed {
            subscriber.isListedAsLagging = false
            guard subscriber.phase == .lagging else { continue }
            if subscriber.isWritable {
                subscriber.audience.drained(subscriber)
            } else if now >= subscriber.lagEnds {
                subscriber.audience.sendAway(subscriber)
            } else {
                subscriber.isListedAsLagging = true
                laggards.append(subscriber)
            }
        }
        if laggards.isEmpty { isWatchingLaggards = false } else { watchLaggards() }
    }
}
