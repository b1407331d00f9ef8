import TestSupport
import Testing

@testable import LeaderboardClient

@Suite("The Swift client's parts")
struct SwiftClientPartsTests {
    @Test("events are whole whatever pieces they come in; named ones and remarks are passed over")
    func events() throws {
        let text =
            ": hello\n\nid: 1:5\ndata: one\n\ndata:two\r\ndata: \r\n\r\nevent: beat\ndata: x\n\nretry: 1\n\ndata: \"three\"\r\rdata: open\n"
        let bytes = Array(text.utf8)
        for length in 1...bytes.count {
            var (parser, found) = (EventParser(), [String]())
            for start in stride(from: 0, to: bytes.count, by: length) {
                try parser.take(bytes[start..<min(bytes.count, start + length)]) {
                    found.append(String(decoding: $0, as: UTF8.self))
                }
            }
            #expect(found == ["one", "two\n", "\"three\""], "\(length)")
        }
        var parser = EventParser()
        #expect(throws: EventParser.TooLong.self) {
            for _ in 0..<5 { try parser.take(repeatElement(UInt8(ascii: "a"), count: 1 << 20)) { _ in } }
        }
    }

    @Test(
        "known rows are those of the board",
        arguments: [Definition.Ties.id, .shared, .dense, .first, .last],
        [Definition.Order.desc, .asc]
    )
    func knownRows(ties: Definition.Ties, order: Definition.Order) {
        var random = SeededGenerator(seed: 7)
        var all: [String: (row: KnownRow, time: Int)] = [:]
        func sorted() -> [KnownRow] {
            all.values.sorted { one, other in
                if one.row.score != other.row.score { return (one.row.score < other.row.score) == (order == .asc) }
                if ties == .first || ties == .last { return (one.time < other.time) == (ties == .first) }
                return (one.row.user < other.row.user) == (order == .asc)
            }.map(\.row)
        }
        var known = KnownRows()
        (known.order, known.ties) = (order, ties)
        known.reset([], asked: 10)
        for step in 0..<2000 {
            let row = KnownRow(
                user: "u\(Int.random(in: 10..<50, using: &random))",
                score: Int.random(in: 0..<12, using: &random)
            )
            let old = all[row.user]?.row.score
            if old != row.score { all[row.user] = (row, step) }
            known.set(row, increase: row.score - (old ?? 0))
            if known.lacks(10) || step.isMultiple(of: 500) { known.reset(Array(sorted().prefix(10)), asked: 10) }
            let top = Array(sorted().prefix(10))
            guard Array(known.rows.prefix(10)) == top else {
                Issue.record("step \(step): \(known.rows) \(top)")
                return
            }
            let ranks = top.indices.map { place in
                let better = top[..<place].map(\.score).prefix { $0 != top[place].score }
                return ties == .shared ? better.count + 1 : ties == .dense ? Set(better).count + 1 : place + 1
            }
            #expect(top.indices.map(known.rank) == ranks, "step \(step)")
        }
    }

    @Test("a pause doubles up to a bound, differs, and is never shorter than the service says")
    func pauses() {
        let error = LeaderboardError(code: "x", message: "", retryAfter: .seconds(5))
        let none = LeaderboardError(code: "x", message: "")
        #expect(RetryPolicy.pause(after: 1, none, spread: 1) == .milliseconds(700))
        #expect(RetryPolicy.pause(after: 2, none, spread: 1) == .milliseconds(1200))
        #expect(RetryPolicy.pause(after: 1, error, spread: 0) == .milliseconds(5200))
        for failures in [0, 7, 16, 63, 64, Int.max] {
            #expect(
                (.milliseconds(200)...(.milliseconds(15_200))).contains(RetryPolicy.pause(after: failures, none)),
                "\(failures)"
            )
        }
        #expect(Set((0..<100).map { _ in RetryPolicy.newKey() }).count == 100 && RetryPolicy.newKey().utf8.count == 32)
        #expect(Duration.seconds(Int64.max).nanoseconds == .max && Duration.milliseconds(5).nanoseconds == 5_000_000)
    }

    @Test("a cursor is an epoch and a place, or none")
    func cursors() {
        for text in ["1:0", "1.w.2026-W48:5", "a_B-9:9007199254740991"] {
            #expect(LiveMessage.Position(text)?.cursor == text)
        }
        for text in [
            "", ":", "1:", ":5", "1:-5", "1:+5", "1:9007199254740992", "1:99999999999999999999", "a b:5", "é:5", "1:5 ",
        ] {
            #expect(LiveMessage.Position(text) == nil, "\(text)")
        }
    }

    @Test("a stream with a hole, of another epoch or of rubbish is ended, and the next begins with a snapshot")
    func holes() async throws {
        let board = try Leaderboard("http://127.0.0.1:1").board("b")
        let snapshot = #"{"type":"snapshot","cursor":"1:5","scoreboard":[{"user_id":"ada","score":5}]}"#
        func changes(_ cursor: String, from: Int, score: String = "7") -> String {
            #"{"type":"changes","cursor":"\#(cursor)","from":\#(from),"changes":[{"user_id":"ada","score":\#(score),"seq":6}]}"#
        }
        for (next, isGood) in [
            (changes("1:6", from: 6), true), (changes("1:6", from: 4), true), (changes("1:8", from: 7), false),
            (changes("2:6", from: 6), false),
            (changes("1:4", from: 4), false), (changes("1:6", from: Int.max), false),
            (changes("1:6", from: 6, score: "9007199254740992"), false),
            (changes("1:6", from: 6, score: "\"7\""), false), (changes("1", from: 6), false), ("[]", false),
            ("", false), (#"{"type":7}"#, false),
            (#"{"type":"snapshot","cursor":"1:5"}"#, false), (#"{"type":"snapshot","scoreboard":[]}"#, false),
            (#"{"type":"later","x":{}}"#, true),
            (#"{"type":"season"}"#, false),
        ] {
            let live = LiveStandings(board, rows: 10, LiveOptions()) { _ in }
            #expect(await live.take(Array(changes("1:6", from: 6).utf8)) == false)
            #expect(await live.take(Array(snapshot.utf8)))
            #expect(await live.take(Array(next.utf8)) == isGood, "\(next)")
        }
    }

    @Test("what is no URL, token or name of a board gets into no request")
    func injection() async throws {
        for url in ["", "http://", "ftp://h", "h:80", "http://h\r\nX: y", "http://h/ x", "http://h?x", "http://h#x"] {
            #expect(throws: LeaderboardError.self, "\(url)") { try Leaderboard(url) }
        }
        #expect("a/b?c d é\r\n".encoded == "a%2Fb%3Fc%20d%20%C3%A9%0D%0A")
        let leaderboard = try Leaderboard("http://127.0.0.1:1/", token: "a\r\nX-Evil: 1", retries: 0)
        let error = await #expect(throws: LeaderboardError.self) { _ = try await leaderboard.board().stats() }
        #expect(error?.code == "token" && error?.kind == .authentication)
    }
}
