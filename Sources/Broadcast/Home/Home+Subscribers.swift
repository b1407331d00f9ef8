import Metrics
import NIOCore

/// How subscribers come and go.
extension Home {
    /// A new subscriber.
    func join(_ join: Join, _ transport: Transport, cursor: Cursor?) {
        // The outbox has a place for each transport that there was.
        deliver()
        while transports.count <= join.group.transport { transports.append(transport) }
        let index = join.group.index
        while shards[join.shard].counts.count <= index { shards[join.shard].counts.append(0) }
        shards[join.shard].counts[index] += 1
        if meters[join.group] == nil {
            meters[join.group] = metrics.subscribers(transport: transport.name, view: join.group.kind)
        }
        meters[join.group]?.increment(by: 1)
        if join.group.kind == .users { watches.follow(join.users) }
        if feed.published == nil { waiting.append(join) } else { admit(join, cursor: cursor) }
        setAlarm()
    }

    func rejoin(_ join: Join) {
        watches.join(join)
        beginRound()
    }

    func left(_ join: Join) {
        let index = join.group.index
        shards[join.shard].counts[index] -= 1
        meters[join.group]?.decrement(by: 1)
        if join.group.kind == .users {
            watches.unfollow(join.users)
            watches.abandon(join.id)
        }
        if !waiting.isEmpty { waiting.removeAll { $0.id == join.id } }
    }

    /// What has been published and not delivered yet is delivered by now: the newcomer starts where the others are.
    func admit(_ join: Join, cursor: Cursor?) {
        guard let published = feed.published else { return }
        if join.group.kind == .users { return rejoin(join) }
        var first: ByteBuffer?
        if join.group.kind == .all, let cursor, let missed = feed.missed(since: cursor) {
            metrics.resumed.increment()
            first = Message.changes(to: published.cursor, from: cursor.seq &+ 1, missed)
        }
        let subscriber = join.subscriber
        shards[join.shard].reference.run { [transports, first] in
            $0.admit(subscriber.value, transports, published, first: first)
        }
    }
}
