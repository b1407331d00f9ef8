import Board
import NIOCore
import Seasons

/// What the subscribers have been shown: the best users, exactly at this place in the stream.
struct Published: Sendable, Equatable {
    var cursor: Cursor
    var top: [Standing]
    /// Nil: of the window that never ends.
    var season: ShownSeason?
    /// The board is frozen: these rows are of then. Nil: it is not.
    var frozen: FrozenLook?
    /// So many places before the rows are not shown yet.
    var coveredRows = 0
}

/// Why every subscriber got a new snapshot. The names are label values of the metrics.
enum ResyncReason: String, CaseIterable, Sendable {
    case start, subscription, hole, epoch, overflow, differs, behind, fall, replaced, season
}

/// What the owner of a feed has to do, in the order given.
enum FeedAction: Equatable {
    /// A window is full or over: take it with `takeWindow` and send it.
    case flush
    /// Continuity was lost and has been bridged: every subscriber gets a snapshot of `published`.
    case resnapshot(ResyncReason)
    /// The time has come for the snapshot that somebody's fall made necessary: take it with `takeReveal`.
    case reveal
    /// Read the source and report to `arrived`, `gone` or `failed` with this number.
    case fetch(Int)
    /// There is no such board: every subscriber is sent away.
    case dismiss
}

/// The protocol of the stream, without I/O and clock: what is applied, what is stale, what is a hole; when subscribers
/// are sent a frame, and when they need a snapshot; and whether what they were shown is still what Redis has.
///
/// Whoever owns it calls `wake` at `nextWake`. The last-known standings stay up while the stream is lost.
struct Feed {
    enum Mode: Equatable {
        /// The subscription is down. Changes are not to be had; the source is still polled by the verification.
        case lost
        /// Continuity is lost; a snapshot is under way.
        case resyncing(ResyncReason)
        case following
    }

    let options: BroadcastOptions
    var mode = Mode.lost
    /// The place of the last change applied; nil before the first snapshot. Of a window, its epoch names the season as well.
    var position: Cursor?
    /// Of a window, the season that is followed.
    var place: SeasonPlace?
    /// As Redis' clock was when the season was looked at last.
    var clock: RedisClock?
    /// A step from one season into another of which the subscribers are to be told.
    private var turn: SeasonTurn?
    /// Of what was adopted last.
    private(set) var frozen: FrozenLook?
    /// Of a window that has but one season, that season, once viewers have been told that it is over, or came when it was.
    private var overTold: Season?
    /// There is no such board, as far as is known.
    private(set) var isGone = false
    var top: TopStandings
    var window: Window
    var ring: Ring
    var published: Published?
    /// Changes whenever the standings may have.
    var version = 0
    /// The first rows differ from the published ones.
    private var topChanged = false
    /// Somebody came into the first rows without a change: who sees all changes is owed a snapshot.
    private(set) var owesReveal = false
    var pace: SnapshotPace
    /// Each change that was applied, until it is taken; nil: nobody wants them.
    private var gathered: [GatheredChange]?
    /// The standings were taken after the subscription had come up.
    var isCaughtUp = false
    var fetch: Fetch?
    var fetchNumber = 0
    var failures = 0
    var verifyAt = NIODeadline.uptimeNanoseconds(0)

    init(options: BroadcastOptions) {
        self.options = options
        top = TopStandings(capacity: options.copiedUsers)
        window = Window(length: options.window, maximumBytes: options.maximumFrameBytes)
        ring = Ring(maximumBytes: options.ringBytes)
        pace = SnapshotPace(window: options.window, longestPause: options.verifyInterval)
    }

    /// Whether the standings follow the stream without a break.
    ///
    /// In line, as `nextWake` is: to call it, the whole feed is copied, which cost an event 2 % of its time.
    @inline(__always)
    var isLive: Bool { mode == .following }

    /// Standings are about to be taken, for which every subscriber will get a snapshot.
    var isResyncing: Bool { if case .resyncing = mode { true } else { false } }

