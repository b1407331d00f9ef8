import Board
import Broadcast
import Leaderboard
import NIOCore
import Seasons

extension StandingsSource {
    /// A board, or a window of it.
    init(_ followed: LiveWindow, in catalogue: Catalogue) {
        guard let name = followed.window else {
            self.init(board: followed.board, in: catalogue)
            return
        }
        self.init(window: name, of: followed.board, in: catalogue)
    }

    /// A window that begins anew, in the season that runs by Redis' clock.
    private init(window name: String, of board: String, in catalogue: Catalogue) {
        self.init(
            look: { limit, shown, eventLoop in
                guard let window = WindowName(name) else { throw WindowGone() }
                do {
                    return try await Self.asking(board, catalogue, eventLoop) { store throws(ScoreStoreError) in
                        try await Self.look(at: window, limit, after: shown, store, eventLoop)
                    }
                } catch ScoreStoreError.unknownWindow { throw WindowGone() }
            },
            standings: { users, season, eventLoop in
                guard let window = WindowName(name) else { throw WindowGone() }
                return try await Self.standings(
                    of: users,
                    in: .window(window, season: season),
                    board,
                    catalogue,
                    eventLoop
                )
            },
            metadata: { try await Self.metadata(of: $0, board, catalogue, $1) },
            page: { offset, limit, season, eventLoop in
                guard let window = WindowName(name) else { throw WindowGone() }
                let view = BoardView.window(window, season: season)
                return try await Self.page(offset, limit, in: view, board, catalogue, eventLoop)
            },
            own: { wishes, season, isFrozen, eventLoop in
                guard let window = WindowName(name) else { throw WindowGone() }
                let view = BoardView.window(window, season: season)
                return try await Self.own(wishes, in: view, isFrozen: isFrozen, board, catalogue, eventLoop)
            },
            turn: { eventLoop in
                try await Self.asking(board, catalogue, eventLoop) { store throws(ScoreStoreError) in
                    // What only a template covers is made by its first update.
                    if store.board.source != .template { try await store.roll(on: eventLoop) }
                }
            }
        )
    }

    private static func look(
        at window: WindowName,
        _ limit: Int,
        after shown: Season?,
        _ store: ScoreStore,
        _ eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Look? {
        let shownTo = store.shownTo
        let found: SeasonRows?
        do throws(ScoreStoreError) {
            found = try await store.seasonRows(of: window, limit: limit, on: eventLoop)
        } catch {
            guard case .frozen(let since) = error else { throw error }
            return try await frozen(window, since: since, shownTo: shownTo, store, eventLoop)
        }
        guard var rows = found else { return nil }
        // What only a template covers is made by its first update, not by who watches it.
        if !rows.snapshot.cursor.hasBegun, store.board.source != .template {
            try await store.begin(on: eventLoop)
            rows = try await store.seasonRows(of: window, limit: limit, on: eventLoop) ?? rows
        }
        let (place, snapshot) = rows.shown(in: window)
        var ended: LastStandings?
        if let shown, shown.id != rows.season.id || rows.now >= rows.season.until {
            // Of a window that has but one season, it is that.
            guard let last = try await store.ended(shown, window, rows.now, eventLoop) else { return nil }
            ended = last
        }
        return Look(
            snapshot,
            shownTo: shownTo,
            season: SeasonLook(place, clock: RedisClock(rows.now, readAt: rows.readAt), ended: ended)
        )
    }

    /// The window as it was when the board was frozen, in the season of then.
    private static func frozen(
        _ window: WindowName,
        since: Int,
        shownTo: ShownTo,
        _ store: ScoreStore,
        _ eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> Look {
        let kept = try await store.frozenPage(of: window, on: eventLoop)
        let snapshot = kept.page.snapshot
        guard let season = kept.season else {
            return Look(snapshot, shownTo: shownTo, frozen: kept.look(since: since))
        }
        let now = try await store.time(on: eventLoop)
        // No change counts in it.
        let place = SeasonPlace(season, of: window.rawValue, epoch: snapshot.epoch, index: nil, listed: 0)
        return Look(
            snapshot.in(place),
            shownTo: shownTo,
            season: SeasonLook(place, clock: RedisClock(now, readAt: .now()), ended: nil),
            frozen: kept.look(since: since)
        )
    }
}

extension SeasonRows {
    /// As viewers of the window have it: its cursors name the season.
    func shown(in window: WindowName) -> (place: SeasonPlace, snapshot: Snapshot) {
        let place = SeasonPlace(
            season,
            of: window.rawValue,
            epoch: snapshot.epoch,
            index: self.place,
            listed: listed
        )
        return (place, snapshot.in(place))
    }
}

extension Snapshot {
    /// The same with the cursors of the window.
    fileprivate func `in`(_ place: SeasonPlace) -> Snapshot {
        Snapshot(
            cursor: Cursor(epoch: place.shownEpoch, seq: seq),
            total: total,
            standings: standings,
            order: order
        )
    }
}

extension ScoreStore {
    /// As many rows as a snapshot has.
    private static let shownRows = 10

    fileprivate func ended(
        _ season: Season,
        _ window: WindowName,
        _ now: Int,
        _ eventLoop: any EventLoop
    ) async throws(ScoreStoreError) -> LastStandings? {
        let rows = try await rows(ofEnded: season, of: window, limit: Self.shownRows, now: now, on: eventLoop)
        return rows.map {
            LastStandings(top: $0.snapshot.standings, total: $0.snapshot.total, isFinal: $0.isFinal)
        }
    }
}
