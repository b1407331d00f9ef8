import Board
import Metrics
import NIOCore
import Seasons

/// Viewers of their own places: ``OwnPlaces``, with the source asked for rows, and for who is behind them. Of a board that has no such
/// viewers nothing is gathered, held or asked.
extension Home {
    func joinOwn(_ join: Join, _ wish: OwnWish) {
        audiences[join.audience].reference.run { [subscriber = join.subscriber] in $0.admitOwn(subscriber.value) }
        if own == nil {
            own = OwnPlaces(options: options, budget: ownRows.value)
            feed.gather(true)
            beginOwn()
        }
        own?.join(OwnViewer(join, wish))
        tendOwn()
    }

    func leaveOwn(_ id: ObjectIdentifier) {
        own?.leave(id)
        if own?.isEmpty == true { endOwn() }
    }

    /// It was left behind.
    func oweOwn(_ id: ObjectIdentifier) {
        own?.owe(id)
        tendOwn()
    }

    /// The user is hidden: only who watches as that user is told.
    func movedUnseen(_ user: String) {
        guard let own else { return }
        own.movedUnseen(user)
        tendOwn()
    }

    func endOwn() {
        own = nil
        feed.gather(false)
    }

    /// Other standings are shown, or the stream is lost.
    func beginOwn() {
        guard let own else { return }
        _ = feed.takeGathered()
        own.begin(
            at: feed.position,
            epoch: feed.place?.epoch ?? feed.position?.epoch,
            isFrozen: feed.frozen != nil,
            holdsRows: feed.isLive && feed.frozen == nil,
            now: eventLoop.now
        )
        tendOwn()
    }

    /// What is due is done: what has come over the stream is taken in, the source is asked, viewers are told.
    /// - Parameter atOnce: a window of the stream has just gone out.
    func tendOwn(atOnce: Bool = false) {
        guard let own else { return }
        let now = eventLoop.now
        if feed.isLive, let position = feed.position {
            own.add(feed.takeGathered(), to: position, now: now)
        } else {
            own.pass(now: now)
        }
        if let page = own.beginPage(now: now) { ask(page) }
        send(own.serve(atOnce: atOnce, now: now))
        if let (number, viewers) = own.beginRound(now: now) { ask(number, viewers.map(\.wish)) }
        own.rest(now: now)
        setAlarm()
    }

    private func ask(_ page: OwnPlaces.Page) {
        source.page(page.offset, page.limit, feed.place?.season.id, eventLoop).assumeIsolated().whenComplete {
            [self, weak own] result in
            guard let own, own === self.own else { return }
            if case .failure = result { metrics.sourceFailures.increment() }
            let now = eventLoop.now
            if feed.isLive, let position = feed.position { own.add(feed.takeGathered(), to: position, now: now) }
            own.pageArrived(page.number, try? result.get(), now: now)
            tendOwn()
        }
    }

    private func ask(_ number: Int, _ wishes: [OwnWish]) {
        source.own(wishes, feed.place?.season.id, feed.frozen != nil, eventLoop).assumeIsolated().whenComplete {
            [self, weak own] result in
            guard let own, own === self.own else { return }
            if case .failure = result { metrics.sourceFailures.increment() }
            let answer = try? result.get()
            // Otherwise a look at the board will find what has changed.
            own.roundEnded(number, answer?.shownTo == shownTo ? answer?.value : nil, now: eventLoop.now)
            tendOwn()
        }
    }

    /// Each its own message; those of one loop go there together.
    private func send(_ messages: [OwnPlaces.Message]) {
        guard !messages.isEmpty, let published = feed.published, let cursor = own?.cursor else { return }
        var batches = audiences.map { _ in [(subscriber: SubscriberReference, message: ByteBuffer)]() }
        for message in messages {
            let join = message.viewer.join
            let text = Message.own(
                message.viewer.wish.user,
                message.standing,
                passed: message.passed,
                overtook: message.overtook,
                at: cursor,
                frozen: feed.frozen,
                of: subject(join.group.form, published)
            )
            batches[join.audience].append((join.subscriber, text))
        }
        metrics.frames.increment(by: messages.count)
        for (audience, batch) in zip(audiences, batches) where !batch.isEmpty {
            audience.reference.run { $0.deliverOwn(batch, at: cursor) }
        }
    }
}
