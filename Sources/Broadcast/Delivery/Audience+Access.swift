import NIOCore

/// Who may see the board. Who has shown a token may have come when it was for everybody, or have been a member then: where they may be so no
/// more, they are held until that has been looked up.
extension Audience {
    enum Verdict {
        case sees, waits
        case ends(EndReason)
    }

    func verdict(on subscriber: Subscriber) -> Verdict {
        // What is one user's own is shown to them for as long as they are known.
        guard shownTo != .everybody || subscriber.own != nil else { return .sees }
        switch subscriber.access {
        case .unknown: return .ends(shownTo.endOfUnknown)
        // To who was not found to be a member there is no such board.
        case .ended: return .ends(shownTo == .members ? .boardGone : .tokenExpired)
        case .known(_, let look):
            let sees = shownTo == .everybody || look?.holds(of: shownTo, doubtedSince: doubtedSince) == true
            return sees ? .sees : .waits
        }
    }

    /// To whom it is shown from now on. Comes before the standings of which it holds.
    /// - Parameter doubtedSince: who was found to be one of those before may be none any more.
    func show(to shownTo: ShownTo, doubtedSince: NIODeadline) {
        (self.shownTo, self.doubtedSince) = (shownTo, doubtedSince)
        var holds = false
        for group in groups {
            for member in group {
                judge(member.subscriber)
                if member.subscriber.phase == .held { holds = true }
            }
        }
        if holds { onHeld(followed.board) }
    }

    /// Of those who are enrolled.
    private func judge(_ subscriber: Subscriber) {
        switch verdict(on: subscriber) {
        case .sees: if subscriber.phase == .held { release(subscriber) }
        case .waits: hold(subscriber)
        case .ends(let reason): end(subscriber, reason)
        }
    }

    private func hold(_ subscriber: Subscriber) {
        guard subscriber.phase == .following || subscriber.phase == .lagging else { return }
        subscriber.hasMissed = subscriber.phase == .lagging
        subscriber.phase = .held
        groups[subscriber.group.index][subscriber.slot].socket = nil
    }

    /// It comes, and is told nothing yet.
    func holdAlone(_ subscriber: Subscriber) {
        hold(subscriber)
        subscriber.hasMissed = true
        onHeld(followed.board)
    }

    /// One that cannot take the snapshot is left behind as any other.
    private func release(_ subscriber: Subscriber) {
        subscriber.phase = .following
        groups[subscriber.group.index][subscriber.slot].socket = subscriber.socket
        if subscriber.hasMissed { sendSnapshot(to: subscriber) }
    }

    /// It may see the board.
    func lookedUp(_ subscriber: Subscriber, _ look: RightsLook) {
        guard subscriber.phase != .ended, case .known(let end, _) = subscriber.access else { return }
        subscriber.access = .known(until: end, look: look)
        if subscriber.phase == .held, case .sees = verdict(on: subscriber) { release(subscriber) }
    }

    /// Its token holds no longer.
    func leaseEnded(_ subscriber: Subscriber) {
        let before = verdict(on: subscriber)
        subscriber.access = .ended
        switch verdict(on: subscriber) {
        case .ends(let reason): end(subscriber, { if case .sees = before { .tokenExpired } else { reason } }())
        case .sees, .waits: break
        }
    }

    /// It has another token, which holds longer, or not so long, or is no member's.
    func renew(_ subscriber: Subscriber, _ access: Access) {
        guard subscriber.phase != .ended else { return }
        shard.value.endLease(of: subscriber)
        subscriber.access = access
        shard.value.lease(subscriber)
        guard subscriber.phase != .joining else { return }
        judge(subscriber)
        if subscriber.phase == .held { onHeld(followed.board) }
    }
}
