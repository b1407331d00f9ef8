import Leaderboard
import NIOCore
import Testing

@Suite("A score event")
struct ScoreEventTests {
    @Test("of ours carries everything")
    func ours() throws {
        let event = try ScoreEvent(
            json: Array(
                #"{"user_id":"12345","score":200,"score_increase":50,"seq":121,"epoch":"17","time":1732400000000}"#.utf8
            )
        )
        #expect(event.user.rawValue == "12345")
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
        let event = try ScoreEvent(json: Array(json.utf8))
        #expect(event.user.rawValue == "12345")
        #expect(event.score == -200)
        #expect(event.increase == nil)
        #expect(event.seq == nil)
        #expect(event.epoch == nil)
    }

    @Test("takes scores to the edge of their range", arguments: ["9007199254740991", "-9007199254740991", "0"])
    func edges(score: String) throws {
        let event = try ScoreEvent(json: Array(#"{"user_id":"a","score":\#(score)}"#.utf8))
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
        #expect(throws: InvalidScoreEvent.self) { try ScoreEvent(json: Array(json.utf8)) }
    }
}

@Suite("A message on the board's channel")
struct BoardEventTests {
    @Test("of a score is that score")
    func score() throws {
        let json = Array(#"{"user_id":"a","score":1,"removed":false}"#.utf8)
        #expect(try BoardEvent(json: json) == .score(ScoreEvent(json: json)))
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
