import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A viewer of one user")
struct FollowedUserTests {
    @Test(
        "is told at once when the user leaves the board, whichever way, and when the user is back",
        arguments: [3, 200]
    )
    func leaves(others: Int) async throws {
        try await withService(["LIVE_WINDOW_MS": "0"]) { service, redis in
            for user in 1...others { try await redis.command("ZADD", "lb:{main}:scores", "\(user * 100)", "u\(user)") }
            _ = try await service.update("eve", 50, on: try await service.connect())
            let viewer = try await service.connect()
            _ = try await viewer.openWebSocket("/api/v1/scoreboard/live?user_id=eve")
            /// Passes over what is told besides: a rank that moved, say.
            func isTold(_ standing: String) async throws {
                while try await !viewer.text().contains(standing) {}
            }
            func isTold(score: Int?, rank: Int?) async throws {
                let number = { (value: Int?) in value.map(String.init) ?? "null" }
                try await isTold(#""users":[{"user_id":"eve","score":\#(number(score)),"rank":\#(number(rank))}]"#)
            }
            func isTold(change score: Int, by increase: Int, seq: Int) async throws {
                let change = #"{"user_id":"eve","score":\#(score),"score_increase":\#(increase),"seq":\#(seq),"#
                try await isTold(change + #""rank":\#(others + 1)}"#)
            }
            try await isTold(score: 50, rank: others + 1)
            _ = try await service.operate("POST", "/users/eve/suspend", #"{"reason":"r"}"#)
            try await isTold(score: nil, rank: nil)
            _ = try await service.operate("POST", "/users/eve/reinstate", #"{"reason":"r"}"#)
            try await isTold(change: 50, by: 0, seq: 3)
            _ = try await service.operate("POST", "/audit/revert", #"{"user_id":"eve","reason":"r"}"#)
            try await isTold(change: 0, by: -50, seq: 4)
            _ = try await service.operate("DELETE", "/users/eve", #"{"reason":"r"}"#)
            try await isTold(score: nil, rank: nil)
            _ = try await service.update("eve", 7, on: try await service.connect())
            try await isTold(change: 7, by: 7, seq: 6)
            // Another service takes her off, and tells; or says nothing.
            try await redis.command("ZREM", "lb:{main}:scores", "eve")
            try await redis.command("PUBLISH", "lb:{main}:events", #"{"reset":true}"#)
            try await isTold(score: nil, rank: nil)
            _ = try await service.update("eve", 7, on: try await service.connect())
            try await isTold(change: 7, by: 7, seq: 7)
            try await redis.command("ZREM", "lb:{main}:scores", "eve")
            try await isTold(score: nil, rank: nil)
        }
    }
}
