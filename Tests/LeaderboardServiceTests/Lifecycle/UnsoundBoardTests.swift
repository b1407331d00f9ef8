import Leaderboard
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A board into whose keys another writer put something else", .timeLimit(.minutes(5)))
struct UnsoundBoardTests {
    @Test(
        "makes the instance not ready, with the key named, until it is gone",
        arguments: [
            ["SADD", "scores", "x"], ["SET", "suspended", "x"], ["RPUSH", "audit", "x"],
            ["XADD", "audit", "18446744073709551615-18446744073709551615", "user", "x"],
        ]
    )
    func wrongType(write: [String]) async throws {
        try await withService { service, redis in
            let writer = try await service.connect()
            #expect(try await service.update("alice", 5, on: writer).status == 200)
            let key = "lb:{main}:\(write[1])"
            try await redis.command("DEL", key)
            try await redis.command(words: [write[0], key] + write[2...])
            try await until {
                let answer = try await service.connect().request("GET", "/readyz")
                return answer.status == 503 && answer.body.contains("board_unsound") && answer.body.contains(key)
            }
            #expect(try await service.update("alice", 5, on: writer).status >= 500)
            try await redis.command("DEL", key)
            try await service.becomesReady()
            #expect(try await service.update("alice", 5, on: writer).status == 200)
        }
    }

    private static func update(_ board: String, _ service: RunningService) async throws -> TestResponse {
        try await service.connect().request(
            "POST",
            "/api/v1/boards/\(board)/score/update",
            ["Authorization": "Bearer \(try service.token("ada"))", "Content-Type": "application/json"],
            body: #"{"user_id":"ada","score_increase":5}"#
        )
    }

    @Test(
        "takes no update, if it is not main; the instance is ready, others count, a metric and the doctor tell of it until it is gone",
        arguments: [
            ["SADD", "scores", "x"], ["XADD", "audit", "18446744073709551615-18446744073709551615", "user", "x"],
            ["SET", "board", "nonsense"],
        ]
    )
    func oneOfMany(write: [String]) async throws {
        try await withService { service, redis in
            for board in ["spoilt", "sound"] {
                try await redis.command("SET", "lb:{\(board)}:board", #"{"version":"1"}"#)
                #expect(try await Self.update(board, service).status == 200)
            }
            #expect(try await service.metric("leaderboard_unsound_boards") == 0)
            let key = "lb:{spoilt}:\(write[1])"
            try await redis.command("RENAME", key, "lb:{spoilt}:kept")
            try await redis.command(words: [write[0], key] + write[2...])
            try await until { try await Self.update("spoilt", service).code == "board_unsound" }
            let refused = try await Self.update("spoilt", service)
            #expect((refused.status, refused.headers["retry-after"]) == (503, "30"), "\(refused.body)")
            #expect(refused.body.contains("leaderboard doctor"))
            try await until { try await service.metric("leaderboard_unsound_boards") == 1 }
            #expect(try await service.connect().request("GET", "/readyz").status == 200)
            #expect(try await Self.update("sound", service).status == 200)
            let writer = try await service.connect()
            #expect(try await service.update("ada", 5, on: writer).status == 200)
            let findings = await Doctor(service.settings).findings()
            #expect(findings.contains { $0.verdict == .bad && $0.fact.contains(key) }, "\(findings)")

            try await redis.command("RENAME", "lb:{spoilt}:kept", key)
            try await until { try await service.metric("leaderboard_unsound_boards") == 0 }
            try await until { try await Self.update("spoilt", service).status == 200 }
        }
    }

    @Test("is not there for updates while it is being deleted, and nobody's fault")
    func deleted() async throws {
        try await withService { service, redis in
            try await redis.command("SET", "lb:{gone}:board", #"{"version":"1"}"#)
            #expect(try await Self.update("gone", service).status == 200)
            try await redis.command("SET", "lb:{gone}:board", #"{"deleting":true}"#)
            for _ in 1...2 { #expect(try await Self.update("gone", service).code == "board_not_found") }
            #expect(try await service.metric("leaderboard_unsound_boards") == 0)
        }
    }

    @Test("is named by the doctor, ten of them; the others are counted, and one is looked at by its name")
    func many() async throws {
        try await withService { service, redis in
            for number in 0..<13 {
                let name = number < 10 ? "b0\(number)" : "b\(number)"
                try await redis.command("SET", "lb:{\(name)}:board", #"{"version":"1"}"#)
                try await redis.command("HSET", "lb:boards", name, "{}")
                if number > 0 { try await redis.command("SET", "lb:{\(name)}:audit", "x") }
            }
            let findings = await Doctor(service.settings).findings().filter { $0.subject == "board" }
            #expect(findings.count == 11, "\(findings)")
            #expect(findings.dropLast().allSatisfy { $0.verdict == .bad && $0.fact.contains("}:audit: no update") })
            #expect(findings.last?.fact.hasPrefix("and 2 more") == true)
            func look(_ name: String) async throws -> [Finding] {
                await Doctor(service.settings, board: try BoardID(name)).findings().filter { $0.subject == "board" }
            }
            #expect(try await look("b00").isEmpty)
            #expect(try await look("b12").map(\.verdict) == [.bad])
            try await redis.command("ZADD", "lb:{lost}:scores", "7", "ada")
            let lost = try await look("lost")
            #expect(lost.map(\.verdict) == [.bad] && lost[0].remedy.contains("board create lost"), "\(lost)")
            #expect(try await look("nobody").first?.fact.contains("nobody has defined a board nobody") == true)
        }
    }

    @Test(
        "goes on counting from 1 where its counter cannot be counted on from, and viewers see each update",
        arguments: ["9007199254740991", "18446744073709551616", "nan", "abc", "", "-5", "1.5"]
    )
    func counter(text: String) async throws {
        try await withService { service, redis in
            let writer = try await service.connect()
            #expect(try await service.update("alice", 5, on: writer).status == 200)
            let viewer = try await service.connect()
            _ = try await viewer.openWebSocket()
            var board = ViewersBoard()
            board.take(try await viewer.message())
            try await redis.command("SET", "lb:{main}:seq", text)
            for _ in 1...3 { #expect(try await service.update("alice", 1, on: writer).status == 200) }
            while board.scores["alice"] != 8 { board.take(try await viewer.message()) }
            try await service.becomesReady()
        }
    }
}
