import Leaderboard

/// How far the reviews of one board are, and when what was kept waiting is asked for again. Without I/O.
struct ReviewProgress {
    private struct Kept {
        let id: AuditID
        var due: ContinuousClock.Instant
        /// After which it is due once more.
        var pause: Duration
    }

    /// Behind which nothing has been asked for yet.
    var seen = AuditID.zero
    /// As many as wait on a board, at most; who was asked for last stands last.
    private var kept: [Kept] = []
    private let definition: BoardDefinition
    private let pace: HeldReviews.Pace
    private let since: ContinuousClock.Instant

    init(_ definition: BoardDefinition, _ pace: HeldReviews.Pace, at now: ContinuousClock.Instant) {
        (self.definition, self.pace, since) = (definition, pace, now)
    }

    /// False: it is begun anew, with all that waits. Another definition may have other bounds.
    func goesOn(_ definition: BoardDefinition, at now: ContinuousClock.Instant) -> Bool {
        definition == self.definition && now - since <= pace.rest
    }

    /// It goes on waiting. A suspension is looked for at each beat, which costs next to nothing; for a bound the audit is read, and so it is
    /// asked for ever less often.
    mutating func keep(_ id: AuditID, _ why: Reviewed, at now: ContinuousClock.Instant) {
        let last = kept.firstIndex { $0.id == id }.map { kept.remove(at: $0).pause }
        let pause = if case .scoreLimit = why { last.map { min($0 * 2, pace.rest) } ?? pace.beat } else { pace.beat }
        kept.append(Kept(id: id, due: now + pause, pause: pause))
    }

    mutating func forget(_ id: AuditID) { kept.removeAll { $0.id == id } }

    /// One that is due. It is due again one pause later, whatever becomes of it now.
    mutating func next(at now: ContinuousClock.Instant) -> AuditID? {
        guard let place = kept.firstIndex(where: { $0.due <= now }) else { return nil }
        var one = kept.remove(at: place)
        one.due = now + one.pause
        kept.append(one)
        return one.id
    }
}
