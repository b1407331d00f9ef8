import Board
package import NIOCore
import RedisClient
package import Seasons

/// A board's rows, or those of one season, as of one moment.
package struct BoardExport: Sendable {
    package struct Row: Sendable, Equatable {
        package let user: String
        package let score: Int
        package let rank: Int
        /// Nil: none, or nobody asks.
        package let metadata: UserMetadata?
    }

    /// The best first.
    package let rows: [Row]
    /// Nil: of the board itself, or of a season that holds nobody.
    package let season: String?
}

/// Which season is meant, of which window.
package struct ExportedSeason: Sendable {
    package let window: WindowName
    /// Nil: the one that runs.
    package let id: String?

    package init(window: WindowName, id: String?) {
        self.window = window
        self.id = id
    }
}

extension ScoreStore {
    /// How often it begins anew because somebody was erased, or the board rebuilt, meanwhile.
    private static let maximumExports = 5

    /// All rows that the board shows, while it changes; frozen or not. Suspended users are not among them. In memory it has all of them.
    /// - Parameter season: nil: of the board itself.
    package func exportRows(
        of season: ExportedSeason?,
        withMetadata: Bool,
        on eventLoop: any EventLoop
    ) async throws -> BoardExport {
        for _ in 0..<Self.maximumExports {
            do {
                let found: (state: BoardState, season: String?)
                if let season {
                    found = try await state(of: season, on: eventLoop)
                } else {
                    found = (try await state(on: eventLoop), nil)
                }
                let said = withMetadata ? try await profiles(of: keys, on: eventLoop) : [:]
                return BoardExport(rows: rows(of: found.state, said), season: found.season)
            } catch is BoardState.Torn {
                continue
            }
        }
        throw ScoreStoreError.unavailable("users are being erased, or seasons begin: ask again")
    }

    private func state(on eventLoop: any EventLoop) async throws -> BoardState {
        let start = try await lastAuditID(on: eventLoop)
        var state = try await places(of: keys, on: eventLoop)
        state.suspended = try await users(of: keys.suspended, on: eventLoop)
        let end = try await lastAuditID(on: eventLoop)
        try await forEachEntry(of: keys.audit, after: start, upto: end, on: eventLoop) { try state.follow($0) }
        return state
    }

    private func state(
        of wanted: ExportedSeason,
        on eventLoop: any EventLoop
    ) async throws -> (BoardState, String?) {
        let start = try await lastAuditID(on: eventLoop)
        guard let seasons = try await seasonsToBackUp(on: eventLoop) else { throw ScoreStoreError.unknownWindow }
        var live = seasons.live
        let end = try await lastAuditID(on: eventLoop)
        try await forEachEntry(of: keys.audit, after: start, upto: end, on: eventLoop) { try live.follow($0) }
        let now = try await time(on: eventLoop)
        let place = live.seasons.firstIndex { season in
            season.window == wanted.window && (wanted.id.map { $0 == season.season.id } ?? season.runs(at: now))
        }
        if let place { return (live.states[place], live.seasons[place].season.id) }
        guard let past = seasons.past.first(where: { $0.window == wanted.window && $0.id == wanted.id }) else {
            return (BoardState(), nil)
        }
        return (try await places(of: past, on: eventLoop), past.id)
    }

    private func rows(of state: BoardState, _ said: [String: KeptProfile]) -> [BoardExport.Row] {
        var rows = PastRows(limit: state.scores.count, order: BoardOrder(board.definition))
        for (user, place) in state.scores { rows.add(user, score: place.score, reached: place.reached) }
        return rows.page(from: 0).map { row in
            var metadata: UserMetadata?
            if case .said(let text)? = said[row.standing.user] { metadata = text }
            return BoardExport.Row(
                user: row.standing.user,
                score: row.standing.score,
                rank: row.rank,
                metadata: metadata
            )
        }
    }
}
