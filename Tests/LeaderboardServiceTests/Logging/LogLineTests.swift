import Foundation
import Leaderboard
import Logging
import Testing

@testable import LeaderboardService

@Suite("Log lines")
struct LogLineTests {
    @Test("a JSON line has time, level, logger and message first, then the metadata sorted")
    func jsonLine() throws {
        let capture = LogCapture()
        capture.logs.logger("leaderboard.redis").info(
            "connected",
            metadata: ["port": "1", "host": "h", "try": .stringConvertible(3)]
        )
        let line = try #require(capture.lines().first)
        let end = #"","level":"info","logger":"leaderboard.redis","message":"connected","host":"h","port":"1","try":3}"#
        #expect(line.hasPrefix(#"{"time":"2"#) && line.hasSuffix(end))
    }

    @Test("a text line is for eyes: values with spaces are quoted")
    func textLine() throws {
        let capture = LogCapture(.text)
        capture.logs.logger("leaderboard").warning("slow", metadata: ["why": "disk is full", "ms": "20", "none": ""])
        let line = try #require(capture.lines().first)
        #expect(line.hasSuffix(#"Z warning leaderboard: slow ms=20 none="" why="disk is full""#))
    }

    @Test("nor does a name with spaces look like several fields")
    func textName() throws {
        let capture = LogCapture(.text)
        capture.logs.logger("l").info("m", metadata: ["a ip": "x", "b=c": "y", "": "z"])
        let line = try #require(capture.lines().first)
        #expect(line.hasSuffix(#"Z info l: m ""=z "a ip"=x "b=c"=y"#))
    }

    @Test("no value can end a line, forge a field, or reach a terminal as a control", arguments: LogFormat.allCases)
    func injection(format: LogFormat) throws {
        let evil = "a\n{\"level\":\"error\"}\r\u{1B}[31m\u{7F}\u{85}\u{9B}\u{2028}\u{2029}\u{202E}\u{0}\"\\\t\u{E0001}"
        let capture = LogCapture(format)
        capture.logs.logger("l\(evil)").info(
            "m\(evil)",
            metadata: ["k\(evil)": "\(evil)", "list": ["\(evil)", ["\(evil)": "x"]]]
        )
        let lines = try capture.lines()
        #expect(lines.count == 1)
        let all = try #require(lines.first)
        #expect(all.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7f })
        if format == .json {
            let object = try #require(JSONSerialization.jsonObject(with: Data(all.utf8)) as? [String: Any])
            #expect(object["k\(evil)"] as? String == evil)
            #expect(object["message"] as? String == "m\(evil)")
            #expect(object["level"] as? String == "info")
        }
    }

    @Test("bytes that are no UTF-8 become replacement characters, and other scripts stay readable")
    func encodings() throws {
        let capture = LogCapture()
        let rubbish = String(decoding: [0xff, 0x61, 0xc3] as [UInt8], as: UTF8.self)
        capture.logs.logger("l").info("m", metadata: ["name": "Zoë 山 🎉", "rubbish": "\(rubbish)"])
        let object = try #require(capture.objects().first)
        #expect(object["name"] as? String == "Zoë 山 🎉")
        #expect(object["rubbish"] as? String == "\u{FFFD}a\u{FFFD}")
    }

    @Test("metadata that would hide one of the four fields gets an underscore")
    func reservedKeys() throws {
        let capture = LogCapture()
        capture.logs.logger("l").info("m", metadata: ["level": "x", "time": "y"])
        let object = try #require(capture.objects().first)
        #expect(object["level"] as? String == "info")
        #expect(object["level_"] as? String == "x")
        #expect(object["time_"] as? String == "y")
    }

    @Test("truth values and numbers stay JSON values, nested metadata nested")
    func values() throws {
        let capture = LogCapture()
        capture.logs.logger("l").info(
            "m",
            metadata: [
                "ok": .stringConvertible(true), "n": .stringConvertible(-5), "f": .stringConvertible(0.5),
                "list": ["a", "b"], "map": ["k": "v"],
            ]
        )
        #expect(
            try capture.lines().first?.hasSuffix(#","f":"0.5","list":["a","b"],"map":{"k":"v"},"n":-5,"ok":true}"#)
                == true
        )
    }

    @Test("a level below the configured one costs no line")
    func level() throws {
        let capture = LogCapture(level: .warning)
        capture.logs.logger("l").info("m")
        capture.logs.audit.refused(code: "rate_limited", origin: UpdateOrigin(ip: "::1", requestID: "r"), user: nil)
        #expect(try capture.text() == "")
    }

    @Test(
        "time is RFC 3339 in UTC with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_735_689_599_001, "2024-12-31T23:59:59.001Z"), (1_735_689_600_010, "2025-01-01T00:00:00.010Z"),
            (4_107_542_399_000, "2100-02-28T23:59:59.000Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (Int.max, "9999-12-31T23:59:59.999Z"), (Int.min, "1970-01-01T00:00:00.000Z"),
        ]
    )
    func time(milliseconds: Int, text: String) {
        var bytes: [UInt8] = []
        LogTime(milliseconds: milliseconds).append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test("time agrees with Foundation's on every day of four centuries")
    func everyDay() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for day in 0..<146_097 {
            let milliseconds = day * 86_400_000 + day % 86_400 * 1000
            var bytes: [UInt8] = []
            LogTime(milliseconds: milliseconds).append(to: &bytes)
            let expected = Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(style)
            if String(decoding: bytes, as: UTF8.self) != expected { Issue.record("\(expected)"); return }
        }
    }
}
