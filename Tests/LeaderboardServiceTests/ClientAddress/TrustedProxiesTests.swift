import HTTPServer
import TestSupport
import Testing

@testable import LeaderboardService

/// What a peer sends in `X-Forwarded-For`, and whom it makes the client.
struct ForwardedCase: Sendable, CustomTestStringConvertible {
    var trusted = "10.0.0.0/8, fd00::/8, unix"
    var peer = "10.0.0.1"
    let lines: [String]
    let client: String

    var testDescription: String { "\(peer) ← \(lines)" }

    static let all: [ForwardedCase] = [
        .init(lines: [], client: "10.0.0.1"),
        .init(lines: ["203.0.113.9"], client: "203.0.113.9"),
        .init(lines: ["198.51.100.1, 203.0.113.9"], client: "203.0.113.9"),
        .init(lines: ["198.51.100.1", "203.0.113.9"], client: "203.0.113.9"),
        .init(lines: ["203.0.113.9, 10.0.0.3,10.0.0.2"], client: "203.0.113.9"),
        .init(lines: ["203.0.113.9", "10.0.0.3", "fd00::2"], client: "203.0.113.9"),
        .init(lines: ["10.0.0.4, 10.0.0.3"], client: "10.0.0.4"),
        .init(lines: ["203.0.113.9:4711"], client: "203.0.113.9"),
        .init(lines: ["[2001:DB8::9]:4711"], client: "2001:db8::9"),
        .init(lines: ["[2001:db8::9]"], client: "2001:db8::9"),
        .init(lines: ["2001:db8:0::9"], client: "2001:db8::9"),
        .init(lines: ["fe80::1%eth0"], client: "fe80::1"),
        .init(lines: ["[fe80::1%25eth0]:80"], client: "fe80::1"),
        .init(lines: ["::ffff:203.0.113.9"], client: "203.0.113.9"),
        .init(lines: ["\t203.0.113.9 "], client: "203.0.113.9"),
        .init(peer: "::ffff:10.0.0.1", lines: ["203.0.113.9"], client: "203.0.113.9"),
        .init(peer: "fd00::1", lines: ["203.0.113.9"], client: "203.0.113.9"),
        .init(peer: "unix", lines: ["203.0.113.9"], client: "203.0.113.9"),
        .init(peer: "unix", lines: [], client: "unix"),
        // Signs that make one character of themselves and the comma behind them.
        .init(lines: ["198.51.100.1\u{603}, 203.0.113.9"], client: "203.0.113.9"),
        .init(lines: ["[\u{110BD},203.0.113.9"], client: "203.0.113.9"),
        .init(lines: ["203.0.113.9,\u{301}"], client: "10.0.0.1"),
        // Rubbish, and what stands left of it, is nobody's word.
        .init(lines: ["203.0.113.9, unknown"], client: "10.0.0.1"),
        .init(lines: ["203.0.113.9, unknown, 10.0.0.7"], client: "10.0.0.7"),
        .init(lines: ["203.0.113.9,"], client: "10.0.0.1"),
        .init(lines: ["203.0.113.9", ""], client: "10.0.0.1"),
        .init(lines: ["203.0.113.9:99999"], client: "10.0.0.1"),
        .init(lines: ["203.0.113.9:"], client: "10.0.0.1"),
        .init(lines: ["203.0.113.9:80:80"], client: "10.0.0.1"),
        .init(lines: ["[203.0.113.9]"], client: "10.0.0.1"),
        .init(lines: ["[2001:db8::9"], client: "10.0.0.1"),
        .init(lines: ["[2001:db8::9]x"], client: "10.0.0.1"),
        .init(lines: ["fe80::1%"], client: "10.0.0.1"),
        .init(lines: ["203.0.113.9%eth0"], client: "10.0.0.1"),
        .init(lines: ["\"203.0.113.9\""], client: "10.0.0.1"),
        .init(lines: ["for=203.0.113.9"], client: "10.0.0.1"),
        // Who is not trusted is the client, whatever it says.
        .init(peer: "203.0.113.9", lines: ["198.51.100.1"], client: "203.0.113.9"),
        .init(trusted: "", lines: ["198.51.100.1"], client: "10.0.0.1"),
        .init(trusted: "", peer: "::ffff:192.0.2.1", lines: ["198.51.100.1"], client: "192.0.2.1"),
        .init(trusted: "", peer: "unix", lines: ["198.51.100.1"], client: "unix"),
        .init(trusted: "10.0.0.0/8", peer: "unix", lines: ["198.51.100.1"], client: "unix"),
    ]
}

@Suite("X-Forwarded-For")
struct TrustedProxiesTests {
    @Test("makes the rightmost address that is not trusted the client", arguments: ForwardedCase.all)
    func client(row: ForwardedCase) throws {
        let proxies = try testSettings(["TRUSTED_PROXIES": row.trusted]).read { TrustedProxies($0) }
        let headers = try RequestHeaders(row.lines.map { ("x-forwarded-FOR", $0) })
        #expect(proxies.resolve(peer: row.peer, forwardedFor: headers) == row.client)
    }

    @Test("of a trusted proxy is what the audit holds; of anybody else it changes nothing")
    func audited() async throws {
        for (trusted, expected) in [("127.0.0.0/8", "203.0.113.9"), ("", "127.0.0.1")] {
            try await withService(["TRUSTED_PROXIES": trusted]) { service, redis in
                let connection = try await service.connect()
                let headers = ["X-Forwarded-For": "198.51.100.1, 203.0.113.9"]
                #expect(try await service.update("12345", 50, on: connection, headers).status == 200)
                let entry = try await redis.command("XRANGE", "lb:{main}:audit", "-", "+").split(separator: "\n")
                #expect(entry.contains("\(expected)"))
                #expect(!entry.contains("198.51.100.1"))
            }
        }
    }
}
