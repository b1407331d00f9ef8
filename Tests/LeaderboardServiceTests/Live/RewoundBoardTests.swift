import TestSupport
import Testing

@testable import LeaderboardService

/// Redis without an append-only file that dies: it comes back with its last snapshot.
@Suite("A viewer of a board that came back without its last changes")
struct RewoundBoardTests {
    @Test(
        "is told all of it anew, on the instance that saw it happen and on a fresh one, before the next change and after"
    )
    func comesBack() async throws {
        let redis = try await PrivateRedisServer(arguments: ["--appendonly", "no"])
        let settings = ["REDIS_URL": redis.url, "LIVE_WINDOW_MS": "5"]
        try await withService(settings) { witness in
            let early = try await witness.update("kept", 1, times: 5)
            try await redis.command("SAVE")
            // Who is there only until Redis dies, and a cursor of then.
            let late = try await witness.update("lost", 1, times: 5)
            redis.kill()
            try await redis.start()
            try await witness.becomesReady()
            try await withService(settings) { fresh in
                for instance in [witness, fresh] {
                    let message = try await instance.comeBack(from: late)
                    #expect(message.type == "snapshot")
                    #expect(message.scoreboard?.map(\.user_id) == ["kept"])
                }
                // As many as are needed to come to the seq of the cursor, and beyond it.
                for instance in [fresh, witness] {
                    let now = try await instance.update("other", 1, times: 5)
                    for instance in [witness, fresh] {
                        for cursor in [early, late] {
                            let message = try await instance.comeBack(from: cursor)
                            #expect(message.type == "snapshot", "from \(cursor), at \(now)")
                            #expect(message.scoreboard?.contains { $0.user_id == "lost" } == false)
                        }
                        // The cursors of now are good.
                        #expect(try await instance.comeBack(from: now).type == "changes")
                    }
                }
            }
        }
    }
}

extension RunningService {
    /// - Returns: the cursor of a viewer that has seen all of them.
    fileprivate func update(_ user: String, _ increase: Int, times: Int) async throws -> String {
        let writer = try await connect()
        for _ in 0..<times {
            #expect(try await update(user, increase, on: writer).status == 200)
        }
        return try await comeBack(from: nil).cursor
    }

    /// The first message of a viewer with this cursor.
    fileprivate func comeBack(from cursor: String?) async throws -> TestMessage {
        let viewer = try await connect()
        let query = cursor.map { "?cursor=\($0)" } ?? ""
        #expect(try await viewer.openWebSocket("/api/v1/scoreboard/live\(query)").status == 101)
        return try await viewer.message()
    }
}
