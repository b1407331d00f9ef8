import Board
import Metrics
import NIOCore

/// How subscribers come and go.
extension Home {
    /// A new subscriber.
    func join(_ join: Join, cursor: Cursor?) {
        // The newcomer starts where the others are.
        deliver()
        audiences[join.audience].counts[join.group.index] += 1
        metrics.joined(join.group)
        if join.group.kind == .users { watches.follow(join.users) }
        if feed.published == nil { waiting.append(join) } else { admit(join, cursor: cursor) }
        setAlarm()
    }

    func rejoin(_ join: Join) {
        watches.join(join)
        beginRound()
    }

    func left(_ join: Join) {
        audiences[join.audience].counts[join.group.index] -= 1
        metrics.left(join.group)
        if join.group.kind == .users {
            watches.unfollow(join.users)
            watches.abandon(join.id)
        }
        if !waiting.isEmpty { waiting.removeAll { $0.id == join.id } }
    }

    /// What has been published is delivered by now.
    func admit(_ join: Join, cursor: Cursor?) {
        guard let published = feed.published else { return }
        if join.group.kind == .users { return rejoin(join) }
        var first: ByteBuffer?
        if join.group.kind == .all, let cursor, let missed = feed.missed(since: cursor) {
            metrics.resumed.increment()
            first = Message.changes(to: published.cursor, from: cursor.seq &+ 1, missed, of: board)
        }
        let subscriber = join.subscriber
        audiences[join.audience].reference.run { [first] in
            $0.admit(subscriber.value, published, first: first)
        }
    }
}
