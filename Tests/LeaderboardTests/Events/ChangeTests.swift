import Board
import Leaderboard
import NIOCore
import Seasons
import Testing

@Suite("A score event")
struct ChangeTests {
    @Test("of ours carries everything")
    func ours() throws {
        let event = try Change(
            json: Array(
                #"{"user_id":"12345","score":200,"score_increase":50,"seq":121,"epoch":"17","time":1732400000000}"#.utf8
            )
        )
        #expect(event.user == "12345")
        #expect(event.score == 200)
        #expect(event.increase == 50)
        #expect(event.seq == 121)
        #expect(event.epoch == "17")
        #expect(event.time == 1_732_400_000_000)
    }

    @Test(
        "of another service needs a user and a score, and nothing else",
        arguments: [
            #"{"user_id":"12345","score":-200}"#,
            #"{"user_id":"12345","score":-200,"score_increase":null,"seq":null,"epoch":null,"time":null}"#,
            #"{"user_id":"12345","score":-200,"source":"arena","nested":[{"score":1.5}]}"#,
        ]
    )
    func others(json: String) throws {
        let event = try Change(json: Array(json.utf8))
        #expect(event.user == "12345")
        #expect(event.score == -200)
        #expect(event.increase == nil)
        #expect(event.seq == nil)
        #expect(event.epoch == nil)
    }

