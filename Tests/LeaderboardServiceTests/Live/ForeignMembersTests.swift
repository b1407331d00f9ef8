import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A board on which another writer put what is no user id", .timeLimit(.minutes(5)))
struct ForeignMembersTests {
    private struct Row: Decodable {
        let user_id: String
    }

    private static func page(_ query: String, of service: RunningService) async throws -> [String] {
        let answer = try await service.connect().request("GET", "/api/v1/scoreboard\(query)")
        return try JSONDecoder().decode([Row].self, from: Data(answer.body.utf8)).map(\.user_id)
    }

    @Test(
        "gives one answer everywhere: pages, ranks, counts and live standings are of users",
        arguments: [3, 999, 1001, 5000]
    )
    func oneAnswer(count: Int) async throws {
        try await withService { service, redis in
            let users = (0..<30).map { ($0 < 10 ? "u0" : "u") + "\($0)" }
            let fill = """
                for i = 1, #ARGV do redis.call('ZADD', KEYS[1], 100 - i, ARGV[i]) end
                for i = 1, \(count) do redis.call('ZADD', KEYS[1], 1000 + i, 'no user ' .. i) end
                redis.call('ZADD', KEYS[1], 85.5, 'é')
                """
            try await redis.command(words: ["EVAL", fill, "1", "lb:{main}:scores"] + users)
            try await until {
                try await service.connect().request("GET", "/api/v1/scoreboard/stats").body.contains(#""users":30,"#)
            }
            // Until all have been taken off, they have places by which offsets go.
            try await until { try await redis.command("ZCARD", "lb:{main}:foreign") == "\(count + 1)" }
            #expect(try await Self.page("", of: service) == Array(users[..<10]))
            for offset in stride(from: 0, through: 30, by: 10) {
                let rows = Array(users.dropFirst(offset).prefix(10))
                #expect(try await Self.page("?limit=10&offset=\(offset)", of: service) == rows)
            }
            for (place, user) in users.enumerated() where place.isMultiple(of: 7) {
                let answer = try await service.connect().request("GET", "/api/v1/scoreboard/users/\(user)")
                #expect(answer.body.contains(#""rank":\#(place + 1)}"#), "\(answer.body)")
            }
            let prefer = ["Prefer": "return=representation"]
            let update = try await service.update("u00", 1, on: service.connect(), prefer)
            #expect(update.body.contains(#""rank":1,"#), "\(update.body)")
            let viewer = try await service.connect()
            _ = try await viewer.request("GET", "/api/v1/scoreboard/events?user_id=u00")
            #expect(try await viewer.event()["data"]?.contains(#""rank":1"#) == true)

            #expect(try await redis.command("ZCARD", "lb:{main}:foreign") == "\(count + 1)")
            let findings = await Doctor(service.settings).findings().map { "\($0)" }
            #expect(findings.contains { $0.contains("\(count + 1) members that are no user ids") }, "\(findings)")
        }
    }

    private static func write(_ user: String, _ score: Int, _ board: String, _ service: RunningService) async throws
        -> TestResponse
    {
        try await service.connect().request(
            "POST",
            "/api/v1/boards/\(board)/score/update",
            [
                "Authorization": "Bearer \(try service.token(user))", "Content-Type": "application/json",
                "Prefer": "return=representation",
            ],
            body: #"{"user_id":"\#(user)","score_increase":\#(score)}"#
        )
    }

    /// Whether ranks from pages, from users' places and from updates are one.
    private static func agrees(_ board: String, _ users: [String], _ service: RunningService) async throws -> Bool {
        struct Row: Decodable {
            let user_id: String
            let rank: Int
        }
        let connection = try await service.connect()
        let page = try await connection.request("GET", "/api/v1/boards/\(board)/scoreboard")
        let rows = try JSONDecoder().decode([Row].self, from: Data(page.body.utf8))
        guard rows.map(\.user_id) == users, rows.map(\.rank) == Array(1...users.count) else { return false }
        for (place, user) in users.enumerated() {
            let answer = try await connection.request("GET", "/api/v1/boards/\(board)/users/\(user)").body
            let update = try await write(user, 0, board, service).body
            guard [answer, update].allSatisfy({ $0.contains(#""rank":\#(place + 1),"#) }) else { return false }
        }
        return true
    }

    @Test(
        "is one of many as well: all ranks are of users, of those boards that somebody uses",
        arguments: ["id", "first"]
    )
    func otherBoards(ties: String) async throws {
        try await withService { service, redis in
            for board in ["used", "ranks"] {
                try await redis.command("SET", "lb:{\(board)}:board", #"{"ties":"\#(ties)","version":"1"}"#)
                for (user, score) in [("ada", 30), ("bob", 20), ("cyd", 10)] {
                    #expect(try await Self.write(user, score, board, service).status == 200)
                }
            }
            // On a board with stamps, a user's bare name stands for nobody.
            let foreign = ["no user", ties == "first" ? "zed" : "é"]
            for board in ["used", "ranks"] {
                for (place, name) in foreign.enumerated() {
                    try await redis.command("ZADD", "lb:{\(board)}:scores", "\(25 + place)", name)
                }
            }
            // A page meets them at once; who only asks for ranks has the board looked at, for it is in use.
            try await until { try await Self.agrees("used", ["ada", "bob", "cyd"], service) }
            try await until {
                let answer = try await service.connect().request("GET", "/api/v1/boards/ranks/users/bob").body
                return answer.contains(#""rank":2,"#)
            }
            #expect(
                try await redis.command("ZRANGE", "lb:{used}:foreign", "0", "-1") == foreign.joined(separator: "\n")
            )
            // Counted once Redis has answered.
            try await until { try await service.metric("leaderboard_foreign_members_moved_total") >= 4 }
            let doctor = await Doctor(service.settings).findings().map { "\($0)" }
            #expect(doctor.contains { $0.contains("members that are no user ids were moved") }, "\(doctor)")
        }
    }

    @Test("is read on where the service may not write to it")
    func mayNotWrite() async throws {
        try await withService { service, redis in
            try await redis.command("ZADD", "lb:{main}:scores", "10", "alice", "20", "a b")
            try await redis.command("CONFIG", "SET", "min-replicas-to-write", "1")
            #expect(try await Self.page("?limit=5&offset=0", of: service).count <= 1)
            try await until { try await Self.page("", of: service) == ["alice"] }
        }
    }
}
