import Board
import NIOCore
import Testing

@testable import Leaderboard

@Suite("A body of several updates")
struct ScoreUpdatesTests {
    private static func body(_ count: Int) -> String {
        let updates = (0..<count).map { #"{"board":"b\#($0)","score_increase":1}"# }.joined(separator: ",")
        return #"{"user_id":"ada","updates":[\#(updates)]}"#
    }

    @Test("has 1 to 20 boards, in its order, each with its own change", arguments: [1, 2, 20])
    func taken(count: Int) throws {
        let updates = try ScoreUpdates(json: ByteBuffer(string: Self.body(count)))
        #expect(updates.user.rawValue == "ada")
        #expect(updates.wishes.map(\.board.rawValue) == (0..<count).map { "b\($0)" })
        let first = try #require(updates.wishes.first)
        let update = try first.update(by: updates.user, of: BoardDefinition())
        #expect(update == BoardUpdate(user: updates.user, .incr, 1))
    }

    @Test("is refused with all that is wrong with it at once, under the code of the first")
    func faults() {
        let body = """
            {"user_id":"1 2","updates":[7,{"board":"A"},{"score":1},{"board":"a"},{"board":"a","score":1.5},
            {"board":"b","score_increase":-1},{"board":"c","score_decrease":"1"},{"board":"d","score":1,"operator":"x"},
            {"board":"e","score":1,"score_increase":1},{"board":"f","score_increase":1,"operator":"incr"}]}
            """
        let error = #expect(throws: ScoreUpdateError.self) { try ScoreUpdates(json: ByteBuffer(string: body)) }
        #expect(error?.fault == .userID)
        let message = error?.message ?? ""
        for words in [
            "user_id", "updates[0] must be an object", "updates[1].board: ", "updates[2].board: ",
            "updates[3]: Give one",
            "updates[4]: board a is named twice", "updates[5]: score_increase must be",
            "updates[6]: score_decrease must be", "updates[7]: operator must be", "updates[8]: Give one",
            "updates[9]: operator belongs to score",
        ] {
            #expect(message.contains(words), "\(words): \(message)")
        }
    }

    static let wrong: [(String, ScoreUpdateError.Fault)] = [
        ("", .json), ("[]", .json), (#"{"user_id":"ada","updates":[}"#, .json),
        (#"{"user_id":"ada"}"#, .updates), (#"{"user_id":"ada","updates":[]}"#, .updates),
        (#"{"user_id":"ada","updates":{}}"#, .updates), (body(21), .updates),
        (#"{"user_id":"ada","updates":[null]}"#, .updates),
        (#"{"user_id":"ada","updates":[{"board":"a","score":1},{"board":"a","score":1}]}"#, .updates),
        (#"{"user_id":"ada","updates":[{"board":"{a}","score":1}]}"#, .boardName),
        (#"{"user_id":"ada","updates":[{"board":"a"}]}"#, .score),
        (#"{"user_id":"ada","updates":[{"board":"a","score":9007199254740992}]}"#, .score),
        (#"{"user_id":"ada","updates":[{"board":"a","score_increase":9007199254740992}]}"#, .scoreIncrease),
        (#"{"user_id":"ada","updates":[{"board":"a","score":1,"operator":"incr"}]}"#, .operator),
        (#"{"updates":[{"board":"a","score":1}]}"#, .userID),
        (
            #"{"user_id":"ada","updates":[{"board":"a","score":1}],"x":""# + String(repeating: "x", count: 32_768)
                + #""}"#, .json
        ),
    ]

    @Test("has one code for each fault", arguments: wrong)
    func fault(body: String, fault: ScoreUpdateError.Fault) {
        let error = #expect(throws: ScoreUpdateError.self) { try ScoreUpdates(json: ByteBuffer(string: body)) }
        #expect(error?.fault == fault)
    }

    @Test("leaves to each board what that board refuses")
    func rules() throws {
        let body = #"{"user_id":"ada","updates":[{"board":"a","score_increase":101},{"board":"b","score":5}]}"#
        let updates = try ScoreUpdates(json: ByteBuffer(string: body))
        var definition = BoardDefinition()
        definition.maximumIncrease = 100
        for (wish, fault) in zip(updates.wishes, [ScoreUpdateError.Fault.scoreIncrease, .operator]) {
            let error = #expect(throws: ScoreUpdateError.self) { try wish.update(by: updates.user, of: definition) }
            #expect(error?.fault == fault)
        }
    }
}
