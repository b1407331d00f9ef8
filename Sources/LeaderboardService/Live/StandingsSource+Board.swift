import Board
import Broadcast
import Leaderboard

extension StandingsSource {
    /// A board of many, by its definition as the catalogue has it at each read.
    init(board name: String, in catalogue: Catalogue) {
        self.init(
            snapshot: { limit, eventLoop in
                let store = try await catalogue.board(BoardID(name), on: eventLoop)
                guard var page = try await store.rows(.page(offset: 0), limit: limit, on: eventLoop) else {
                    throw Gone(board: name)
                }
                // What only a template covers is made by its first update, not by who watches it.
                if !page.snapshot.cursor.hasBegun, store.board.source != .template {
                    try await store.begin(on: eventLoop)
                    page = try await store.rows(.page(offset: 0), limit: limit, on: eventLoop) ?? page
                }
                return page.snapshot
            },
            standings: { users, eventLoop in
                let store = try await catalogue.board(BoardID(name), on: eventLoop)
                let ids = users.compactMap { try? UserID($0) }
                var found: [UserStanding] = []
                for start in stride(from: 0, to: ids.count, by: ScoreStore.usersAtOnce) {
                    let some = Array(ids[start..<min(start + ScoreStore.usersAtOnce, ids.count)])
                    guard let answer = try await store.standings(of: some, on: eventLoop) else {
                        throw Gone(board: name)
                    }
                    found += answer.standings
                }
                return found
            }
        )
    }

    /// Somebody deleted the board.
    private struct Gone: Error {
        let board: String
    }
}
