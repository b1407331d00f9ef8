import Board
import Foundation
import Leaderboard
import Logging
import Testing

@testable import LeaderboardService

@Suite("Audit log", .timeLimit(.minutes(5)))
struct AuditLogTests {
    @Test("an added update is one line with its fields, at Redis' time")
    func updated() throws {
        let capture = LogCapture()
        capture.logs.audit.updated(
            BoardUpdate(user: try UserID("12345"), .incr, 50),
            origin: UpdateOrigin(ip: "192.0.2.1", requestID: "abc"),
            score: 200,
            seq: 121,
            time: 1_732_400_000_000
        )
        let expected =
            #"{"time":"2024-11-23T22:13:20.000Z","level":"info","logger":"leaderboard.audit","message":"score updated","#
            + #""user_id":"12345","ip":"192.0.2.1","score_increase":50,"score":200,"seq":121,"request_id":"abc"}"#
        #expect(try capture.lines() == [expected])
    }

    @Test("a refused update is one line with the code; the user only when known")
    func refused() throws {
        let capture = LogCapture(.text)
        capture.logs.audit.refused(
            code: "invalid_token",
            origin: UpdateOrigin(ip: "192.0.2.1", requestID: "a"),
            user: nil
        )
        capture.logs.audit.refused(
            code: "rate_limited",
            origin: UpdateOrigin(ip: "192.0.2.1", requestID: "b"),
            user: "12345"
        )
        let lines = try capture.lines()
        #expect(lines.count == 2)
        #expect(
            lines.first?.hasSuffix(
                "Z info leaderboard.audit: update refused code=invalid_token ip=192.0.2.1 request_id=a"
            ) == true
        )
        #expect(lines.last?.hasSuffix("code=rate_limited ip=192.0.2.1 user_id=12345 request_id=b") == true)
    }

    @Test("the trace stands behind the request's id, where there is one")
    func trace() throws {
        let capture = LogCapture(.text)
        for trace in [nil, "4bf92f3577b34da6a3ce929d0e0e4736"] {
            let origin = UpdateOrigin(ip: "::1", requestID: "r", trace: trace)
            capture.logs.audit.refused(code: "x", origin: origin, user: nil)
            capture.logs.audit.updated(
                BoardUpdate(user: try UserID("u"), .incr, 1),
                origin: origin,
                score: 1,
                seq: 1,
                time: 0
            )
        }
        let ends = try capture.lines().map { $0.firstMatch(of: #/ request_id=.*/#).map { String($0.0) } }
        let with = " request_id=r trace_id=4bf92f3577b34da6a3ce929d0e0e4736"
        #expect(ends == [" request_id=r", " request_id=r", with, with])
    }

    @Test("a line is written by itself after a short while, without a flush")
    func arrivesByItself() {
        let capture = LogCapture()
        capture.logs.audit.refused(code: "x", origin: UpdateOrigin(ip: "::1", requestID: "r"), user: nil)
        #expect(capture.next().hasSuffix("\"request_id\":\"r\"}\n"))
    }

    @Test("lines of many threads stay whole, and those of one thread in order")
    func manyThreads() async throws {
        let capture = LogCapture()
        async let text = Task.detached { [capture] in
            var text = ""
            while !text.contains("\"message\":\"end\"") { text += capture.next() }
            return text
        }.value
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                guard let user = try? UserID("\(thread)") else { continue }
                group.addTask {
                    for number in 1...1000 {
                        capture.logs.audit.updated(
                            BoardUpdate(user: user, .incr, 1),
                            origin: UpdateOrigin(ip: "::1", requestID: "r"),
                            score: number,
                            seq: 0,
                            time: 0
                        )
                    }
                }
            }
        }
        capture.logs.logger("l").info("end")
        var last: [String: Int] = [:]
        for line in await text.split(separator: "\n").dropLast() {
            let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let user = try #require(object["user_id"] as? String)
            let score = try #require(object["score"] as? Int)
            #expect(score == last[user, default: 0] + 1)
            last[user] = score
        }
        #expect(last == ["0": 1000, "1": 1000, "2": 1000, "3": 1000])
    }

    @Test(
        "when nobody reads, lines beyond the bound are dropped and counted, the caller never waits, and the loss is told"
    )
    func fullBuffer() async throws {
        let capture = LogCapture(maximumBytes: 4096)
        // A pipe takes 64 KiB, the buffer 4 KiB more: 3000 lines of about 170 bytes are far too many.
        for number in 1...3000 {
            capture.logs.audit.updated(
                BoardUpdate(user: try UserID("u"), .incr, 1),
                origin: UpdateOrigin(ip: "::1", requestID: "r"),
                score: number,
                seq: 0,
                time: 0
            )
        }
        let dropped = capture.output.dropped
        #expect(dropped > 1000)
        var (text, told) = ("", 0)
        while told < dropped {
            text += capture.next()
            told = text.matches(of: /"message":"log lines dropped","count":(\d+)}\n/).reduce(0) {
                $0 + (Int($1.1) ?? 0)
            }
        }
        #expect(told == dropped)
    }
}
