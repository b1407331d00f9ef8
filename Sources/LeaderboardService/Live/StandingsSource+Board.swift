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
                if !page.position.hasBegun, store.board.source != .template {
                    try await store.begin(on: eventLoop)
                    page = try await store.rows(.page(offset: 0), limit: limit, on: eventLoop) ?? page
                }
                return Snapshot(
                    epoch: page.position.epoch,
                    seq: page.position.seq,
                    standings: page.rows.map { Standing(user: $0.user, score: $0.score) },
                    isWhole: page.total <= page.rows.count,
                    order: BoardOrder(store.board.definition)
                )
            },
            standings: { users, eventLoop in
                let store = try await catalogue.board(BoardID(name), on: eventLoop)
                let ids = users.compactMap { try? UserID($0) }
                var found: [Board.UserStanding] = []
                for start in stride(from: 0, to: ids.count, by: ScoreStore.usersAtOnce) {
                    let some = Array(ids[start..<min(start + ScoreStore.usersAtOnce, ids.count)])
                    guard let answer = try await store.places(of: some, on: eventLoop) else { throw Gone(board: name) }
                    for case (let user, let place?) in zip(some, answer.places) {
                        found.append(Board.UserStanding(user: user.rawValue, score: place.score, rank: place.rank))
                    }
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

extension BoardOrder {
    init(_ definition: BoardDefinition) {
        self.init(ascends: definition.order == .asc, ties: definition.ties)
    }
}
