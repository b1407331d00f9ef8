import Board
import Logging
import Metrics
import NIOCore

/// How subscribers come and go.
extension Home {
    /// A new subscriber.
    func join(_ join: Join, cursor: Cursor?) {
        // The newcomer starts where the others are.
        deliver()
        audiences[join.audience].counts[join.group.index] += 1
        if join.group.form.includesMetadata {
            audiences[join.audience].metadataViewers += 1
            noteShownRows()
        }
        metrics.joined(join.group)
        if join.group.kind == .users { watches.follow(join.users) }
        if feed.published == nil { waiting.append(join) } else { admit(join, cursor: cursor) }
        perform(feed.wanted(now: eventLoop.now))
    }

    func rejoin(_ join: Join) {
        // Nothing is known of the board any more.
        guard feed.published != nil else { return waiting.append(join) }
        watches.join(join)
        beginRound()
    }

    func left(_ join: Join) {
        audiences[join.audience].counts[join.group.index] -= 1
        if join.group.form.includesMetadata {
            audiences[join.audience].metadataViewers -= 1
            unsaid.removeAll { $0.join.id == join.id }
            if !hasMetadataViewers { said.forget() }
        }
        metrics.left(join.group)
        if join.group.kind == .users {
            watches.unfollow(join.users)
            watches.abandon(join.id)
        }
        if join.own != nil { leaveOwn(join.id) }
        if !waiting.isEmpty { waiting.removeAll { $0.id == join.id } }
    }

    /// What has been published is delivered by now.
    /// - Parameter isSaid: what users say of themselves is known by now, or is not to be waited for any longer.
    func admit(_ join: Join, cursor: Cursor?, isSaid: Bool = false) {
        guard let published = feed.published else { return waiting.append(join) }
        if join.group.form.includesMetadata, !isSaid, !said.knows(published.top) {
            return unsaid.append((join, cursor))
        }
        if join.group.kind == .users { return rejoin(join) }
        if let wish = join.own { return joinOwn(join, wish) }
        let name = subject(join.group.form, published)
        var first: ByteBuffer?
        if join.group.kind == .all, let cursor, let missed = feed.missed(since: cursor) {
            metrics.resumed.increment()
            first = Message.changes(to: published.cursor, from: cursor.seq &+ 1, missed, of: name)
        }
        let subscriber = join.subscriber
        let known = join.group.form.includesMetadata ? said.known : nil
        audiences[join.audience].reference.run { [first] in
            if let known { $0.know(known) }
            $0.admit(subscriber.value, published, first: first)
        }
    }

    /// To whom the board is shown from now on.
    /// - Parameter doubtedSince: who was found to be one of those before may be none any more.
    func show(to shownTo: ShownTo, doubtedSince: NIODeadline) {
        let isOther = shownTo != self.shownTo
        guard isOther || shownTo != .everybody && doubtedSince > shownSince else { return }
        (self.shownTo, shownSince) = (shownTo, doubtedSince)
        // What was sent when it was shown to all goes to all.
        deliver()
        for audience in audiences { audience.reference.run { $0.show(to: shownTo, doubtedSince: doubtedSince) } }
        if isOther, shownTo != .everybody {
            log("the board is private now: viewers without a token are sent away", .info)
        }
    }

    /// There is no such board, or window, any more.
    func dismiss() {
        let reason = isWindowGone ? EndReason.windowGone : .boardGone
        isWindowGone = false
        outbox = Outbox()
        endOwn()
        for audience in audiences where audience.counts.contains(where: { $0 > 0 }) {
            audience.reference.run { $0.dismiss(reason) }
        }
        let early = waiting + unsaid.map(\.join) + watches.takeJoins()
        waiting = []
        unsaid = []
        for join in early {
            audiences[join.audience].reference.run { [subscriber = join.subscriber] in
                $0.end(subscriber.value, reason)
            }
        }
    }
}
