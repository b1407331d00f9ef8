import NIOCore
import Synchronization
import Testing

@testable import LeaderboardCommand

@Suite("What watch shows")
struct ScreenTests {
    private final class Output: Sendable {
        private let pieces = Mutex<[String]>([])
        var written: [String] { pieces.withLock { $0 } }
        func write(_ text: String) { pieces.withLock { $0.append(text) } }
    }

    private func standings(_ rows: KeyValuePairs<String, Int>) -> [LiveMessage.Standing] {
        rows.map { LiveMessage.Standing(user: $0.key, score: $0.value) }
    }

    @Test("where there is no terminal is one plain line for each standing and state")
    func plain() {
        let output = Output()
        let screen = Screen(isTerminal: false, write: output.write)
        screen.state = .live
        screen.state = .live
        screen.show(standings(["b": 20, "a": 10]))
        screen.state = .away("no answer")
        #expect(output.written == ["# live\n", "b=20 a=10\n", "# reconnecting: no answer\n"])
    }

    @Test("in a terminal is drawn in place, with marks for who moved and who is new")
    func terminal() throws {
        let output = Output()
        let screen = Screen(isTerminal: true, write: output.write)
        screen.state = .live
        screen.show(standings(["a": 30, "b": 20]))
        screen.show(standings(["b": 40, "a": 30, "c": 1]))
        let last = try #require(output.written.last)
        #expect(last.hasPrefix("\u{1B}[H"))
        #expect(last.hasSuffix("\u{1B}[J"))
        let lines = last.split(separator: "\n").map { $0.replacing("\u{1B}[K", with: "") }
        #expect(lines[0].contains("live"))
        #expect(lines.contains { $0.hasPrefix(" 1 ▲ b ") && $0.hasSuffix(" 40") })
        #expect(lines.contains { $0.hasPrefix(" 2 ▼ a ") && $0.hasSuffix(" 30") })
        #expect(lines.contains { $0.hasPrefix(" 3 + c ") && $0.hasSuffix(" 1") })
    }

    @Test(
        "fits into the terminal that there is: names are cut first, and no line is wider, nor are there more",
        arguments: [
            (80, 24), (54, 24), (53, 24), (40, 12), (20, 24), (12, 5), (5, 2), (1, 1),
        ]
    )
    func narrow(columns: Int, rows: Int) throws {
        let output = Output()
        let size = TerminalSize(columns: columns, rows: rows)
        let screen = Screen(isTerminal: true, size: { size }, write: output.write)
        screen.state = .live
        let name = String(repeating: "n", count: 64)
        screen.show((1...10).map { LiveMessage.Standing(user: "\($0)\(name)", score: 12_345_678 - $0) })
        let last = try #require(output.written.last)
        let lines = last.dropFirst(3).split(separator: "\n").map { $0.replacing("\u{1B}[K", with: "") }.dropLast()
        #expect(lines.allSatisfy { $0.count <= columns })
        #expect(lines.count <= max(1, rows - 1))
        // No score that is cut looks like another one.
        #expect(lines.allSatisfy { !$0.contains("1234") || $0.contains("123456") || $0.hasSuffix("…") }, "\(lines)")
        if columns >= 20, rows >= 13 {
            #expect(lines.count { $0.contains("…") } == 10 && lines.count { $0.contains("12345") } == 10, "\(lines)")
        }
        if columns >= 54 { #expect(lines.last?.count == 54) }
    }

    @Test(
        "as JSON is each message in one line, and nothing else",
        arguments: [
            ("{\"type\":\"scoreboard\",\n \"x\": [1, 2.50]}", "{\"type\":\"scoreboard\",\"x\":[1,2.50]}\n"),
            ("{}", "{}\n"), ("[]", nil), ("x", nil), ("", nil),
        ] as [(String, String?)]
    )
    func json(message: String, line: String?) {
        #expect((try? WatchReader.line(Array(message.utf8))) == line)
    }

    @Test(
        "takes names that Swift holds for one",
        arguments: [["é", "e\u{301}"], ["\u{FFFD}", "\u{FFFD}"], ["", ""], ["a", "a", "a"]]
    )
    func equalNames(names: [String]) {
        let output = Output()
        for isTerminal in [false, true] {
            let screen = Screen(isTerminal: isTerminal, write: output.write)
            for _ in 0..<2 { screen.show(names.map { LiveMessage.Standing(user: $0, score: .max) }) }
        }
        #expect(output.written.count == 4)
    }

    @Test(
        "has no marks at first, and none for who stays",
        arguments: [([:], [:]), (["a": 1, "b": 2], [:])] as [([String: Int], [String: String])]
    )
    func marks(ranks: [String: Int], expected: [String: String]) {
        #expect(Screen.marks(from: ranks, to: standings(["a": 2, "b": 1])) == expected)
    }
}

@Suite("Latencies")
struct LatenciesTests {
    @Test("are told in milliseconds, and none as nothing")
    func summary() throws {
        var latencies = Latencies()
        #expect(latencies.summary == nil)
        for milliseconds in 1...1000 { latencies.record(.milliseconds(Int64(milliseconds))) }
        let summary = try #require(latencies.summary)
        #expect((499...501).contains(summary.p50))
        #expect((898...902).contains(summary.p90))
        #expect((988...992).contains(summary.p99))
        #expect((999...1001).contains(summary.max))
    }

    @Test("beyond the range, or from the future, stay at its ends")
    func ends() throws {
        var latencies = Latencies()
        latencies.record(.hours(2))
        latencies.record(.seconds(-1))
        let summary = try #require(latencies.summary)
        #expect((595_000...605_000).contains(summary.max))
        #expect(summary.p50 < 1)
    }

    @Test("have one digit after the point", arguments: [(0, "0.0"), (1.25, "1.3"), (0.04, "0.0"), (12.96, "13.0")])
    func tenths(value: Double, text: String) {
        #expect(value.tenths == text)
    }
}
