import Broadcast
import NIOCore
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Thousands of boards", .timeLimit(.minutes(5)))
struct ThousandsOfBoardsTests {
    private static let count = 2000
    private static let atOnce = 20

    @Test(
        "2,000 with a viewer each, on two instances: every viewer is right at the end, and the last board gone is let go"
    )
    func viewers() async throws {
        let own = [
            "BOARDS_MAX": "\(Self.count * 2)", "BOARDS_BY_TEMPLATE": "\(Self.count)", "LIVE_WINDOW_MS": "0",
            "LIVE_MAX_SUBSCRIBERS_PER_IP": "20000",
        ]
        try await withService(own, adjust: { $0.broadcast.boardGrace = .zero }) { one, redis in
            try await withService(own.merging(["REDIS_URL": redis.url]) { $1 }) { two in
                let operators = try await AnOperator(one)
                _ = try await operators.put("level-*", #"{"ties":"first"}"#, .make)
                // Watched before anybody is on it, or after.
                let viewers = try await Self.each { number -> TestConnection in
                    let instance = number.isMultiple(of: 2) ? one : two
                    if number.isMultiple(of: 3) { try await Self.write(number, "early", 1, by: two) }
                    let viewer = try await instance.connect()
                    #expect(try await viewer.openWebSocket("/api/v1/boards/level-\(number)/live").status == 101)
                    return viewer
                }
                #expect(try await one.metric("leaderboard_live_boards") == Double(Self.count / 2))
                // By the other instance than the viewer's, and by its own.
                _ = try await Self.each { number in
                    try await Self.write(number, "ada", number + 1, by: number.isMultiple(of: 2) ? two : one)
                    try await Self.write(number, "last", 1, by: number.isMultiple(of: 2) ? one : two)
                }
                let wrong = try await Self.each { number -> Bool in
                    let seen = try await Self.follow(viewers[number])
                    var expected = ["ada": number + 1, "last": 1]
                    if number.isMultiple(of: 3) { expected["early"] = 1 }
                    return seen != expected
                }
                #expect(!wrong.contains(true))
                for viewer in viewers { viewer.close() }
                try await until { try await one.metric("leaderboard_live_boards") == 0 }
            }
        }
    }

    /// In the order of their numbers, some of them at a time.
    private static func each<Value: Sendable>(
        _ body: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: [(Int, Value)].self) { group in
            for first in 0..<atOnce {
                group.addTask {
                    var values: [(Int, Value)] = []
                    for number in stride(from: first, to: count, by: atOnce) {
                        values.append((number, try await body(number)))
                    }
                    return values
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func write(_ number: Int, _ user: String, _ increase: Int, by instance: RunningService) async throws
    {
        let answer = try await instance.connect().request(
            "POST",
            "/api/v1/boards/level-\(number)/score/update",
            ["Authorization": "Bearer \(instance.token(user))", "Content-Type": "application/json"],
            body: #"{"user_id":"\#(user)","score_increase":\#(increase)}"#
        )
        #expect(answer.status == 200)
    }

    /// The board as the viewer's messages make it, once all of them have come.
    private static func follow(_ viewer: TestConnection) async throws -> [String: Int] {
        var board: [String: Int] = [:]
        while board["last"] == nil || board["ada"] == nil {
            let message = try await viewer.message()
            if let rows = message.scoreboard {
                board = Dictionary(rows.map { ($0.user_id, $0.score) }) { $1 }
            }
            for change in message.changes ?? [] { board[change.user_id] = change.score }
        }
        return board
    }
}
