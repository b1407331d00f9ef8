import Metrics
import NIOCore

/// Followed users: rounds of ``Watches``, with the source asked for the ranks.
extension Home {
    /// The source is asked once in ``SnapshotPace/shortest`` at most: each snapshot has all followers told anew, and a
    /// stream of snapshots shall not become a stream of questions.
    func beginRound() {
        guard watches.isRoundDue, let published = feed.published else { return }
        let now = eventLoop.now
        guard now >= nextRound else { return setAlarm() }
        guard let round = watches.begin(published, feed.top, frozen: feed.frozen) else { return }
        if round.asked.isEmpty { return conclude(watches.end(round.number, answer: [])) }
        nextRound = now + SnapshotPace.shortest
        source.standings(round.asked, published.seasonID, eventLoop).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let answer) where answer.shownTo == shownTo:
                conclude(watches.end(round.number, answer: answer.value))
            // A look at the board will find what has changed.
            case .success: if let outcome = watches.fail(round.number) { send(outcome) }
            case .failure: roundFailed(round.number)
            }
        }
    }

    /// What waits is tried again when the alarm for looking around rings.
    private func roundFailed(_ number: Int) {
        metrics.sourceFailures.increment()
        if let outcome = watches.fail(number) { send(outcome) }
    }

    private func conclude(_ outcome: Watches.Outcome?) {
        guard let outcome else { return }
        send(outcome)
        beginRound()
        setAlarm()
    }

    private func send(_ outcome: Watches.Outcome) {
        if !outcome.changes.isEmpty || !outcome.gone.isEmpty {
            let changes = WatchedChanges(
                cursor: outcome.cursor,
                season: outcome.published.seasonID,
                changes: outcome.changes.map { ($0.change.user, Message.change($0.change, rank: $0.rank)) },
                gone: outcome.gone
            )
            for audience in audiences where audience.has(.users) {
                audience.reference.run { $0.deliver(changes) }
            }
        }
        for (join, users) in outcome.admitted {
            let name = subject(join.group.form, outcome.published)
            let message = Message.snapshot(
                outcome.published,
                users: users,
                of: name,
                said: join.group.form.includesMetadata ? said.known : nil,
                now: eventLoop.now
            )
            audiences[join.audience].reference.run { [subscriber = join.subscriber] in
                $0.admit(subscriber.value, outcome.published, first: message)
            }
        }
    }
}
