// What the guide `swift` shows, as it stands there: `GuidesTests` compares them.
import LeaderboardClient

func report(_ points: Int, of user: String, to leaderboard: Leaderboard) async throws -> Int? {
    do {
        let answer = try await leaderboard.board("main").update(Update(of: user, .increase(points)))
        return answer.score
    } catch let error as LeaderboardError where error.kind == .rateLimited {
        print("wait \(error.retryAfter ?? .seconds(1))")
        return nil
    }
}

func leader(of board: Board) async throws -> String? {
    for try await standings in board.live(rows: 3) {
        return standings.rows.first?.user
    }
    return nil
}
