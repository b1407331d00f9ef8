import Text
import Board
import NIOCore
import Testing

@testable import Broadcast

@Suite("A live message")
struct MessageTests {
    private let published = Published(
        cursor: Cursor(epoch: "1700", seq: 121),
        top: [Standing(user: "12345", score: 200), Standing(user: "b", score: -1)]
    )

    @Test("is byte for byte what the contract says")
    func golden() {
        var changes = MergedChanges()
        changes.add(change("12345", 121, score: 200, increase: 50), time: nil)
        changes.add(change("b", 121, score: -9_007_199_254_740_991, increase: -1), time: nil)
        #expect(
            String(buffer: Message.snapshot(published))
                == #"{"type":"snapshot","cursor":"1700:121","scoreboard":[{"user_id":"12345","score":200},{"user_id":"b","score":-1}]}"#
        )
        #expect(
            String(buffer: Message.scoreboard(published))
                == #"{"type":"scoreboard","cursor":"1700:121","scoreboard":[{"user_id":"12345","score":200},{"user_id":"b","score":-1}]}"#
        )
        #expect(
            String(buffer: Message.changes(to: published.cursor, from: 121, changes))
                == #"{"type":"changes","cursor":"1700:121","from":121,"changes":[{"user_id":"12345","score":200,"score_increase":50,"seq":121},{"user_id":"b","score":-9007199254740991,"score_increase":-1,"seq":121}]}"#
        )
        #expect(
            String(buffer: Message.changes(to: published.cursor, from: 122, MergedChanges()))
                == #"{"type":"changes","cursor":"1700:121","from":122,"changes":[]}"#
        )
    }

    @Test("with what users say has it in each row, and of a board that is revealed the covered places first")
    func rows() {
        var covered = published
        covered.frozen = FrozenLook(since: 17, covered: 2)
        covered.coveredRows = 2
        let rows =
            #"[{"rank":1,"hidden":true},{"rank":2,"hidden":true},{"user_id":"12345","score":200,"metadata":{"name":"A"}},"#
            + #"{"user_id":"b","score":-1,"metadata":null}]}"#
        let said: [String: String?] = ["12345": #"{"name":"A"}"#, "b": nil]
        #expect(
            String(buffer: Message.snapshot(covered, said: said))
                == #"{"type":"snapshot","cursor":"1700:121","frozen":{"since":17,"hidden":2},"scoreboard":"# + rows
        )
        #expect(String(buffer: Message.scoreboard(covered, said: [:])).contains(#""score":200,"metadata":null}"#))
        #expect(String(buffer: Message.metadata([], of: nil)) == #"{"type":"metadata","users":[]}"#)
    }

    @Test("to followers of users carries their ranks, and null where there is none")
    func followers() {
        let empty = Published(cursor: published.cursor, top: [])
        let users = [
            UserStanding(user: "a", score: 7, rank: 3), UserStanding(user: "z", score: nil, rank: nil),
        ]
        #expect(
            String(buffer: Message.snapshot(empty, users: users))
                == #"{"type":"snapshot","cursor":"1700:121","scoreboard":[],"users":[{"user_id":"a","score":7,"rank":3},{"user_id":"z","score":null,"rank":null}]}"#
        )
        let encoded = [3, nil].map { Message.change(change("a", 121, score: 7, increase: 1), rank: $0) }
        #expect(
            String(buffer: Message.changes(to: published.cursor, from: 121, encoded: encoded))
                == #"{"type":"changes","cursor":"1700:121","from":121,"changes":[{"user_id":"a","score":7,"score_increase":1,"seq":121,"rank":3},{"user_id":"a","score":7,"score_increase":1,"seq":121,"rank":null}]}"#
        )
    }

    @Test(
        "escapes what JSON does not take as it is",
        arguments: [("\"\\", #"\"\\"#), ("\n\u{1}", #"\n\u0001"#), ("é", "é")]
    )
    func escapes(text: String, expected: String) {
        var buffer = ByteBuffer()
        buffer.writeJSON(text)
        #expect(String(buffer: buffer) == "\"\(expected)\"")
    }

    @Test(
        "is never longer than its changes were reckoned to be",
        arguments: ["a", String(repeating: "\u{1}", count: 64)]
    )
    func bound(user: String) {
        let end = (1 << 53) - 1
        var changes = MergedChanges()
        changes.add(change(user, end, score: -end, increase: -end), time: nil)
        let cursor = Cursor(epoch: String(repeating: "9", count: 32), seq: end)
        let encoded = Message.change(change(user, end, score: -end, increase: -end), rank: end)
        #expect(encoded.readableBytes < changes.bytes)
        let message = Message.changes(to: cursor, from: end, changes)
        #expect(message.readableBytes <= changes.bytes + Message.envelopeBytes)
    }
}

@Suite("A cursor")
struct CursorTests {
    @Test("is read as it is written", arguments: [("1700:121", "1700", 121), ("a:b:0", "a:b", 0), (":7", "", 7)])
    func good(text: String, epoch: String, seq: Int) {
        #expect(Cursor(text) == Cursor(epoch: epoch, seq: seq))
        #expect(Cursor(text)?.description == text)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "121", "1700:", "1700:-1", "1700:+1", "1700:1.5", "1700: 1", "1700:١", "1700:9223372036854775808",
            String(repeating: "1", count: 127) + ":1",
        ]
    )
    func rubbish(text: String) {
        #expect(Cursor(text) == nil)
    }

    @Test("names the board where its path does")
    func board() {
        let published = Published(cursor: Cursor(epoch: "7", seq: 12), top: [Standing(user: "u1", score: 3)])
        var changes = MergedChanges()
        changes.add(change("u1", 12, score: 3), time: nil)
        let cursor = published.cursor
        let messages = [
            Message.snapshot(published, of: Subject(board: "b-1")),
            Message.scoreboard(published, of: Subject(board: "b-1")),
            Message.snapshot(published, users: [], of: Subject(board: "b-1")),
            Message.changes(to: cursor, from: 12, changes, of: Subject(board: "b-1")),
            Message.changes(to: cursor, from: 12, encoded: [ByteBuffer](), of: Subject(board: "b-1")),
        ]
        for message in messages {
            #expect(String(buffer: message).contains(#"","board":"b-1","cursor":"7:12""#))
        }
    }
}