    /// One event of the stream.
    mutating func receive(_ change: Change, now: NIODeadline) -> [FeedAction] {
        record(.change(change))
        guard mode == .following, let position else { return [] }
        if change.isUnseen { return receiveUnseen(change, at: position, now: now) }
        if let place { return receive(change, in: place, at: position, now: now) }
        guard let seq = change.seq else {
            return apply(change, to: change.score, by: change.increase, at: position.seq, now: now)
        }
        if let epoch = change.epoch, epoch != position.epoch { return resync(.epoch, now: now) }
        if seq <= position.seq { return [] }
        if seq != position.seq &+ 1 { return resync(.hole, now: now) }
        self.position = Cursor(epoch: position.epoch, seq: seq)
        return apply(change, to: change.score, by: change.increase, at: seq, now: now)
    }

    mutating func apply(_ change: Change, to score: Int, by increase: Int?, at seq: Int, now: NIODeadline)
        -> [FeedAction]
    {
        version &+= 1
        if let index = top.set(change.user, to: score, isReached: increase != 0), index < options.scoreboardRows {
            topChanged = true
        }
        let placed = PlacedChange(
            user: change.user,
            score: score,
            increase: increase ?? 0,
            seq: seq,
            hasOwnSeq: change.seq != nil
        )
        ring.append(placed, now: now)
        gathered?.append(GatheredChange(change: placed, time: change.time))
        var actions: [FeedAction] = []
        if window.add(placed, time: change.time, now: now) { actions.append(.flush) }
        if top.isThin(for: options.scoreboardRows) { return actions + resync(.fall, now: now) }
        if fetch != nil { actions += compareIfReached(now: now) }
        if fetch == nil, top.wantsRefill {
            verifyAt = now
            actions += fetchIfDue(now: now)
        }
        return actions
    }

    /// Each change from now on is kept until it is taken, or none is.
    mutating func gather(_ isWanted: Bool) { gathered = isWanted ? [] : nil }

    mutating func takeGathered() -> [GatheredChange] {
        guard let taken = gathered, !taken.isEmpty else { return [] }
        gathered = []
        return taken
    }

    /// The window's changes as they go out, after which they are `published`. Nil when there are none.
    mutating func takeWindow(now: NIODeadline) -> Flush? {
        guard let position, !window.pending.isEmpty, let from = window.pending.from else { return nil }
        let before = published?.top ?? []
        let showsTop = publish(at: position)
        guard let published else { return nil }
        let changes = window.take(now: now)
        let revealsUsers =
            showsTop
            && published.top.contains { row in
                !changes.contains(row.user) && !before.contains { $0.isOfSameUser(as: row) }
            }
        if revealsUsers {
            owesReveal = true
            ring.restart(at: position.seq, closedUntil: now)
        }
        return Flush(from: from, changes: changes, published: published, showsTop: showsTop)
    }

    struct Flush {
        var from: Int
        var changes: MergedChanges
        var published: Published
        /// The first rows changed.
        var showsTop: Bool
    }

    /// What those who see all changes are to be sent, for somebody fell, so that a user came into the first rows without a
    /// change: who has only seen the changes since a snapshot cannot know of that user. Nil when nothing is owed, or not yet.
    mutating func takeReveal(now: NIODeadline) -> Published? {
        guard owesReveal, now >= pace.nextSnapshot else { return nil }
        owesReveal = false
        pace.noteSnapshot(now: now)
        return published
    }

    /// Returns whether the first rows changed. While they are not known, the last-known ones stay up.
    private mutating func publish(at cursor: Cursor) -> Bool {
        ring.published()
        guard published == nil || (topChanged && !top.isThin(for: options.scoreboardRows)) else {
            let season = shownSeason
            published?.cursor = cursor
            published?.season = season
            published?.frozen = frozen
            return false
        }
        let coveredRows = min(frozen?.covered ?? 0, options.scoreboardRows)
        published = Published(
            cursor: cursor,
            top: Array(top.rows.prefix(options.scoreboardRows - coveredRows)),
            season: shownSeason,
            frozen: frozen,
            coveredRows: coveredRows
        )
        topChanged = false
        return true
    }

