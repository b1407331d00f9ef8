import Board
import NIOCore

@testable import Leaderboard

extension FuzzTarget {
    static let update = FuzzTarget(
        "update",
        "bodies of updates: the scanner of usual ones and the reader of all agree",
        dictionary: "json"
    ) { input in
        let usual = try? ScoreUpdate(json: input.buffer, maximumIncrease: 1000)
        // So many blanks in front are no usual body any more, and mean nothing.
        let blanks = ByteBuffer(repeating: UInt8(ascii: " "), count: 300)
        var padded = blanks
        padded.writeBytes(input.bytes)
        promise((try? ScoreUpdate(json: padded, maximumIncrease: 1000)) == usual, "both readers say the same")
        Self.promiseBoard(input, blanks)
        guard let usual else { return }
        promise((0...1000).contains(usual.increase.rawValue), "an increase is within its bounds")
        promise((try? UserID(usual.user.rawValue)) == usual.user, "a user is valid")
    }

    private static func promiseBoard(_ input: FuzzInput, _ blanks: ByteBuffer) {
        var definition = BoardDefinition()
        definition.operators = Set(BoardDefinition.Operator.allCases)
        definition.usualOperator = .best
        definition.maximumIncrease = 1000
        let update = try? BoardUpdate(json: input.buffer, of: definition)
        var padded = blanks
        padded.writeBytes(input.bytes)
        promise((try? BoardUpdate(json: padded, of: definition)) == update, "both readers say the same of a board's")
        guard let update else { return }
        promise(ScoreRange.contains(update.value), "a value is a score")
        let isSum = [.incr, .decr].contains(update.operation)
        promise(!isSum || (0...1000).contains(update.value), "what is added or taken is within its bounds")
    }
}
