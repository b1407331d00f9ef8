import Foundation
import NIOCore
import ServiceLifecycleTestKit
import TestSupport
import Testing

@testable import LeaderboardService

@Suite("A batch of updates", .timeLimit(.minutes(5)))
struct ReportScoresTests {
    private static let path = "/api/v1/boards/main/scores"

    private static func head(_ service: RunningService, _ type: String, _ more: String = "") throws -> String {
        let token = try service.token("server", scope: "leaderboard:report")
        return
            "POST \(path) HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer \(token)\r\nContent-Type: \(type)\r\n\(more)"
    }

    private static func list(
        _ updates: String,
        _ service: RunningService,
        on connection: TestConnection,
        _ headers: [String: String] = [:]
    ) async throws -> TestResponse {
        let token = try service.token("server", scope: "leaderboard:report")
        let answer = try await connection.request(
            "POST",
            path,
            ["Authorization": "Bearer \(token)", "Content-Type": "application/json"].merging(headers) { $1 },
            body: updates
        )
        #expect(Descriptions.complaints(answer, to: "POST", "/api/v1/boards/{board}/scores") == [], "\(answer.body)")
        return answer
    }

    private static let outcomes = #"""
        {"status":"partial","results":[{"id":"a","status":"success","http_status":200,"score":5,"rank":1,"seq":1,"changed":true},
        {"status":"success","http_status":200,"score":7,"rank":1,"seq":2,"changed":true},
        {"id":"a","status":"success","http_status":200,"replayed":true,"score":5,"rank":1,"seq":1,"changed":true},
        {"id":"b","status":"error","http_status":403,"code":"user_suspended","message":"This account is suspended: its score cannot change."},
        {"id":"c","status":"error","http_status":400,"code":"invalid_user_id","message":"user_id must be a string of 1 to 128 characters of A-Z a-z 0-9 _ - . : @ | + = ~."},
        {"status":"error","http_status":400,"code":"invalid_idempotency_key","message":"id must be a string of 1 to 64 visible ASCII characters."},
        {"status":"error","http_status":400,"code":"invalid_json","message":"An update must be a JSON object."},
        {"id":"a","status":"error","http_status":422,"code":"idempotency_key_reused","message":"This Idempotency-Key was already used for another update: use a new key for a new update."}]}
        """#.replacing("\n", with: "")

    @Test("has the outcome of each update, in order, as an array and as lines, with an audit entry that names both")
    func outcomes() async throws {
        let updates = [
            #"{"id":"a","user_id":"ada","score_increase":5}"#, #"{"user_id":"bob","score_increase":7}"#,
            #"{"user_id":"ada","score_increase":5,"id":"a"}"#, #"{"id":"b","user_id":"eve","score_increase":5}"#,
            #"{"id":"c","user_id":"","score_increase":5}"#, #"{"id":7,"user_id":"ada","score_increase":5}"#, "[1]",
            #"{ "id" : "a", "score_increase" : 6, "user_id" : "ada" }"#,
        ]
        for isLines in [false, true] {
            try await withService { service, redis in
                try await redis.command("SADD", "lb:{main}:suspended", "eve")
                let connection = try await service.connect()
                if isLines {
                    let body = updates.joined(separator: "\n")
                    try await connection.send(
                        Self.head(service, "application/x-ndjson", "Prefer: return=representation\r\n")
                            + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
                    )
                    let lines = try await connection.streamed().body.split(separator: "\n")
                    #expect(Self.outcomes == #"{"status":"partial","results":[\#(lines.joined(separator: ","))]}"#)
                } else {
                    let headers = ["Prefer": "return=representation"]
                    let answer = try await Self.list(
                        "[\(updates.joined(separator: ","))]",
                        service,
                        on: connection,
                        headers
                    )
                    #expect((answer.status, answer.body) == (200, Self.outcomes))
                    #expect(answer.headers["ratelimit-policy"] == #""service:main";q=100000;w=1"#)
                    #expect(answer.headers["ratelimit"]?.hasPrefix(#""service:main";r="#) == true)
                }
                let entries = try await redis.command("XRANGE", "lb:{main}:audit", "-", "+")
                #expect(entries.matches(of: /actor\s+server/).count == 2, "\(entries)")
                #expect(try await redis.command("XLEN", "lb:{main}:audit") == "2")
            }
        }
    }

    @Test("is refused as a whole where it is none: then nothing is counted")
    func refused() async throws {
        try await withService(["REPORT_MAX_BATCHES_PER_SERVICE": "1"]) { service, redis in
            let one = #"{"user_id":"ada","score_increase":1}"#
            let many = "[" + Array(repeating: one, count: 1001).joined(separator: ",") + "]"
            let cases: [(status: Int, code: String, body: String, headers: [String: String])] = [
                (400, "invalid_updates", "[]", [:]), (400, "invalid_updates", one, [:]),
                (400, "invalid_updates", many, [:]), (400, "invalid_json", "[\(one)", [:]),
                (400, "invalid_idempotency_key", "[\(one)]", ["Idempotency-Key": "k"]),
                (415, "unsupported_media_type", "[\(one)]", ["Content-Type": "text/plain"]),
                (415, "unsupported_media_type", "[\(one)]", ["Content-Encoding": "gzip"]),
                (413, "body_too_large", String(repeating: " ", count: 1_048_577), [:]),
                (401, "invalid_token", "[\(one)]", ["Authorization": "Bearer x"]),
            ]
            for row in cases {
                let answer = try await Self.list(row.body, service, on: service.connect(), row.headers)
                #expect((answer.status, answer.code) == (row.status, row.code), "\(row.code)")
            }
            let waiting = try await service.connect()
            try await waiting.send(Self.head(service, "application/x-ndjson", "Content-Length: 9\r\n\r\n\n"))
            #expect(try await waiting.begun())
            let full = try await Self.list("[\(one)]", service, on: service.connect())
            #expect((full.status, full.code) == (503, "too_many_batches"))
            waiting.close()
            try await until { try await Self.list("[\(one)]", service, on: service.connect()).status == 200 }
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "ada") == "1")
        }
    }

    @Test(
        "counts each update once, wherever it is cut off, and however often it is repeated",
        arguments: [true, false]
    )
    func cuts(isLines: Bool) async throws {
        try await withService(["REPORT_MAX_BATCHES_PER_SERVICE": "10000", "REPORT_MAX_BATCHES": "10000"]) {
            service,
            redis in
            let users = ["ada", "bob", "eve"]
            let updates = users.map { #"{"id":"\#($0)-1","user_id":"\#($0)","score_increase":5}"# }
            let body = isLines ? updates.map { $0 + "\n" }.joined() : "[\(updates.joined(separator: ","))]"
            let head =
                try Self.head(service, isLines ? "application/x-ndjson" : "application/json")
                + "Content-Length: \(body.utf8.count)\r\n\r\n"
            for cut in 0..<body.utf8.count {
                let connection = try await service.connect()
                try await connection.send(head + String(body.prefix(cut)))
                connection.close()
            }
            if !isLines { #expect(try await redis.command("EXISTS", "lb:{main}:scores") == "0") }
            for _ in 1...2 {
                let connection = try await service.connect()
                try await connection.send(head + body)
                let answer =
                    isLines ? try await connection.streamed().body : try await connection.response().body
                #expect(answer.matches(of: /"http_status":200/).count == 3, "\(answer)")
            }
            for user in users { #expect(try await redis.command("ZSCORE", "lb:{main}:scores", user) == "5") }
            #expect(try await redis.command("XLEN", "lb:{main}:audit") == "3")
        }
    }

    @Test("sent to two instances at once counts each update once")
    func twoInstances() async throws {
        try await withService { first, redis in
            try await withService(["REDIS_URL": redis.url]) { second in
                let updates = (0..<300).map { #"{"id":"m\#($0)","user_id":"u\#($0 % 7)","score_increase":1}"# }
                let body = "[\(updates.joined(separator: ","))]"
                try await withThrowingTaskGroup { tasks in
                    for service in [first, second, first, second] {
                        tasks.addTask {
                            let answer = try await Self.list(body, service, on: service.connect())
                            #expect(answer.body.hasPrefix(#"{"status":"success""#), "\(answer.body.prefix(300))")
                        }
                    }
                    try await tasks.waitForAll()
                }
                #expect(try await redis.command("XLEN", "lb:{main}:audit") == "300")
                #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "u0") == "43")
            }
        }
    }

    @Test("of lines is answered line by line while it goes on, over blank ones, until a line is too long")
    func lines() async throws {
        try await withService { service, redis in
            let connection = try await service.connect()
            try await connection.send(Self.head(service, "application/x-ndjson", "Transfer-Encoding: chunked\r\n\r\n"))
            func send(_ text: String) async throws {
                try await connection.send(String(text.utf8.count, radix: 16) + "\r\n\(text)\r\n")
            }
            try await send("\n \r\n{\"user_id\":\"ada\",")
            #expect(try await connection.begun())
            for number in 1...3 {
                try await send("\"score_increase\":\(number)}\r\n{\"user_id\":\"ada\",")
                let line = #"{"status":"success","http_status":200}"#
                #expect(try await connection.chunk() == line + "\n")
            }
            try await send("\"score\":1}\n")
            #expect(try await connection.chunk().contains(#""code":"invalid_operator""#))
            try await send(String(repeating: "x", count: 4097))
            let end = #"{"ended":true,"status":"error","http_status":413,"code":"body_too_large","#
            #expect(try await connection.chunks().hasPrefix(end))
            #expect(try await connection.receiveToEnd() == "")
            #expect(try await redis.command("ZSCORE", "lb:{main}:scores", "ada") == "6")
        }
    }

    @Test("of lines ends with a stop of the instance, which says so behind the lines that were counted")
    func stop() async throws {
        try await withService { service, _ in
            let connection = try await service.connect()
            let line = "{\"user_id\":\"ada\",\"score_increase\":1}\n"
            try await connection.send(Self.head(service, "application/x-ndjson", "Content-Length: 1000\r\n\r\n") + line)
            #expect(try await connection.begun())
            #expect(try await connection.chunk().contains("200"))
            service.stopping.triggerGracefulShutdown()
            let end = try await connection.chunks()
            #expect(end.contains(#""ended":true"#) && end.contains(#""code":"stopping""#))
        }
    }
}

extension TestConnection {
    /// The head of an answer in chunks has come.
    fileprivate func begun() async throws -> Bool {
        try await receive { bytes in
            guard let end = String(buffer: bytes).range(of: "\r\n\r\n") else { return nil }
            let head = String(buffer: bytes)[..<end.upperBound]
            bytes.moveReaderIndex(forwardBy: head.utf8.count)
            return head.hasPrefix("HTTP/1.1 200 ") && head.contains("chunked")
        }
    }

    /// The next chunk of it.
    fileprivate func chunk() async throws -> String {
        try await receive { bytes in
            let text = String(buffer: bytes)
            guard let line = text.range(of: "\r\n"), let size = Int(text[..<line.lowerBound], radix: 16) else {
                return nil
            }
            let head = text[..<line.upperBound].utf8.count
            guard bytes.readableBytes >= head + size + 2 else { return nil }
            bytes.moveReaderIndex(forwardBy: head)
            let chunk = bytes.readString(length: size)
            bytes.moveReaderIndex(forwardBy: 2)
            return chunk
        }
    }
}
