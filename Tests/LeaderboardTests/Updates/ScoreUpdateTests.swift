import Board
import Leaderboard
import NIOCore
import Testing

@Suite("A score update")
struct ScoreUpdateTests {
    @Test(
        "is read from the body, wherever its members stand and whatever stands beside them",
        arguments: [
            #"{"user_id":"12345","score_increase":50}"#,
            #" { "score_increase" : 50 , "user_id" : "12345" } "#,
            #"{"note":{"user_id":"other"},"user_id":"12345","score_increase":50,"at":1e400,"é":null}"#,
            #"{"user_id":"\u0031\u0032345","score_increase":50}"#,
        ]
    )
    func accepts(body: String) throws {
        let update = try ScoreUpdate(json: ByteBuffer(string: body), maximumIncrease: 1000)
        #expect(update.user.rawValue == "12345")
        #expect(update.increase.rawValue == 50)
    }

    static let hostile: [(String, ScoreUpdateError.Fault)] = [
        ("", .json), ("null", .json), ("[]", .json), ("\"\"", .json), ("50", .json), ("{", .json),
        (#"{"user_id":"12345","score_increase":50}x"#, .json), (#"{"user_id":"12345","score_increase":050}"#, .json),
        (#"{"user_id":"12345","score_increase":+50}"#, .json), (#"{"user_id":"12345","score_increase":NaN}"#, .json),
        (#"{"user_id":"1","user_id":"12345","score_increase":50}"#, .json),
        (#"{"user_id":"12345","score_increase":50,"score_increase":51}"#, .json),
        (#"{"user_id":"12345","score_increase":50,"x":"\uD800"}"#, .json),
        (#"{"user_id":"12345","score_increase":50,"x":[[[[[[[[]]]]]]]]}"#, .json),
        (#"{"x":""# + String(repeating: "x", count: 4096) + #"","user_id":"12345","score_increase":50}"#, .json),
        ("{}", .userID), (#"{"score_increase":50}"#, .userID), (#"{"user_id":12345,"score_increase":50}"#, .userID),
        (#"{"user_id":null,"score_increase":50}"#, .userID), (#"{"user_id":"","score_increase":50}"#, .userID),
        (#"{"user_id":"a b","score_increase":50}"#, .userID), (#"{"user_id":"a\u0000","score_increase":50}"#, .userID),
        (#"{"user_id":"１２","score_increase":50}"#, .userID), (#"{"user_id":"\u212A","score_increase":50}"#, .userID),
        (#"{"User_id":"12345","score_increase":50}"#, .userID),
        (#"{"user_id":""# + String(repeating: "x", count: 129) + #"","score_increase":50}"#, .userID),
        (#"{"user_id":"12345"}"#, .scoreIncrease), (#"{"user_id":"12345","score_increase":"50"}"#, .scoreIncrease),
        (#"{"user_id":"12345","score_increase":50.5}"#, .scoreIncrease),
        (#"{"user_id":"12345","score_increase":5e-1}"#, .scoreIncrease),
        (#"{"user_id":"12345","score_increase":50.01}"#, .scoreIncrease),
        (#"{"user_id":"12345","score_increase":1e400}"#, .scoreIncrease),
        (#"{"user_id":"12345","score_increase":-1}"#, .scoreIncrease),
        (#"{"user_id":"12345","score_increase":-5e0}"#, .scoreIncrease),
        (#"{"user_id":"12345","score_increase":1001}"#, .scoreIncrease),
        (#"{"user_id":"12345","score_increase":true}"#, .scoreIncrease),
        (#"{"user_id":"12345","score_increase":null}"#, .scoreIncrease),
        (#"{"user_id":"12345","score_increase":[50]}"#, .scoreIncrease),
        (#"{"user_id":"12345","score_increase":18446744073709551666}"#, .scoreIncrease),
    ]

    @Test("is refused, with the member that is wrong", arguments: hostile)
    func refuses(body: String, fault: ScoreUpdateError.Fault) {
        let error = #expect(throws: ScoreUpdateError.self) {
            try ScoreUpdate(json: ByteBuffer(string: body), maximumIncrease: 1000)
        }
        #expect(error?.fault == fault)
    }

    @Test("may add nothing, the maximum, and never more than a score can hold")
    func increaseBounds() throws {
        #expect(try ScoreIncrease(0, maximum: 1000).rawValue == 0)
        #expect(try ScoreIncrease(1000, maximum: 1000).rawValue == 1000)
        #expect(throws: InvalidScoreIncrease.self) { try ScoreIncrease(1001, maximum: 1000) }
        #expect(throws: InvalidScoreIncrease.self) { try ScoreIncrease(-1, maximum: 1000) }
        #expect(try ScoreIncrease(ScoreRange.limit, maximum: .max).rawValue == ScoreRange.limit)
        #expect(throws: InvalidScoreIncrease.self) { try ScoreIncrease(ScoreRange.limit + 1, maximum: .max) }
    }

    @Test("takes user ids of every allowed character, 1 to 128 of them, such as identity providers make")
    func userIDs() throws {
        for text in [
            "a", "AZaz09_-.:@|+=~", String(repeating: "x", count: 128), "auth0|5f7c8ec7c33c6c004bbafe82",
            "google-oauth2|108",
            "first.last+tag@example.com", "did:key:z6Mk=~",
        ] {
            #expect(try UserID(text).rawValue == text)
            let body = ByteBuffer(string: #"{"user_id":"\#(text)","score_increase":1}"#)
            #expect(try ScoreUpdate(json: body, maximumIncrease: 10).user.rawValue == text)
        }
        for text in [
            "", " ", "a/b", "a*", "a?", "a[", "a}", "a%", "a,b", "a;", "a\"", "a\\", "a&b", "a#", "a!", "a$", "a^",
            "a`", "a{b", "é", "e\u{301}", "a\n", "\u{212A}", String(repeating: "x", count: 129),
        ] {
            #expect(throws: InvalidUserID.self) { try UserID(text) }
        }
    }

    @Test("takes idempotency keys of 1 to 64 visible ASCII characters")
    func idempotencyKeys() throws {
        for text in ["a", "!~", "6f1c:7/{}\"\\", String(repeating: "x", count: 64)] {
            #expect(try IdempotencyKey(text).rawValue == text)
        }
        for text in ["", " ", "a b", "a\t", "\u{7F}", "é", String(repeating: "x", count: 65)] {
            #expect(throws: InvalidIdempotencyKey.self) { try IdempotencyKey(text) }
        }
    }
}
