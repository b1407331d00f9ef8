import Board
import NIOCore

/// How the feed finds its way back to the truth: one read of the source at a time, with the changes that arrive
/// meanwhile recorded, so that a snapshot of the past can be rolled forward to the present and compared, or taken over.
///
/// What calls for a snapshot while one is read, or while the window of the last one is still open, waits for its end. A
/// read that was made for an earlier call is shown all the same: under a stream of such calls the viewers get one
/// snapshot for each window, each newer than the last.
extension Feed {
    struct Fetch {
        let number: Int
        let startedAt: NIODeadline
        /// What Redis had certainly reached when the read began.
        let startedFrom: Cursor?
        /// Continuity was lost before it began, and it is to bridge that.
        let isForResync: Bool
        /// Continuity was lost again since it began: another read has to follow.
        var isOutdated = false
        /// Changes were missed since it began: its answer cannot be brought up to now.
        var isVoid = false
        var recorded: [Recorded] = []
        var hasOverflown = false
        /// The answer, while the stream has not reached it yet.
        var answer: Answer?
        var answeredAt = NIODeadline.uptimeNanoseconds(0)
    }

    /// What came over the stream.
    enum Recorded {
        case change(Change)
        case begun(BegunWindows)

        /// Nil: it has no place of its own.
        var seq: Int? {
            switch self {
            case .change(let change): change.seq
            case .begun(let begun): begun.cursor.seq
            }
        }

        var epoch: String? {
            switch self {
            case .change(let change): change.epoch
            case .begun(let begun): begun.cursor.epoch
            }
        }
    }

    /// What the source answered.
    struct Answer {
        let snapshot: Snapshot
        /// Of a window.
        let place: SeasonPlace?
        /// Of the season that was shown before, if that is another.
        let ended: LastStandings?

        /// As the stream's events have it.
        var epoch: String { place?.epoch ?? snapshot.epoch }
    }

    /// The first look at the source is the subscription's, which comes in a moment; only without one there is another. A feed
    /// that has shown standings before it followed cannot tell what it missed between, and so takes no cursors for a while.
    mutating func begin(now: NIODeadline) {
        if mode == .lost, position == nil { verifyAt = now + options.verifyInterval }
    }

    /// The subscription is up: whatever came before may have been missed.
    mutating func subscriptionLive(now: NIODeadline) -> [FeedAction] {
        resync(position == nil ? .start : .subscription, now: now)
    }

    /// Whatever was read before may hold who has left.
    mutating func standingsReplaced(now: NIODeadline) -> [FeedAction] {
        mode == .lost ? [] : resync(.replaced, now: now)
    }

    mutating func subscriptionLost() {
        mode = .lost
        isCaughtUp = false
        if fetch?.answer == nil { fetch?.isVoid = true } else { fetch = nil }
    }

    /// When `wake` must be called at the latest.
    @inline(__always)
    var nextWake: NIODeadline {
        var wake = NIODeadline.distantFuture
        if let due = window.dueAt { wake = min(wake, due) }
        if owesReveal { wake = min(wake, pace.nextSnapshot) }
        guard let fetch else { return min(wake, fetchDueAt) }
        wake = min(wake, verifyAt)
        return min(wake, fetch.answer == nil ? fetch.startedAt + options.sourceTimeout : patienceEnds(fetch))
    }

    /// The time has come for something: a window, a snapshot, a retry, a verification. Called too early, it does nothing.
    mutating func wake(now: NIODeadline) -> [FeedAction] {
        var actions: [FeedAction] = []
        if let due = window.dueAt, now >= due { actions.append(.flush) }
        if owesReveal, now >= pace.nextSnapshot { actions.append(.reveal) }
        guard let fetch else { return actions + fetchIfDue(now: now) }
        if fetch.answer != nil, now >= patienceEnds(fetch) { return actions + resync(.behind, now: now) }
        if fetch.answer == nil, now >= fetch.startedAt + options.sourceTimeout {
            return actions + failed(fetch.number, now: now)
        }
        if now >= verifyAt { verifyAt = now + options.verifyInterval }
        return actions
    }

