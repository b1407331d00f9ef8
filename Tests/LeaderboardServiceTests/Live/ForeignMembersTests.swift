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