    @Test("of a hidden user is where it stands in the stream, by itself and in a group")
    func unseen() throws {
        let event = try Change(json: Array(#"{"user_id":"a","unseen":true,"seq":5,"epoch":"1","time":2}"#.utf8))
        #expect(event.isUnseen && event.seq == 5 && event.epoch == "1")
        let group =
            #"{"from":4,"updates":[{"user_id":"b","score":3,"score_increase":1},{"user_id":"a","unseen":true}],"#
            + #""seq":5,"epoch":"1","time":2}"#
        guard case .group(let told) = try BoardEvent(json: Array(group.utf8)) else {
            Issue.record("no group")
            return
        }
        #expect(told.updates.map(\.isUnseen) == [false, true] && told.updates.map(\.seq) == [4, 5])
        #expect(try !Change(json: Array(#"{"user_id":"a","score":1,"unseen":true}"#.utf8)).isUnseen)
        #expect(throws: InvalidScoreEvent.self) { try Change(json: Array(#"{"user_id":"a","unseen":false}"#.utf8)) }
    }

    @Test("takes scores to the edge of their range", arguments: ["9007199254740991", "-9007199254740991", "0"])
    func edges(score: String) throws {
        let event = try Change(json: Array(#"{"user_id":"a","score":\#(score)}"#.utf8))
        #expect(String(event.score) == score)
    }

    @Test(
        "is refused when any member that we know is wrong",
        arguments: [
            "", "hello", "[]", "{}", #"{"user_id":"a"}"#, #"{"score":1}"#, #"{"user_id":1,"score":1}"#,
            #"{"user_id":"<b>","score":1}"#, #"{"user_id":"a","score":"1"}"#, #"{"user_id":"a","score":1.5}"#,
            #"{"user_id":"a","score":9007199254740992}"#, #"{"user_id":"a","score":-9007199254740992}"#,
            #"{"user_id":"a","score":1,"score":2}"#, #"{"user_id":"a","score":1,"score_increase":"1"}"#,
            #"{"user_id":"a","score":1,"score_increase":9007199254740992}"#,
            #"{"user_id":"a","score":1,"seq":0,"epoch":"1"}"#,
            #"{"user_id":"a","score":1,"seq":1}"#, #"{"user_id":"a","score":1,"epoch":"1"}"#,
            #"{"user_id":"a","score":1,"seq":1,"epoch":"a:b"}"#, #"{"user_id":"a","score":1,"seq":1,"epoch":""}"#,
            #"{"user_id":"a","score":1,"seq":1,"epoch":"é"}"#, #"{"user_id":"a","score":1,"seq":1.5,"epoch":"1"}"#,
            #"{"user_id":"a","score":1,"time":-1}"#,
            #"{"user_id":"a","score":1,"x":""# + String(repeating: "x", count: 1024) + #""}"#,
        ]
    )
    func refuses(json: String) {
        #expect(throws: InvalidScoreEvent.self) { try Change(json: Array(json.utf8)) }
    }
}

@Suite("A message on the board's channel")
struct BoardEventTests {
    @Test("of a score is that score")
    func score() throws {
        let json = Array(#"{"user_id":"a","score":1,"removed":false}"#.utf8)
        #expect(try BoardEvent(json: json) == .change(Change(json: json)))
    }

    @Test(
        "says that a user says something else: with a score, in a group, and alone",
        arguments: [
            (#"{"user_id":"a","score":1,"score_increase":1,"meta":true,"seq":7,"epoch":"1","time":5}"#, [true]),
            (
                #"{"user_id":"a","score":1,"score_increase":1,"windows":[1],"meta":true,"seq":7,"epoch":"1","time":5}"#,
                [true]
            ),
            (#"{"user_id":"a","score":1,"score_increase":1,"meta":false,"seq":7,"epoch":"1","time":5}"#, [false]),
            (#"{"user_id":"a","score":1,"score_increase":1,"meta":1}"#, [false]),
            (
                #"{"from":7,"updates":[{"user_id":"a","score":1,"score_increase":1},"#
                    + #"{"user_id":"b","score":1,"score_increase":1,"meta":true}],"seq":8,"epoch":"1","time":5}"#,
                [false, true]
            ),
            (#"{"user_id":"a","meta":true}"#, []),
        ] as [(String, [Bool])]
    )
    func said(json: String, expected: [Bool]) throws {
        switch try BoardEvent(json: Array(json.utf8)) {
        case .change(let change): #expect([change.saysOther] == expected)
        case .group(let group): #expect(group.updates.map(\.saysOther) == expected)
        case .saysOther(let user): #expect(user.rawValue == "a" && expected.isEmpty)
        default: Issue.record("another event")
        }
    }

    @Test(
        "that says nothing is none",
        arguments: [#"{"user_id":"a","meta":false}"#, #"{"user_id":"a b","meta":true}"#, #"{"meta":true}"#]
    )
    func nothing(json: String) {
        #expect(throws: InvalidScoreEvent.self) { try BoardEvent(json: Array(json.utf8)) }
    }

    @Test("of several updates is each of them, in order, with the seqs from the first to the last")
    func group() throws {
        let longest = String(repeating: "u", count: UserID.maximumLength)
        let json =
            #"{"from":120,"updates":[{"user_id":"a","score":1,"score_increase":-1},{"user_id":"\#(longest)","score":-9007199254740991,"score_increase":0}],"seq":121,"epoch":"17","time":5}"#
        guard case .group(let group) = try BoardEvent(json: Array(json.utf8)) else {
            Issue.record("no group")
            return
        }
        #expect(group.updates.map(\.user) == ["a", longest])
        #expect(group.updates.map(\.score) == [1, -ScoreRange.limit])
        #expect(group.updates.map(\.increase) == [-1, 0])
        #expect(group.updates.map(\.seq) == [120, 121])
        #expect(group.updates.allSatisfy { $0.epoch == "17" && $0.time == 5 })
        // Whoever writes it in another way says the same.
        let reordered = json.dropLast() + #","source":{"name":"arena"}}"#
        #expect(try BoardEvent(json: Array(reordered.utf8)) == .group(group))
    }

    @Test("of 64 updates with the longest ids and numbers is read; of 65, or of a byte too many, it is not")
    func largest() throws {
        let update =
            #"{"user_id":"\#(String(repeating: "u", count: 128))","score":-9007199254740991,"score_increase":-9007199254740991}"#
        func json(_ count: Int, padding: Int = 0) -> [UInt8] {
            let updates = Array(repeating: update, count: count).joined(separator: ",")
            let last = ScoreRange.limit
            let blanks = String(repeating: " ", count: padding)
            return Array(
                #"{"from":\#(last - count + 1),"updates":[\#(updates)],"seq":\#(last),"epoch":"12345678901234567890","time":\#(last)}\#(blanks)"#
                    .utf8
            )
        }
        guard case .group(let group) = try BoardEvent(json: json(64)) else {
            Issue.record("no group")
            return
        }
        #expect(group.updates.count == 64 && group.updates.last?.seq == ScoreRange.limit)
        let room = GroupEvent.maximumJSONBytes - json(64).count
        #expect(throws: Never.self) { try BoardEvent(json: json(64, padding: room)) }
        #expect(throws: InvalidScoreEvent.self) { try BoardEvent(json: json(64, padding: room + 1)) }
        #expect(throws: InvalidScoreEvent.self) { try BoardEvent(json: json(65)) }
    }

    @Test("of several updates may come from another service, with no place among the board's updates")
    func foreignGroup() throws {
        let json = #"{"updates":[{"user_id":"a","score":1},{"score":2,"user_id":"b","score_increase":null}]}"#
        guard case .group(let group) = try BoardEvent(json: Array(json.utf8)) else {
            Issue.record("no group")
            return
        }
        #expect(group.updates.map(\.user) == ["a", "b"])
        #expect(group.updates.allSatisfy { $0.seq == nil && $0.epoch == nil && $0.increase == nil })
    }

    @Test(
        "of several updates is refused as a whole when any of it is wrong",
        arguments: [
            #"{"updates":[]}"#, #"{"updates":{}}"#, #"{"updates":null}"#, #"{"updates":[1]}"#, #"{"updates":[{}]}"#,
            #"{"updates":[{"user_id":"a","score":1},{"user_id":"<b>","score":1}]}"#,
            #"{"updates":[{"user_id":"a","score":1.5}]}"#, #"{"updates":[{"user_id":"a"}]}"#,
            #"{"updates":[{"user_id":"a","score":9007199254740992}]}"#,
            #"{"updates":[{"user_id":"a","score":1,"score_increase":"1"}]}"#,
            #"{"updates":[{"user_id":"a","score":1}],"seq":1,"epoch":"1"}"#,
            #"{"updates":[{"user_id":"a","score":1}],"from":1,"seq":1}"#,
            #"{"updates":[{"user_id":"a","score":1}],"from":1,"epoch":"1"}"#,
            #"{"updates":[{"user_id":"a","score":1}],"from":1}"#,
            #"{"updates":[{"user_id":"a","score":1}],"from":1,"seq":2,"epoch":"1"}"#,
            #"{"updates":[{"user_id":"a","score":1},{"user_id":"b","score":1}],"from":2,"seq":2,"epoch":"1"}"#,
            #"{"updates":[{"user_id":"a","score":1}],"from":0,"seq":0,"epoch":"1"}"#,
            #"{"updates":[{"user_id":"a","score":1}],"from":9007199254740992,"seq":9007199254740992,"epoch":"1"}"#,
            #"{"updates":[{"user_id":"a","score":1}],"from":-9223372036854775808,"seq":1,"epoch":"1"}"#,
            #"{"updates":[{"user_id":"a","score":1}],"from":1,"seq":1,"epoch":"a:b"}"#,
            #"{"updates":[{"user_id":"a","score":1}],"from":1,"seq":1,"epoch":"1","time":-1}"#,
            #"{"from":0,"updates":[{"user_id":"a","score":1,"score_increase":1}],"seq":1,"epoch":"1","time":1}"#,
            #"{"from":1,"updates":[{"user_id":"a","score":1,"score_increase":1}],"seq":2,"epoch":"1","time":1}"#,
            #"{"from":1,"updates":[{"user_id":"a","score":1,"score_increase":1},],"seq":1,"epoch":"1","time":1}"#,
        ]
    )
    func refusedGroup(json: String) {
        #expect(throws: InvalidScoreEvent.self) { try BoardEvent(json: Array(json.utf8)) }
    }

    @Test("of one user, longer than such a message may be, is no group for that")
    func tooLong() {
        let padding = String(repeating: "x", count: Change.maximumJSONBytes)
        for json in [#"{"user_id":"a","score":1,"x":"\#(padding)"}"#, #"{"reset":true,"x":"\#(padding)"}"#] {
            #expect(throws: InvalidScoreEvent.self) { try BoardEvent(json: Array(json.utf8)) }
        }
    }

    @Test(
        "that somebody left, or that much changed, calls for the standings",
        arguments: [
            #"{"user_id":"a","removed":true,"seq":7,"epoch":"1","time":5}"#, #"{"user_id":"a","removed":true}"#,
            #"{"reset":true,"seq":7,"epoch":"1","time":5}"#,
        ]
    )
    func replaced(json: String) throws {
        #expect(try BoardEvent(json: Array(json.utf8)) == .standingsReplaced)
    }

    @Test("that a season begins tells which run, and says nothing of the definition")
    func season() throws {
        let json = #"{"reset":true,"seasons":"9 1 all - 0 0;day 2026-11-29 1 9","seq":7,"epoch":"1","time":5}"#
        guard case .seasonsBegun(let begun) = try BoardEvent(json: Array(json.utf8)) else {
            Issue.record("no season begins")
            return
        }
        #expect(begun.cursor == Cursor(epoch: "1", seq: 7))
        #expect(
            begun.seasons == [
                WindowSeason(
                    window: try #require(WindowName("day")),
                    season: Season(id: "2026-11-29", from: 1, until: 9)
                )
            ]
        )
    }

    @Test(
        "of which nobody knows the place, or which has no seasons, calls for the standings",
        arguments: [
            #"{"reset":true,"seasons":"9 1 all - 0 0;day 2026-11-29 1 9"}"#, #"{"reset":true,"seasons":""}"#,
            #"{"reset":true,"seasons":7,"seq":7,"epoch":"1","time":5}"#,
        ]
    )
    func seasonsNowhere(json: String) throws {
        #expect(try BoardEvent(json: Array(json.utf8)) == .standingsReplaced)
    }

    @Test(
        "that is neither is refused",
        arguments: [
            #"{"user_id":"a","removed":1}"#, #"{"user_id":"<b>","removed":true}"#, #"{"removed":true}"#,
            #"{"reset":false}"#, #"{"user_id":"a","score":"1","removed":true}"#, "",
        ]
    )
    func refused(json: String) {
        #expect(throws: InvalidScoreEvent.self) { try BoardEvent(json: Array(json.utf8)) }
    }
}