    /// The source's answer. One that was given up meanwhile is ignored.
    mutating func arrived(
        _ snapshot: Snapshot,
        of place: SeasonPlace? = nil,
        after ended: LastStandings? = nil,
        number: Int,
        now: NIODeadline
    ) -> [FeedAction] {
        guard let fetch, fetch.number == number, fetch.answer == nil else { return [] }
        let answer = Answer(snapshot: snapshot, place: place, ended: ended)
        failures = 0
        if fetch.isVoid || fetch.isOutdated && !fetch.isForResync {
            self.fetch = nil
            return fetchIfDue(now: now)
        }
        verifyAt = now + options.verifyInterval
        switch mode {
        case .resyncing(let reason):
            return takeOver(answer, fetch, because: reason, now: now)
        case .lost:
            self.fetch = nil
            let polled = TopStandings(snapshot, capacity: options.copiedUsers)
            let cursor = snapshot.cursor
            if position == cursor, polled.agrees(with: top) { return [] }
            guard now >= pace.nextSnapshot else {
                verifyAt = min(verifyAt, pace.nextSnapshot)
                return []
            }
            return adopt(
                polled,
                at: cursor,
                in: place,
                after: ended,
                because: position == nil ? .start : isOther(place) ? .season : .differs,
                now: now
            )
        case .following:
            guard let started = fetch.startedFrom, snapshot.epoch == started.epoch, snapshot.seq >= started.seq else {
                // Another season; wiped, or restored to what it was earlier.
                return takeOver(answer, fetch, because: isOther(place) ? .season : .epoch, now: now)
            }
            // It ended between two looks, and no other season shows it.
            if ended != nil, owesLastTurn { return takeOver(answer, fetch, because: .season, now: now) }
            self.fetch?.answer = answer
            self.fetch?.answeredAt = now
            return compareIfReached(now: now)
        }
    }

    /// The board is frozen: its viewers see what it was then, and the stream waits for the event that reveals it, or the look that
    /// finds it so. Its mode stays one in which no change is applied.
    mutating func frozen(
        _ look: FrozenLook,
        at snapshot: Snapshot,
        in place: SeasonPlace? = nil,
        number: Int,
        now: NIODeadline
    ) -> [FeedAction] {
        guard isAwaited(number), let fetch else { return [] }
        self.fetch = nil
        failures = 0
        verifyAt = now + options.verifyInterval
        // What has not gone out is of before it, or of after.
        window.clear(keepsArrivals: top.order.isByArrival)
        if mode != .lost {
            mode = .resyncing(.replaced)
            isCaughtUp = true
            // Whatever has happened since that read began: it may have been revealed.
            if fetch.isOutdated || fetch.isVoid { verifyAt = now }
        }
        let shown = TopStandings(snapshot, capacity: options.copiedUsers)
        guard frozen != look || position != snapshot.cursor || !shown.agrees(with: top) else {
            return fetchIfDue(now: now)
        }
        guard now >= pace.nextSnapshot else {
            verifyAt = min(verifyAt, pace.nextSnapshot)
            return []
        }
        return adopt(
            shown,
            at: snapshot.cursor,
            in: place,
            after: nil,
            frozen: look,
            because: position == nil ? .start : .replaced,
            now: now
        )
    }

    /// The source has no such board. Whether it comes to be is looked at from time to time, and when somebody wants it.
    mutating func gone(_ number: Int, now: NIODeadline) -> [FeedAction] {
        guard isAwaited(number) else { return [] }
        fetch = nil
        failures = 0
        forget(now: now)
        verifyAt = now + options.verifyInterval
        return [.dismiss]
    }

    /// Somebody wants to see the board, of which nothing is known.
    mutating func wanted(now: NIODeadline) -> [FeedAction] {
        guard isGone else { return [] }
        verifyAt = now
        return fetchIfDue(now: now)
    }

    /// Whether this read's answer is news.
    func isAwaited(_ number: Int) -> Bool { fetch?.number == number && fetch?.answer == nil }

    /// The source could not be read.
    mutating func failed(_ number: Int, now: NIODeadline) -> [FeedAction] {
        guard let fetch, fetch.number == number, fetch.answer == nil else { return [] }
        self.fetch = nil
        // Of a subscription that has ended since it says nothing of this one.
        if fetch.isVoid { return fetchIfDue(now: now) }
        retryLater(now: now)
        return []
    }

    /// Compares with what the source answered as soon as the stream is there.
    mutating func compareIfReached(now: NIODeadline) -> [FeedAction] {
        guard let fetch, let answer = fetch.answer, let position, position.seq >= answer.snapshot.seq else { return [] }
        self.fetch = nil
        if fetch.hasOverflown { return [] }
        guard let rolled = roll(answer, over: fetch.recorded), rolled.cursor == position else {
            return resync(.differs, now: now)
        }
        guard rolled.top.agrees(with: top) else {
            guard now >= pace.nextSnapshot else { return resync(.differs, now: now) }
            return adopt(rolled.top, at: position, in: rolled.place, after: nil, because: .differs, now: now)
        }
        place = rolled.place
        if rolled.top.rows.count > top.rows.count || top.wantsRefill { top = rolled.top }
        return []
    }

