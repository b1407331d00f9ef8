import Board
import Broadcast
import Leaderboard
import NIOCore
import Seasons
import Testing

@testable import LeaderboardService

@Suite("What a client of many boards says")
struct SocketRequestTests {
    private func read(_ text: String) -> Result<SocketRequest, RefusedRequest> {
        do throws(RefusedRequest) { return .success(try SocketRequest(ByteBuffer(string: text))) } catch {
            return .failure(error)
        }
    }

    @Test(
        "is a subscription by the rules of the query of one board's path",
        arguments: [
            (#""board":"b""#, AskedView.shared(.all)),
            (#""board":"b","view":"all","cursor":null,"window":"all""#, .shared(.all)),
            (#""board":"b","view":"top","include":"metadata""#, .shared(.top)),
            (#""board":"b","user_id":"a+b""#, .shared(.users(["a+b"]))),
            (#""board":"b","user_id":["a","b@x|y=z"]"#, .shared(.users(["a", "b@x|y=z"]))),
            (#""board":"b","view":"me","neighbours":0,"max_rate":1e1"#, .own(neighbours: 0, pause: .milliseconds(100))),
        ]
    )
    func subscriptions(members: String, view: AskedView) throws {
        guard case .success(.subscribe(let wish)) = read(#"{"subscribe":{"sub":"a-1",\#(members)}}"#) else {
            Issue.record("\(read(#"{"subscribe":{"sub":"a-1",\#(members)}}"#))")
            return
        }
        #expect(wish.sub.rawValue == "a-1")
        #expect(wish.board == (try BoardID("b")))
        #expect(wish.wish.asked == view)
        #expect(wish.wish.namesBoard)
        #expect(wish.wish.includesMetadata == members.contains("include"))
    }

    @Test("may go on from a cursor, in a window")
    func cursor() throws {
        let text = #"{"subscribe":{"sub":"a","board":"b","window":"w","cursor":"12:34"}}"#
        guard case .success(.subscribe(let wish)) = read(text) else {
            Issue.record("refused")
            return
        }
        #expect(wish.wish.cursor == Cursor("12:34"))
        #expect(wish.wish.window?.rawValue == "w")
    }

    @Test("may be the end of one, or a token")
    func others() {
        guard case .success(.unsubscribe(let sub)) = read(#"{"unsubscribe":{"sub":"a"}}"#) else {
            Issue.record("refused")
            return
        }
        #expect(sub.rawValue == "a")
        guard case .success(.token("x")) = read(#"{"type":"token","token":"x"}"#) else {
            Issue.record("refused")
            return
        }
    }

    @Test(
        "is refused in words where it is something else, and of the subscription that it names",
        arguments: [
            ("", "invalid_message", nil), ("x", "invalid_message", nil), ("[]", "invalid_message", nil),
            ("{}", "invalid_message", nil), (#"{"subscribe":1}"#, "invalid_message", nil),
            (#"{"subscribe":{"sub":"a","sub":"b","board":"b"}}"#, "invalid_message", nil),
            (#"{"subscribe":{"sub":"a","board":"b"},"unsubscribe":{"sub":"a"}}"#, "invalid_message", nil),
            (#"{"resubscribe":{"sub":"a"}}"#, "invalid_message", nil), (#"{"type":"token"}"#, "invalid_message", nil),
            (#"{"type":"token","token":1}"#, "invalid_message", nil),
            (#"{"subscribe":{"board":"b"}}"#, "invalid_message", nil),
            (#"{"subscribe":{"sub":"","board":"b"}}"#, "invalid_message", nil),
            (#"{"subscribe":{"sub":1,"board":"b"}}"#, "invalid_message", nil),
            (#"{"subscribe":{"sub":"a\"b","board":"b"}}"#, "invalid_message", nil),
            (#"{"subscribe":{"sub":"ä","board":"b"}}"#, "invalid_message", nil),
            (#"{"subscribe":{"sub":"123456789012345678901234567890123","board":"b"}}"#, "invalid_message", nil),
            (#"{"subscribe":{"sub":"a"}}"#, "invalid_message", "a"),
            (#"{"subscribe":{"sub":"a","board":1}}"#, "invalid_message", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","users":"c"}}"#, "invalid_message", "a"),
            (#"{"subscribe":{"sub":"a","board":"B!"}}"#, "invalid_board_name", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","cursor":"x"}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","cursor":12}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","view":"x"}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","view":["top"]}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","view":true}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","view":"top","user_id":"c"}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","user_id":[]}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","user_id":["c",1]}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","user_id":"a&view=top"}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","max_rate":0}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","max_rate":1e400}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","neighbours":-1}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","include":"all"}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","view":"me","include":"metadata"}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","window":"W W"}}"#, "invalid_window", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","window":"w","season":"2026-W01"}}"#, "invalid_query", "a"),
            (#"{"subscribe":{"sub":"a","board":"b","segment":"country:de"}}"#, "invalid_segment", "a"),
            (#"{"unsubscribe":{}}"#, "invalid_message", nil), (#"{"unsubscribe":"a"}"#, "invalid_message", nil),
            (#"{"unsubscribe":{"sub":"a","board":"b"}}"#, "invalid_message", "a"),
        ]
    )
    func refused(text: String, code: String, sub: String?) {
        guard case .failure(let refused) = read(text) else {
            Issue.record("taken")
            return
        }
        #expect(refused.refusal.code == code)
        #expect(refused.sub?.rawValue == sub)
    }

    @Test("is refused where a member is unknown, and told which there are: none of those that are always refused")
    func unknownMember() {
        guard case .failure(let refused) = read(#"{"subscribe":{"sub":"a","board":"b","xyz":1}}"#) else {
            Issue.record("taken")
            return
        }
        let words = refused.refusal.message
        #expect(words.contains("cursor, window, view"), "\(words)")
        #expect(!words.contains("season") && !words.contains("segment"), "\(words)")
    }

    @Test("is no longer than a token may be")
    func length() {
        let room = SocketRequest.maximumBytes - #"{"type":"token","token":""}"#.utf8.count
        for (bytes, isTaken) in [(room, true), (room + 1, false)] {
            let text = #"{"type":"token","token":"\#(String(repeating: "x", count: bytes))"}"#
            guard case .success = read(text) else {
                #expect(!isTaken)
                continue
            }
            #expect(isTaken)
        }
    }
}
