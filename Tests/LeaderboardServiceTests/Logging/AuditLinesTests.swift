import Board
import Foundation
import Leaderboard
import Logging
import Testing

@testable import LeaderboardService

@Suite("Which audit lines are written", .timeLimit(.minutes(5)))
struct AuditLinesTests {
    private static func write(_ settings: [String: String]) throws -> [String] {
        let configuration = try ServiceConfiguration(testSettings(settings))
        let capture = LogCapture(level: configuration.logLevel, auditLines: configuration.auditLines)
        for seq in 0...10 { capture.logs.audit.add(seq: seq) }
        capture.logs.audit.refused(
            code: "rate_limited",
            origin: UpdateOrigin(ip: "192.0.2.1", requestID: "r"),
            user: nil
        )
        return try capture.objects().map { object in (object["seq"] as? Int).map(String.init) ?? "refused" }
    }

    @Test(
        "by AUDIT_LOG, AUDIT_LOG_SAMPLE and LOG_LEVEL",
        arguments: [
            ([:], (0...10).map(String.init) + ["refused"]),
            (["AUDIT_LOG": "ALL"], (0...10).map(String.init) + ["refused"]),
            (["AUDIT_LOG_SAMPLE": "5"], ["0", "5", "10", "refused"]),
            (["AUDIT_LOG_SAMPLE": "1000000"], ["0", "refused"]),
            (["AUDIT_LOG": "refusals"], ["refused"]),
            (["AUDIT_LOG": "refusals", "AUDIT_LOG_SAMPLE": "5"], ["refused"]),
            (["AUDIT_LOG": "off"], []), (["LOG_LEVEL": "notice"], []),
        ] as [([String: String], [String])]
    )
    func choice(settings: [String: String], lines: [String]) throws {
        #expect(try Self.write(["LOG_LEVEL": "info"].merging(settings) { $1 }) == lines)
    }

    @Test(
        "another value is refused by name",
        arguments: [("AUDIT_LOG", "some"), ("AUDIT_LOG_SAMPLE", "0"), ("AUDIT_LOG_SAMPLE", "1000001")]
    )
    func invalid(name: String, value: String) throws {
        let error = #expect(throws: InvalidSettings.self) { try ServiceConfiguration(testSettings([name: value])) }
        #expect(error?.all.map(\.name) == [name])
    }

    @Test("an added update's line has the length that the runbook reckons with")
    func length() throws {
        let capture = LogCapture()
        capture.logs.audit.add(seq: 1_234_567)
        let length = try capture.text().utf8.count
        #expect((235...245).contains(length), "\(length)")
    }

    @Test(
        "in the journal each line has its priority",
        arguments: [
            ("critical", 2), ("error", 3), ("warning", 4), ("notice", 5), ("info", 6), ("debug", 7), ("trace", 7),
        ]
    )
    func priority(level: String, priority: Int) throws {
        for format in LogFormat.allCases {
            let capture = LogCapture(format, level: .trace, isJournal: true)
            let level = try #require(Logger.Level(rawValue: level))
            capture.logs.logger("l").log(level: level, "m")
            capture.logs.audit.add(seq: 1)
            let lines = try capture.lines()
            #expect(lines.first?.hasPrefix(format == .json ? "<\(priority)>{\"time\"" : "<\(priority)>2") == true)
            #expect(lines.last?.hasPrefix("<6>") == true)
        }
    }

    @Test("the journal is known by the socket that systemd names, and by nothing else")
    func journal() throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        var file = stat()
        #expect(unsafe fstat(descriptor, &file) == 0)
        let name = "\(file.st_dev):\(file.st_ino)"
        #expect(Journal.reads(descriptor, stream: name))
        for other in [nil, "", ":", "8:", name + "1", "1" + name, name + ":", "-1:-1", "99999999999999999999:1"] {
            #expect(!Journal.reads(descriptor, stream: other))
        }
        #expect(!Journal.reads(-1, stream: name))
    }
}

extension AuditLog {
    fileprivate func add(seq: Int) {
        guard let user = try? UserID("player-1234567") else { return }
        updated(
            BoardUpdate(user: user, .incr, 50),
            origin: UpdateOrigin(ip: "192.0.2.123", requestID: "1kq5p0zx3hj2a-0k2j3h4g5f6d7"),
            score: 123_456,
            seq: seq,
            time: 1_732_400_000_000
        )
    }
}
