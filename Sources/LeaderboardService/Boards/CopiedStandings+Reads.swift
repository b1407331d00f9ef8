import Board
import Broadcast
import Leaderboard

// What the instance's own copy of a board's best rows can answer, as Redis would. Nil: only Redis knows.
extension CopiedStandings {
    /// Rows with their ranks; none where the user in the middle is not on the board.
    func rows(_ selection: RowSelection, limit: Int) -> [(standing: Standing, rank: Int)]? {
        guard let offset = offset(of: selection, limit: limit) else { return nil }
        guard offset < .max else { return [] }
        // An offset is below 2^53, and a limit 100 at most.
        let end = offset + limit
        guard isWhole || end <= standings.count else { return nil }
        return (min(offset, standings.count)..<min(end, standings.count)).map { place in
            (standings[place], order.rank(at: place, of: standings))
        }
    }

    /// In the order in which they were asked for.
    func standings(of users: [UserID]) -> [UserStanding]? {
        var found: [UserStanding] = []
        for user in users {
            guard let standing = standing(of: user) else { return nil }
            found.append(standing)
        }
        return found
    }

    /// Nil within: the user is not on the board.
    func place(of user: UserID) -> UserPlace?? {
        guard isWhole, let standing = standing(of: user) else { return nil }
        guard let score = standing.score else { return .some(nil) }
        let equal = standings.count { $0.score == score }
        let worse = standings.count { order.ascends ? $0.score > score : $0.score < score }
        return UserPlace(standing: standing, among: ScorePlace(total: standings.count, worse: worse, equal: equal))
    }

    private func standing(of user: UserID) -> UserStanding? {
        guard let place = place(ofUser: user) else {
            return isWhole ? UserStanding(user: user.rawValue, score: nil, rank: nil) : nil
        }
        let rank = order.rank(at: place, of: standings)
        return UserStanding(user: user.rawValue, score: standings[place].score, rank: rank)
    }

    private func place(ofUser user: UserID) -> Int? {
        let row = Standing(user: user.rawValue, score: 0)
        return standings.firstIndex(ofSameUserAs: row)
    }

    /// Of the first row; `Int.max` where there is none.
    private func offset(of selection: RowSelection, limit: Int) -> Int? {
        let middle: Int
        switch selection {
        case .page(let offset): return offset
        case .around(let user):
            guard isWhole else { return nil }
            guard let place = place(ofUser: user) else { return .max }
            middle = place
        case .aroundScore(let score):
            guard isWhole else { return nil }
            middle = standings.count { order.ascends ? $0.score < score : $0.score > score }
        }
        // As far as the board's ends allow.
        return max(0, min(middle - limit / 2, standings.count - limit))
    }
}
