import TestSupport
import Testing

@testable import LeaderboardService

/// One request at a bound, or one beyond it, and the status that it gets.
struct BorderCase: Sendable, CustomTestStringConvertible {
    let method: String
    let path: String
    var headers: [String: String] = [:]
    var body: String?
    let status: Int

    var testDescription: String { "\(method) \(path.prefix(120)) \(headers.keys.sorted()) \(body?.utf8.count ?? 0)" }

    private static func get(_ path: String, _ status: Int) -> BorderCase {
        BorderCase(method: "GET", path: path, status: status)
    }

    /// Powers of two and their neighbours, which no query's number may be; then what is no number.
    private static let beyond = [
        "-1", "-0", "+1", "2147483648", "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808",
        "18446744073709551615", "18446744073709551616", "340282366920938463463374607431768211456",
        String(repeating: "9", count: 1000), "", "%20", "1%20", "1.0", "1e2", "0x1", "%D9%A1", "NaN", "inf", "1,2",
        "1%00",
    ]

    static let queries =
        [("0", 400), ("1", 200), ("01", 200), ("100", 200), ("101", 400)].map {
            get("/api/v1/scoreboard?limit=\($0)", $1)
        }
        + beyond.map { get("/api/v1/scoreboard?limit=\($0)", 400) }
        + [("0", 200), ("1", 200), ("2147483648", 200), ("9007199254740000", 200), ("9007199254740001", 400)].map {
            get("/api/v1/scoreboard?limit=100&offset=\($0)", $1)
        }
        + beyond.filter { !["2147483648", "4294967296"].contains($0) }.map {
            get("/api/v1/scoreboard?offset=\($0)", 400)
        }
        + [get("/api/v1/scoreboard?limit=1&limit=1", 400), get("/api/v1/scoreboard?offset=0&offset=0", 400)]

    static let audit =
        [("0", 400), ("1", 200), ("1000", 200), ("1001", 400)].map { get("/api/v1/admin/audit?limit=\($0)", $1) }
        + beyond.map { get("/api/v1/admin/audit?limit=\($0)", 400) }
        + ["since", "until"].flatMap { name in
            [
                ("0", 200), ("1", 200), ("9007199254740991", 200), ("9007199254740992", 400), ("-1", 400), ("", 400),
                ("9223372036854775808", 400), ("NaN", 400), ("2026-11-25T04:00:00Z", 200),
                ("2026-13-25T04:00:00Z", 400),
                ("0000-00-00T00:00:00Z", 400),
            ].map { get("/api/v1/admin/audit?\(name)=\($0)", $1) }
        }
        + [
            ("0-0", 400), ("0-1", 200), ("1-0", 200), ("9223372036854775807-9223372036854775807", 200), ("-", 400),
            ("1-", 400),
            ("-1", 400), ("1", 400), ("01-0", 400), ("1-00", 400), ("1-0-0", 400),
            ("340282366920938463463374607431768211456-0", 400),
            ("", 400),
        ].map { get("/api/v1/admin/audit?cursor=\($0)", $1) }

    /// HEAD opens no stream.
    static let live =
        [
            "", "0:0", "1:1", ":", "-1:-1", "9223372036854775807:9223372036854775807",
            "18446744073709551616:18446744073709551616", "x",
        ].map { BorderCase(method: "HEAD", path: "/api/v1/scoreboard/events?cursor=\($0)", status: 200) }
        + [(0, 200), (1, 200), (20, 200), (21, 400), (200, 400)].map { count, status in
            let users = (0..<count).map { "user_id=u\($0)" }.joined(separator: "&")
            return BorderCase(method: "HEAD", path: "/api/v1/scoreboard/events?\(users)", status: status)
        }

    static let bodies = [(4096, 200), (4097, 413), (65_536, 413), (65_537, 413)].flatMap { length, status in
        [
            ("/api/v1/score/update", #"{"user_id":"12345","score_increase":0}"#),
            ("/api/v1/admin/users/12345/reinstate", #"{"reason":"a test"}"#),
        ].map { path, body in
            BorderCase(
                method: "POST",
                path: path,
                headers: ["Content-Type": "application/json"],
                body: body + String(repeating: " ", count: length - body.utf8.count),
                status: status
            )
        }
    }

    static let increases = [
        ("0", 200), ("1000", 200), ("1001", 400), ("-1", 400), ("9007199254740991", 400), ("9007199254740992", 400),
        ("9223372036854775807", 400), ("9223372036854775808", 400), ("18446744073709551616", 400), ("1e309", 400),
        ("-0", 200), ("1e3", 200), ("10.0", 200), ("1000.1", 400),
    ].map { number, status in
        BorderCase(
            method: "POST",
            path: "/api/v1/score/update",
            headers: ["Content-Type": "application/json"],
            body: #"{"user_id":"12345","score_increase":\#(number)}"#,
            status: status
        )
    }

    static let keys = [(1, 200), (64, 200), (65, 400), (1000, 400)].map { length, status in
        BorderCase(
            method: "POST",
            path: "/api/v1/score/update",
            headers: ["Content-Type": "application/json", "Idempotency-Key": String(repeating: "k", count: length)],
            body: #"{"user_id":"12345","score_increase":1}"#,
            status: status
        )
    }
}

@Suite("At the border of HTTP")
struct BorderTests {
    @Test("each number, count and length is taken up to its bound, refused beyond it, and never worse")
    func bounds() async throws {
        try await withService { service, _ in
            let token = try service.token("12345", scope: Operators.scope)
            let cases = [
                BorderCase.queries, BorderCase.audit, BorderCase.live, BorderCase.bodies, BorderCase.increases,
                BorderCase.keys,
            ]
            for test in cases.joined() {
                let connection = try await service.connect()
                let headers = test.headers.merging(["Authorization": "Bearer \(token)"]) { $1 }
                let answer = try await connection.request(test.method, test.path, headers, body: test.body)
                #expect(answer.status == test.status, "\(test.testDescription): \(answer.body)")
                if answer.status >= 400, test.method != "HEAD" { #expect(answer.code != nil) }
                connection.close()
            }
            #expect(try await service.connect().request("GET", "/readyz").status == 200)
        }
    }

    @Test(
        "a head is taken up to its length and its number of headers, and 431 beyond",
        arguments: [(0, 200), (1, 431)]
    )
    func heads(more: Int, status: Int) async throws {
        try await withService { service, _ in
            let start = "GET /healthz HTTP/1.1\r\nHost: test\r\nX-Filler: "
            let filler = String(repeating: "x", count: 8192 - start.utf8.count - 4 + more)
            let long = try await service.connect()
            try await long.send("\(start)\(filler)\r\n\r\n")
            #expect(try await long.response().status == status)
            let many = try await service.connect()
            let lines = (0..<99 + more).map { "X-\($0): x\r\n" }.joined()
            try await many.send("GET /healthz HTTP/1.1\r\nHost: test\r\n\(lines)\r\n")
            #expect(try await many.response().status == status)
        }
    }

    @Test(
        "a request id comes back up to its length, and is replaced beyond",
        arguments: [(1, true), (64, true), (65, false), (0, false)]
    )
    func requestIDs(length: Int, comesBack: Bool) async throws {
        try await withService { service, _ in
            let id = String(repeating: "i", count: length)
            let answer = try await service.connect().request("GET", "/healthz", ["X-Request-Id": id])
            #expect((answer.headers["x-request-id"] == id) == comesBack)
        }
    }
}