    private var shownSeason: ShownSeason? {
        guard let place, let clock else { return nil }
        return ShownSeason(season: place.season, clock: clock)
    }

    /// The window's only season is over, which the subscribers saw running.
    private mutating func lastTurn(_ ended: LastStandings?) -> SeasonTurn? {
        guard owesLastTurn, let place, let clock else { return nil }
        guard let published, published.season?.season == place.season else {
            // Nobody has seen it running.
            overTold = place.season
            return nil
        }
        guard let ended else { return nil }
        overTold = place.season
        return SeasonTurn(last: place.season, from: published.cursor, ended, clock)
    }

    /// The window's only season is over, and nobody has been told.
    var owesLastTurn: Bool {
        guard let place, let clock, frozen == nil, place.season != overTold else { return false }
        return clock.moment >= place.season.until
    }

    /// The subscribers are to be told of it before they see the new season.
    mutating func takeTurn() -> SeasonTurn? {
        defer { turn = nil }
        return turn
    }

    /// The first rows at the place of the last change, whether it has gone out yet or not; nil when they are not known.
    /// - Parameter limit: nil: as many as are known.
    func standings(limit: Int?) -> CopiedStandings? {
        guard isLive, top.isWhole || top.rows.count >= limit ?? 1 else { return nil }
        let rows = limit.map { Array(top.rows.prefix($0)) } ?? top.rows
        return CopiedStandings(
            version: version,
            standings: rows,
            order: top.order,
            isWhole: top.isWhole && rows.count == top.rows.count
        )
    }

    /// What a returning subscriber missed up to `published`; nil when only a snapshot can tell.
    func missed(since cursor: Cursor) -> MergedChanges? {
        guard mode == .following, let published, cursor.epoch == published.cursor.epoch,
            cursor.seq <= published.cursor.seq
        else { return nil }
        return ring.changes(
            after: cursor.seq,
            maximumBytes: options.maximumFrameBytes,
            keepsArrivals: top.order.isByArrival
        )
    }

    /// Takes over standings as they are at `cursor`, for which every subscriber needs a snapshot. Not before `pace.nextSnapshot`.
    mutating func adopt(
        _ top: TopStandings,
        at cursor: Cursor,
        in place: SeasonPlace?,
        after ended: LastStandings?,
        frozen: FrozenLook? = nil,
        because reason: ResyncReason,
        now: NIODeadline
    ) -> [FeedAction] {
        version &+= 1
        isGone = false
        self.frozen = frozen
        self.top = top
        self.place = place
        turn = SeasonTurn(from: published, ended, to: shownSeason) ?? lastTurn(ended) ?? turn
        let isNewEpoch = position?.epoch != cursor.epoch
        position = cursor
        window.clear(keepsArrivals: top.order.isByArrival)
        if gathered != nil { gathered = [] }
        if isNewEpoch {
            ring.begin(at: cursor.seq)
        } else {
            ring.restart(at: cursor.seq, closedUntil: now + options.verifyInterval * 2)
        }
        topChanged = true
        _ = publish(at: cursor)
        owesReveal = false
        pace.noteSnapshot(now: now)
        return [.resnapshot(reason)]
    }

    /// Nothing that was shown of the board holds: who comes now waits for a snapshot, as at the start.
    mutating func forget(now: NIODeadline) {
        version &+= 1
        isGone = true
        top = TopStandings(capacity: options.copiedUsers)
        position = nil
        place = nil
        turn = nil
        published = nil
        window.clear()
        ring.restart(at: 0, closedUntil: now)
        topChanged = false
        owesReveal = false
        if mode != .lost { mode = .resyncing(.start) }
    }
}

extension BroadcastOptions {
    /// No frame of changes is longer, so that half a backlog takes any frame.
    var maximumFrameBytes: Int { backlog.highMark - 2 * Message.envelopeBytes }

    var backlog: Backlog { Backlog(limit: max(backlogBytes, 8192)) }
}
