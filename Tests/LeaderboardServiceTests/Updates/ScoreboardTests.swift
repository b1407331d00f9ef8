import Foundation
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("The scoreboard", .serialized)
struct ScoreboardTests {
    @Test("shows the ten best, best first, in exactly the contract's form")
    func top() async throws {
        try await withService { service, redis in
            let connection = try await service.connect()
            #expect(try await connection.request("GET", "/api/v1/scoreboard").body == "[]")
            for user in 1...12 {
                try await redis.command("ZADD", "lb:{main}:scores", "\(user * 10)", "u\(user)")
                let event = #"{"user_id":"u\#(user)","score":\#(user * 10)}"#
                try await redis.command("PUBLISH", "lb:{main}:events", event)
            }
            _ = try await service.update("12345", 200, on: connection)
            let response = try await connection.request("GET", "/api/v1/scoreboard")
            #expect(response.status == 200)
            let best = (4...12).reversed().map { #"{"user_id":"u\#($0)","score":\#($0 * 10)}"# }
            #expect(response.body == "[" + ([#"{"user_id":"12345","score":200}"#] + best).joined(separator: ",") + "]")
            #expect(response.headers["cache-control"] == "no-cache")
            #expect(response.headers["access-control-allow-origin"] == "*")
            #expect(response.headers["content-type"] == "application/json")
            #expect(response.headers["x-content-type-options"] == "nosniff")
        }
    }

    @Test("pages by limit and offset")
    func pages() async throws {
        try await withService { service, redis in
            for user in 1...5 { try await redis.command("ZADD", "lb:{main}:scores", "\(user)", "u\(user)") }
            let connection = try await service.connect()
            let response = try await connection.request("GET", "/api/v1/scoreboard?limit=2&offset=1")
            #expect(response.body == #"[{"user_id":"u4","score":4},{"user_id":"u3","score":3}]"#)
            #expect(try await connection.request("GET", "/api/v1/scoreboard?offset=5").body == "[]")
            #expect(try await connection.request("GET", "/api/v1/scoreboard?limit=100&x=y").status == 200)
        }
    }

    @Test(
        "refuses a bad query",
        arguments: [
            "limit=0", "limit=101", "limit=", "limit=1.5", "limit=+1", "offset=-1", "limit=1&limit=2", "offset=x",
        ]
    )
    func badQuery(query: String) async throws {
        try await withService { service, _ in
            let response = try await service.connect().request("GET", "/api/v1/scoreboard?\(query)")
            #expect((response.status, response.code) == (400, "invalid_query"))
        }
    }

    @Test("is 304 for who has it, until a score changes")
    func entityTag() async throws {
        try await withService { service, _ in
            let connection = try await service.connect()
            _ = try await service.update("12345", 1, on: connection)
            let first = try await connection.request("GET", "/api/v1/scoreboard")
            let tag = try #require(first.headers["etag"])
            let same = try await connection.request("GET", "/api/v1/scoreboard", ["If-None-Match": tag])
            #expect((same.status, same.body) == (304, ""))
            #expect(same.headers["etag"] == tag)
            _ = try await service.update("12345", 1, on: connection)
            let changed = try await connection.request("GET", "/api/v1/scoreboard", ["If-None-Match": tag])
            #expect(changed.status == 200)
            #expect(changed.headers["etag"] != tag)
        }
    }

    @Test("shows a reader each update that the same instance has acknowledged")
    func readYourWrites() async throws {
        try await withService(["LIVE_WINDOW_MS": "500"]) { service, _ in
            let (writer, reader) = (try await service.connect(), try await service.connect())
            for number in 1...100 {
                #expect(try await service.update("12345", 1, on: writer).status == 200)
                let board = try await reader.request("GET", "/api/v1/scoreboard")
                #expect(board.body == #"[{"user_id":"12345","score":\#(number)}]"#)
            }
        }
    }

    @Test("asks Redis nothing for its first page")
    func ownCopy() async throws {
        try await withService(["LIVE_WINDOW_MS": "0"]) { service, redis in
            let connection = try await service.connect()
            _ = try await service.update("12345", 1, on: connection)
            _ = try await connection.request("GET", "/api/v1/scoreboard")
            let before = try await redis.command("INFO", "commandstats")
            for _ in 0..<1000 { _ = try await connection.request("GET", "/api/v1/scoreboard") }
            let after = try await redis.command("INFO", "commandstats")
            // The copy is compared with Redis once a second, whoever reads.
            #expect(Self.reads(after) - Self.reads(before) < 100)
            _ = try await connection.request("GET", "/api/v1/scoreboard?offset=1")
            #expect(Self.reads(try await redis.command("INFO", "commandstats")) > Self.reads(before))
        }
    }

    /// Calls of FCALL_RO, of Redis' `cmdstat_fcall_ro:calls=12,usec=…`.
    private static func reads(_ statistics: String) -> Int {
        let line = statistics.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_fcall_ro:") }
        return line.flatMap { Int($0.drop { $0 != "=" }.dropFirst().prefix(while: \.isNumber)) } ?? 0
    }

    @Test("goes on from an empty board when Redis was wiped")
    func wiped() async throws {
        try await withService { service, redis in
            let connection = try await service.connect()
            for _ in 1...5 { _ = try await service.update("12345", 10, on: connection) }
            try await redis.command("FLUSHALL")
            #expect(try await service.update("12345", 1, on: connection).status == 200)
            try await until {
                try await connection.request("GET", "/api/v1/scoreboard").body == #"[{"user_id":"12345","score":1}]"#
            }
            #expect(try await service.update("12345", 1, on: connection).status == 200)
            try await until {
                try await connection.request("GET", "/api/v1/scoreboard").body == #"[{"user_id":"12345","score":2}]"#
            }
        }
    }

    @Test("of one user is score and rank; of nobody 404")
    func user() async throws {
        try await withService { service, _ in
            let connection = try await service.connect()
            _ = try await service.update("best", 50, on: connection)
            _ = try await service.update("12345", 20, on: connection)
            let found = try await connection.request("GET", "/api/v1/scoreboard/users/12345")
            #expect(found.body == #"{"user_id":"12345","score":20,"rank":2}"#)
            let missing = try await connection.request("GET", "/api/v1/scoreboard/users/nobody")
            #expect((missing.status, missing.code) == (404, "user_not_found"))
        }
    }
}
