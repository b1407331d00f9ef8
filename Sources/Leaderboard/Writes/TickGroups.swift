import NIOCore
import RedisClient

/// Group commit: updates of one board on one event loop go to Redis as one call, for most of what an update costs Redis is what a
/// call costs once. Owned by the loop.
///
/// A group is what has come when the tick ends, as the bytes of a tick leave in one write. While a call of the board is under way, and
/// Redis is quick, it is what has come when that is answered: at half of the top rate, where a tick has one update or two, Redis
/// and the service have more time than they would otherwise. An update that meets nobody leaves at once, and none waits for another
/// for longer than twice the limit.
final class TickGroups {
    private let redis: RedisConnections
    private let eventLoop: any EventLoop
    /// By their boards, in their seasons: those with updates that have not left, or with calls under way.
    private var groups: [ObjectIdentifier: UpdateGroup] = [:]
    /// The one of these that was asked for last.
    private var current: UpdateGroup?
    /// Those that leave when this tick ends.
    private var due: [UpdateGroup] = []
    /// Empty ones, whose memory is used again.
    private var spare: [UpdateGroup] = []
    /// How long the last call took. None is gathered behind the first.
    private var lastTook: TimeAmount?
    private var isWatching = false

    private static let maximumSpare = 16
    private let gatheringLimit: TimeAmount

    /// - Parameter gatheringLimit: where an answer takes longer, for Redis is far, busy, or waits for replicas, updates do not wait
    ///   for it.
    init(redis: RedisConnections, eventLoop: any EventLoop, gatheringLimit: TimeAmount = .milliseconds(2)) {
        self.redis = redis
        self.eventLoop = eventLoop
        self.gatheringLimit = gatheringLimit
    }

    func add(_ call: UpdateCall, by head: WriteHead, _ continuation: ReplyContinuation) {
        var group = group(by: head)
        if !group.takes(call) {
            send(group)
            // It was let go of if it was answered at once: there is no connection any more.
            group = self.group(by: head)
        }
        group.add(call, continuation)
        if isGathering(group) { watch() } else { leaveSoon(group) }
    }

    /// Whether its updates wait for the call under way.
    private func isGathering(_ group: UpdateGroup) -> Bool {
        guard let since = group.underWaySince, let lastTook, lastTook < gatheringLimit else { return false }
        return NIODeadline.now() - since < gatheringLimit
    }

    /// Behind a call that takes too long nobody waits: one timer for all, which stays when the answer has come.
    private func watch() {
        guard !isWatching else { return }
        isWatching = true
        eventLoop.assumeIsolated().scheduleTask(in: gatheringLimit) {
            self.isWatching = false
            for group in self.groups.values where group.count > 0 {
                if self.isGathering(group) { self.watch() } else { self.leaveSoon(group) }
            }
        }
    }

    private func group(by head: WriteHead) -> UpdateGroup {
        if let current, current.head === head { return current }
        let group = groups[ObjectIdentifier(head)] ?? makeGroup(by: head)
        current = group
        return group
    }

    private func makeGroup(by head: WriteHead) -> UpdateGroup {
        let group = spare.popLast() ?? UpdateGroup(head)
        group.begin(head)
        groups[ObjectIdentifier(head)] = group
        return group
    }

    private func leaveSoon(_ group: UpdateGroup) {
        guard !group.isDue else { return }
        group.isDue = true
        due.append(group)
        if due.count == 1 { eventLoop.assumeIsolated().execute { self.sendDue() } }
    }

    private func sendDue() {
        // Who is told of an error may come again at once: in the next tick.
        let leaving = due
        due.removeAll(keepingCapacity: true)
        for group in leaving {
            group.isDue = false
            send(group)
        }
    }

    private func send(_ group: UpdateGroup) {
        let (call, waiting) = group.take()
        let sent = NIODeadline.now()
        group.left(at: sent)
        let owned = NIOLoopBound((groups: self, group: group), eventLoop: eventLoop)
        redis.send(call, isDurable: true, on: eventLoop) { reply in
            waiting.resume(reply)
            owned.value.groups.answered(owned.value.group, sent: sent)
        }
    }

    private func answered(_ group: UpdateGroup, sent: NIODeadline) {
        lastTook = .now() - sent
        group.wasAnswered()
        guard group.underWaySince == nil else { return }
        if group.count > 0 { leaveSoon(group) } else if !group.isDue { letGo(group) }
    }

    private func letGo(_ group: UpdateGroup) {
        groups[ObjectIdentifier(group.head)] = nil
        if current === group { current = nil }
        if spare.count < Self.maximumSpare { spare.append(group) }
    }
}
