import Board
import Broadcast
import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("Reads of a board that is read often", .timeLimit(.minutes(5)))
struct CopiedReadsTests {
    private static let boards = BoardOrder.Ties.allCases.flatMap { ties in
        ["asc", "desc"].map { (name: "\(ties)-\($0)", rules: #"{"ties":"\#(ties)","order":"\#($0)"}"#) }
    }

    private static let queries = [
        "scoreboard", "scoreboard?limit=3", "scoreboard?offset=2&limit=4", "scoreboard?offset=50",
        "scoreboard?offset=9007199254740000&limit=100", "scoreboard?around_user=u3&limit=5",
        "scoreboard?around_user=u3&limit=100", "scoreboard?around_user=nobody", "scoreboard?around_score=2&limit=4",
        "scoreboard?around_score=-9&limit=4", "scoreboard?users=u1,nobody,u5", "users/u4", "users/u11", "users/nobody",
    ]

    /// - Parameter rows: that the instance keeps of each board, of 12.
    @Test(
        "come from its copy, the same as from Redis byte for byte, whatever its ties and its order; and have each update before",
        arguments: [128, 5]
    )
    func same(rows: Int) async throws {
        let adjust = { (configuration: inout ServiceConfiguration) in
            configuration.broadcast.copiedUsers = rows
            configuration.broadcast.scoreboardRows = 3
        }
        try await withService(adjust: adjust) { service, redis in
            try await withService(["REDIS_URL": redis.url]) { other in
                let operators = try await AnOperator(service)
                let (reader, elsewhere) = (try await service.connect(), try await other.connect())
                // A third of them does to tell a copy that does not know all.
                let boards = Self.boards.enumerated().filter { rows == 128 || $0.offset.isMultiple(of: 3) }.map(
                    \.element
                )
                for (board, rules) in boards {
                    #expect(try await operators.put(board, rules, .make).status == 201)
                    for number in 0..<12 { try await service.write(board, "u\(number)", number % 4, on: reader) }
                    func read(_ query: String, on connection: TestConnection) async throws -> String {
                        let answer = try await connection.request("GET", "/api/v1/boards/\(board)/\(query)")
                        return "\(answer.status) \(answer.headers["etag"] ?? "") \(answer.body)"
                    }
                    // Read often, it is followed; until then Redis is asked.
                    let isFollowed = {
                        try await calls(redis, by: 10) { _ = try await read("scoreboard?limit=3", on: reader) } < 5
                    }
                    try await until {
                        for _ in 0..<25 { _ = try await read("scoreboard?limit=3", on: reader) }
                        return try await isFollowed()
                    }
                    for query in Self.queries {
                        let expected = try await read(query, on: elsewhere)
                        for _ in 1...2 { #expect(try await read(query, on: reader) == expected, "\(board) \(query)") }
                    }
                    for number in 1...10 {
                        let user = "u\(number % 3)"
                        try await service.write(board, user, 1, on: elsewhere)
                        let score = try await service.write(board, user, 1, on: reader)
                        for path in ["users/\(user)", "scoreboard?limit=12", "scoreboard?users=\(user)"] {
                            let expected = #""user_id":"\#(user)","score":\#(score),"#
                            #expect(try await read(path, on: reader).contains(expected), "\(board) \(path)")
                        }
                    }
                    for query in Self.queries {
                        let expected = try await read(query, on: elsewhere)
                        try await until { try await read(query, on: reader) == expected }
                    }
                }
            }
        }
    }

    @Test("ask Redis nothing while it is followed, and each time before")
    func calls() async throws {
        try await withService { service, redis in
            let operators = try await AnOperator(service)
            _ = try await operators.put("quiz", "{}", .make)
            let reader = try await service.connect()
            try await service.write("quiz", "ada", 5, on: reader)
            let path = "/api/v1/boards/quiz/scoreboard"
            #expect(try await calls(redis, by: 15) { _ = try await reader.request("GET", path) } >= 15)
            try await until {
                try await calls(redis, by: 200) { _ = try await reader.request("GET", path) } < 50
            }
            #expect(try await service.metric("leaderboard_live_boards") == 1)
        }
    }

    @Test("have what an operator changed before")
    func acts() async throws {
        try await withService { service, redis in
            let operators = try await AnOperator(service)
            _ = try await operators.put("quiz", "{}", .make)
            let reader = try await service.connect()
            for user in ["ada", "bob"] { try await service.write("quiz", user, 5, on: reader) }
            let path = "/api/v1/boards/quiz/scoreboard"
            try await until {
                try await calls(redis, by: 200) { _ = try await reader.request("GET", path) } < 50
            }
            // The event comes a millisecond later than the answer: some of so many reads would come before it.
            for turn in 1...40 {
                let act = turn.isMultiple(of: 2) ? "reinstate" : "suspend"
                let done = try await operators.ask("POST", "/quiz/users/ada/\(act)", #"{"reason":"a test"}"#)
                let shown = try await reader.request("GET", path).body
                #expect(done.status == 200 && shown.contains("ada") == turn.isMultiple(of: 2), "\(act): \(shown)")
            }
        }
    }

    /// How many readers' functions are called while this is done so many times; the looks of the instance are among them.
    private func calls(
        _ redis: PrivateRedisServer,
        by count: Int,
        _ body: () async throws -> Void
    ) async throws -> Int {
        func calls() async throws -> Int {
            let stats = try await redis.command("INFO", "commandstats")
            return stats.firstMatch(of: /cmdstat_fcall_ro:calls=(\d+)/).flatMap { Int($0.1) } ?? 0
        }
        let before = try await calls()
        for _ in 0..<count { try await body() }
        return try await calls() - before
    }
}

extension RunningService {
    /// The score after it.
    @discardableResult
    fileprivate func write(
        _ board: String,
        _ user: String,
        _ increase: Int,
        on connection: TestConnection
    ) async throws -> Int {
        let answer = try await connection.request(
            "POST",
            "/api/v1/boards/\(board)/score/update",
            [
                "Authorization": "Bearer \(token(user))", "Content-Type": "application/json",
                "Prefer": "return=representation",
            ],
            body: #"{"user_id":"\#(user)","score_increase":\#(increase)}"#
        )
        #expect(answer.status == 200)
        return try #require(answer.json?["score"] as? Int)
    }
}
