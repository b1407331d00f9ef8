import Board
import Broadcast
import Leaderboard

extension StandingsSource {
    /// The board in Redis.
    init(_ store: ScoreStore) {
        self.init(
            snapshot: { limit, eventLoop in
                let page = try await store.standings(offset: 0, limit: limit, on: eventLoop)
                if page.cursor.hasBegun { return page }
                try await store.begin(on: eventLoop)
                return try await store.standings(offset: 0, limit: limit, on: eventLoop)
            },
            standings: { users, eventLoop in
                // The calls of one tick go to Redis in one write.
                try await withThrowingTaskGroup(of: UserStanding?.self) { group in
                    for user in users {
                        group.addTask {
                            guard let id = try? UserID(user) else { return nil }
                            return try await store.standing(of: id, on: eventLoop)
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
