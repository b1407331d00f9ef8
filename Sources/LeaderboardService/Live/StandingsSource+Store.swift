import Board
import Broadcast
import Leaderboard

extension StandingsSource {
    /// The board in Redis.
    init(_ store: ScoreStore) {
        self.init(
            snapshot: { limit, eventLoop in
                var page = try await store.standings(offset: 0, limit: limit, on: eventLoop)
                if !page.position.hasBegun {
                    try await store.begin(on: eventLoop)
                    page = try await store.standings(offset: 0, limit: limit, on: eventLoop)
                }
                return Snapshot(
                    epoch: page.position.epoch,
                    seq: page.position.seq,
                    standings: page.rows.map { Standing(user: $0.user, score: $0.score) },
                    isWhole: page.total <= page.rows.count
                )
            },
            standings: { users, eventLoop in
                // The calls of one tick go to Redis in one write.
                try await withThrowingTaskGroup(of: Board.UserStanding?.self) { group in
                    for user in users {
                        group.addTask {
                            guard let id = try? UserID(user),
                                let found = try await store.standing(of: id, on: eventLoop)
                            else { return nil }
                            return Board.UserStanding(user: user, score: found.score, rank: found.rank)
                        }
                    }
                    return try await group.reduce(into: []) { found, standing in
                        if let standing { found.append(standing) }
                    }
                }
            }
        )
    }
}
