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
        guard var rows = try await store.seasonRows(of: window, limit: limit, on: eventLoop) else { return nil }
        // What only a template covers is made by its first update, not by who watches it.
        if !rows.snapshot.cursor.hasBegun, store.board.source != .template {
            try await store.begin(on: eventLoop)
            rows = try await store.seasonRows(of: window, limit: limit, on: eventLoop) ?? rows
        }
        let (place, snapshot) = rows.shown(in: window)
        var ended: LastStandings?
        if let shown, shown.id != rows.season.id {
            guard let last = try await store.ended(shown, window, rows.now, eventLoop) else { return nil }
            ended = last
        }
        return Look(
            snapshot,
            isPrivate: store.board.definition.visibility != .public,
            season: SeasonLook(place, clock: RedisClock(rows.now, readAt: rows.readAt), ended: ended)
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
        let shown = Snapshot(
            cursor: Cursor(epoch: place.shownEpoch, seq: snapshot.seq),
            total: snapshot.total,
            standings: snapshot.standings,
            order: snapshot.order
        )
        return (place, shown)
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
