import Board
import NIOCore
import Testing

@testable import Leaderboard

@Suite("An update that a board does not take")
struct UpdateNotTakenTests {
    @Test(
        "is answered with what to send, and what the board's definition lacks",
        arguments: [
            (
                #""score":5"#, [.incr],
                "score_increase, not score: for that, the operators of its definition must name set or best."
            ),
            (
                #""score":5,"operator":"set""#, [.incr, .decr],
                "score_increase, score_decrease, not score (set): for that, the operators of its definition must name set."
            ),
            (
                #""score":5,"operator":"best""#, [.set],
                "score (set), not score (best): for that, the operators of its definition must name best."
            ),
            (
                #""score_increase":5"#, [.best],
                "score (best), not score_increase: for that, the operators of its definition must name incr."
            ),
        ] as [(String, Set<BoardDefinition.Operator>, String)]
    )
    func refusal(change: String, operators: Set<BoardDefinition.Operator>, words: String) throws {
        var definition = BoardDefinition()
        definition.operators = operators
        definition.usualOperator = operators.contains(.incr) ? .incr : operators.contains(.set) ? .set : .best
        let json = ByteBuffer(string: #"{"user_id":"ada",\#(change)}"#)
        let error = #expect(throws: ScoreUpdateError.self) { try BoardUpdate(json: json, of: definition) }
        #expect(error?.fault == .operator)
        #expect(error?.message == "This board takes " + words)
    }
}
