import NIOCore
import RedisClient

/// Group commit: the updates of one board that reach an event loop in one tick go to Redis as one call, for most of what an update
/// costs Redis is what a call costs once. Nobody waits for a group to fill: it is what is there when the tick ends, as the bytes of
/// a tick leave in one write. Owned by the loop.
final class TickGroups {
    private let redis: RedisConnections
    private let eventLoop: any EventLoop
    /// That of the board, in its seasons, whose update came first in this tick.
    private var current: UpdateGroup?
    /// Those of others.
    private var others: [ObjectIdentifier: UpdateGroup] = [:]
    /// Empty ones, whose memory is used again.
    private var spare: [UpdateGroup] = []
    private var isSendingDue = false

    private static let maximumSpare = 16

    init(redis: RedisConnections, eventLoop: any EventLoop) {
        self.redis = redis
        self.eventLoop = eventLoop
    }

    func add(_ call: UpdateCall, by head: WriteHead, _ continuation: ReplyContinuation) {
        let group = group(by: head)
        if !group.takes(call) { send(group) }
        group.add(call, continuation)
        guard !isSendingDue else { return }
        isSendingDue = true
        eventLoop.assumeIsolated().execute { self.sendAll() }
    }

    private func group(by head: WriteHead) -> UpdateGroup {
        guard let current else {
            let new = makeGroup(by: head)
            current = new
            return new
        }
        if current.head === head { return current }
        if let known = others[ObjectIdentifier(head)] { return known }
        let new = makeGroup(by: head)
        others[ObjectIdentifier(head)] = new
        return new
    }

    private func makeGroup(by head: WriteHead) -> UpdateGroup {
        guard let group = spare.popLast() else { return UpdateGroup(head) }
        group.begin(head)
        return group
    }

    private func sendAll() {
        isSendingDue = false
        if let current { leave(current) }
        current = nil
        guard !others.isEmpty else { return }
        for group in others.values { leave(group) }
        others.removeAll(keepingCapacity: true)
    }

    private func leave(_ group: UpdateGroup) {
        send(group)
        if spare.count < Self.maximumSpare { spare.append(group) }
    }

    private func send(_ group: UpdateGroup) {
        let (call, waiting) = group.take()
        redis.send(call, isDurable: true, on: eventLoop) { waiting.resume($0) }
    }
}