    mutating func resync(_ reason: ResyncReason, now: NIODeadline) -> [FeedAction] {
        mode = .resyncing(reason)
        verifyAt = now
        if fetch?.answer != nil { fetch = nil }
        // A read that began earlier may not know what has just been missed. By a fall nothing was.
        if reason != .fall { fetch?.isOutdated = true }
        return fetchIfDue(now: now)
    }

    /// When the source is read next, if that is not going on.
    @inline(__always)
    private var fetchDueAt: NIODeadline {
        let due = max(verifyAt, pace.nextRead)
        // What is read to be shown at once is not read before it may be shown.
        return isResyncing ? max(due, pace.nextSnapshot) : due
    }

    mutating func fetchIfDue(now: NIODeadline) -> [FeedAction] {
        guard fetch == nil, now >= fetchDueAt else { return [] }
        fetchNumber += 1
        fetch = Fetch(number: fetchNumber, startedAt: now, startedFrom: position, isForResync: isResyncing)
        pace.noteRead(now: now)
        verifyAt = now + options.verifyInterval
        return [.fetch(fetchNumber)]
    }

    mutating func record(_ event: Recorded) {
        // Not bound to a name: a second reference would make each append copy the array.
        // Behind what made the read outdated, the board may be one that is not shown: another read follows, and tells.
        guard fetch?.hasOverflown == false, fetch?.isOutdated == false, let count = fetch?.recorded.count else {
            return
        }
        if count < options.maximumRecordedChanges {
            self.fetch?.recorded.append(event)
        } else {
            self.fetch?.hasOverflown = true
            self.fetch?.recorded = []
        }
    }

    private mutating func takeOver(
        _ answer: Answer,
        _ fetch: Fetch,
        because reason: ResyncReason,
        now: NIODeadline
    ) -> [FeedAction] {
        self.fetch = nil
        guard !fetch.hasOverflown, let rolled = roll(answer, over: fetch.recorded) else {
            mode = .resyncing(fetch.hasOverflown ? .overflow : reason)
            retryLater(now: now)
            return []
        }
        guard now >= pace.nextSnapshot else { return resync(reason, now: now) }
        isCaughtUp = true
        if fetch.isOutdated { verifyAt = now } else { mode = .following }
        return adopt(
            rolled.top,
            at: rolled.cursor,
            in: rolled.place,
            after: answer.ended,
            because: reason,
            now: now
        )
    }

    private struct Rolled {
        var top: TopStandings
        var cursor: Cursor
        var place: SeasonPlace?
    }

    /// The answer with what happened since. Nil when what was recorded does not join on to it.
    private func roll(_ answer: Answer, over recorded: [Recorded]) -> Rolled? {
        let snapshot = answer.snapshot
        var rolled = Rolled(
            top: TopStandings(snapshot, capacity: options.copiedUsers),
            cursor: snapshot.cursor,
            place: answer.place
        )
        // Whatever was published before an event that the snapshot knows, it knows too.
        let known = recorded.lastIndex { event in
            event.seq.map { $0 <= snapshot.seq && event.epoch ?? answer.epoch == answer.epoch } ?? false
        }
        for event in recorded[(known.map { $0 + 1 } ?? 0)...] {
            if let next = event.seq {
                guard event.epoch ?? answer.epoch == answer.epoch, next == rolled.cursor.seq &+ 1 else { return nil }
                rolled.cursor = Cursor(epoch: snapshot.epoch, seq: next)
            }
            guard roll(&rolled, over: event) else { return nil }
        }
        return rolled
    }

    /// False: only another look can tell what it did.
    private func roll(_ rolled: inout Rolled, over event: Recorded) -> Bool {
        switch event {
        case .begun(let begun):
            guard let place = rolled.place else { return true }
            rolled.place = place.after(begun)
            return rolled.place != nil
        case .change(let change) where change.isUnseen: return true
        case .change(let change):
            switch rolled.place?.meaning(of: change) {
            case nil: _ = rolled.top.set(change.user, to: change.score, isReached: change.increase != 0)
            case .score(let score, let increase): _ = rolled.top.set(change.user, to: score, isReached: increase != 0)
            case .nothing: break
            case .unknown: return false
            }
            return true
        }
    }

    /// 50 ms, 100 ms, … up to the verification's own pace.
    private mutating func retryLater(now: NIODeadline) {
        let pause = TimeAmount.milliseconds(50) * (1 << min(failures, 8))
        failures += 1
        verifyAt = now + min(pause, options.verifyInterval)
    }

    /// A stream that has not come to where Redis is by then has lost something, even if nothing shows a hole.
    private func patienceEnds(_ fetch: Fetch) -> NIODeadline {
        fetch.answeredAt + TimeAmount.nanoseconds(options.verifyInterval.nanoseconds / 2)
    }
}
