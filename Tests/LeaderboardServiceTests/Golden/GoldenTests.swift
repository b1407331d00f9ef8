import Foundation
import NIOCore
import TestSupport
import Testing

@testable import LeaderboardService

/// Requests to board `main`, in order, and every byte of the answers but for what no two runs have in common. They stand in
/// `main.txt`, as they were when there was one board; clients are written against them. New since are the links to next pages.
///
/// `LEADERBOARD_RECORD_GOLDEN=1 swift test --filter GoldenTests` writes the file anew.
@Suite("The paths of board main")
struct GoldenTests {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "main.txt"
    )

    @Test("answer as they always did, byte for byte")
    func bytes() async throws {
        let transcript = Transcript()
        let own = [
            "RATE_LIMIT_UPDATES": "20", "RATE_LIMIT_INTERVAL_SECONDS": "86400",
            "CORS_ALLOWED_ORIGINS": "https://play.example.com",
        ]
        try await withService(own) { service, redis in
            try await redis.command("SADD", "lb:{main}:suspended", "banned")
            try await redis.command("ZADD", "lb:{main}:scores", "9007199254740991", "full", "-5", "low", "1.5", "half")
            for exchange in GoldenExchange.all {
                let connection = try await service.connect()
                try await transcript.add(exchange, service, on: connection)
            }
        }
        let grants = ["GRANTS": "required", "GRANT_SECRET": GoldenExchange.grantSecret]
        try await withService(grants.merging(own) { $1 }) { service, _ in
            for exchange in GoldenExchange.granted {
                try await transcript.add(exchange, service, on: try await service.connect())
            }
        }
        let answers = await transcript.text
        if ProcessInfo.processInfo.environment["LEADERBOARD_RECORD_GOLDEN"] != nil {
            try Data(answers.utf8).write(to: Self.file)
        }
        let golden = String(decoding: try Data(contentsOf: Self.file), as: UTF8.self)
        let pairs = zip(answers.components(separatedBy: "\n"), golden.components(separatedBy: "\n"))
        for (number, (now, before)) in pairs.enumerated() where now != before {
            Issue.record("line \(number + 1) of main.txt is \(before), and now \(now)")
            return
        }
        #expect(answers == golden)
    }
}

private actor Transcript {
    private(set) var text = ""

    func add(_ exchange: GoldenExchange, _ service: RunningService, on connection: TestConnection) async throws {
        var request = "\(exchange.method) \(exchange.path) HTTP/1.1\r\nHost: test\r\n"
        if let user = exchange.user {
            request += "Authorization: Bearer \(try service.token(user, scope: exchange.scope))\r\n"
        }
        for header in exchange.headers { request += header + "\r\n" }
        let body = try exchange.body?()
        if exchange.isStream { try await Self.viewersSeeTheLast(service) }
        if let body { request += "Content-Length: \(body.utf8.count)\r\n" }
        if !exchange.isStream { request += "Connection: close\r\n" }
        try await connection.send(request + "\r\n" + (body ?? ""))
        let end = exchange.end
        let answer =
            exchange.isStream
            ? try await connection.receive { (bytes: inout ByteBuffer) -> String? in
                let text = String(buffer: bytes)
                return text.contains(end) ? text : nil
            } : try await connection.receiveToEnd()
        connection.close()
        let headers = exchange.headers.map { "\n    \($0)" }.joined()
        text += "=== \(exchange.name)\n\(exchange.method) \(exchange.path)\(headers)\n"
        text += "\(Self.withoutChance(answer).replacing("\r\n", with: "\n"))\n"
    }

    /// An update is answered before viewers see it: what a new one sees first could be older than what was answered last.
    private static func viewersSeeTheLast(_ service: RunningService) async throws {
        let stats = try await service.connect().request("GET", "/api/v1/scoreboard/stats")
        let cursor = try #require(stats.json?["cursor"] as? String)
        try await until("no viewer sees \(cursor)") {
            let connection = try await service.connect()
            defer { connection.close() }
            try await connection.send("GET /api/v1/scoreboard/events HTTP/1.1\r\nHost: test\r\n\r\n")
            return try await connection.receive { (bytes: inout ByteBuffer) -> String? in
                let text = String(buffer: bytes)
                return text.contains("]}\n\n") ? text : nil
            }.contains(cursor)
        }
    }

    /// Times, random identities and what the clock makes of a bucket.
    private static func withoutChance(_ answer: String) -> String {
        [
            (#"Date: [^\r]*"#, "Date: D"), (#"X-Request-Id: [a-z0-9-]*"#, "X-Request-Id: I"),
            (#";t=\d+"#, ";t=T"), (#"Retry-After: \d{2,}"#, "Retry-After: T"), (#"in \d+ s\."#, "in T s."),
            (#"\d{14,20}:(\d+)"#, "E:$1"), (#"retry: \d+"#, "retry: R"), (#""id":"\d+-\d+""#, #""id":"N""#),
            (#""time":\d{13}"#, #""time":T"#), (#""next":"\d+-\d+""#, #""next":"N""#),
            (#"after=\d+-\d+"#, "after=N"),
            (#""rate_limit_full_at_us":\d+"#, #""rate_limit_full_at_us":T"#),
            (#""hash":"[0-9a-f]{40}""#, #""hash":"H""#), (#""request_id":"[^"]*""#, #""request_id":"I""#),
            (#"erased-[0-9a-f]{16}"#, "erased-P"),
            // Of the audit, whose request ids differ in length.
            (#"Content-Length: \d+(?=[^{]*\{"(entries|user_id":"zero))"#, "Content-Length: L"),
        ].reduce(answer) { text, pattern in
            text.replacingOccurrences(of: pattern.0, with: pattern.1, options: .regularExpression)
        }
    }
}
