import Board
import NIOCore
import Seasons

/// How the feed of a window goes from season to season, and how that of a board goes on meanwhile.
extension Feed {
    /// A change, to who sees a season of a window.
    mutating func receive(_ change: Change, in place: SeasonPlace, at position: Cursor, now: NIODeadline)
        -> [FeedAction]
    {
        guard let seq = change.seq else { return [] }
        if let epoch = change.epoch, epoch != place.epoch { return resync(.epoch, now: now) }
        if seq <= position.seq { return [] }
        if seq != position.seq &+ 1 { return resync(.hole, now: now) }
        switch place.meaning(of: change) {
        case .unknown: return resync(.replaced, now: now)
        case .nothing: return pass(to: seq, now: now)
        case .score(let score, let increase):
            self.position = Cursor(epoch: position.epoch, seq: seq)
            return apply(change, to: score, by: increase, at: seq, now: now)
        }
    }

    /// A hidden user's change, to nobody: the next frame tells that nothing was missed.
    mutating func receiveUnseen(_ change: Change, at position: Cursor, now: NIODeadline) -> [FeedAction] {
        guard let seq = change.seq else { return [] }
        if let epoch = change.epoch, epoch != place?.epoch ?? position.epoch { return resync(.epoch, now: now) }
        if seq <= position.seq { return [] }
        if seq != position.seq &+ 1 { return resync(.hole, now: now) }
        return pass(to: seq, now: now)
    }

    /// Seasons of the board's windows begin. What stands, stands; only who sees one that has ended needs other standings.
    mutating func begun(_ begun: BegunWindows, now: NIODeadline) -> [FeedAction] {
        record(.begun(begun))
        guard mode == .following, let position else { return [] }
        if begun.cursor.epoch != place?.epoch ?? position.epoch { return resync(.epoch, now: now) }
        if begun.cursor.seq <= position.seq { return [] }
        if begun.cursor.seq != position.seq &+ 1 { return resync(.hole, now: now) }
        if let place {
            guard let same = place.after(begun) else { return lastChanges + resync(.season, now: now) }
            self.place = same
        }
        return pass(to: begun.cursor.seq, now: now)
    }

    /// The season that is shown should be over: a look tells.
    mutating func seasonIsOver(now: NIODeadline) -> [FeedAction] {
        guard mode != .lost else {
            verifyAt = now
            return fetchIfDue(now: now)
        }
        // One that is under way may have been made before.
        return mode == .following ? lastChanges + resync(.season, now: now) : []
    }

    /// What has come in the season goes out before its end is told.
    private var lastChanges: [FeedAction] { window.dueAt == nil ? [] : [.flush] }

    /// Something happened that changes nothing here. The next frame tells that nothing was missed.
    mutating func pass(to seq: Int, now: NIODeadline) -> [FeedAction] {
        guard let position else { return [] }
        self.position = Cursor(epoch: position.epoch, seq: seq)
        window.pass(seq)
        return fetch == nil ? [] : compareIfReached(now: now)
    }

    func isOther(_ place: SeasonPlace?) -> Bool { self.place?.season.id != place?.season.id }
}
