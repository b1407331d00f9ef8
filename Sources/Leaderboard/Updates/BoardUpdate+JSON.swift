package import Board
package import NIOCore
import Seasons
package import Text

extension BoardUpdate {
    /// `{"user_id":"12345"}` with one of `score_increase`, `score_decrease` and `score`; with `score`, an `operator` that is `set` or
    /// `best` where the board's own is neither, or is not meant; and maybe a `grant`, and `metadata`. Further members are ignored.
    /// - Parameter definition: the board's.
    package init(json: ByteBuffer, of definition: BoardDefinition) throws(ScoreUpdateError) {
        if definition.operators.contains(.incr),
            let usual = ScoreUpdate(usualJSON: json, maximumIncrease: definition.maximumIncrease)
        {
            self.init(usual)
            return
        }
        let object = try ScoreUpdate.object(json, maximumBytes: ScoreUpdate.maximumJSONBytes)
        try self.init(object, by: try ScoreUpdate.user(of: object), of: definition)
    }

    /// What it says beside the user.
    package init(_ object: JSONObject, by user: UserID, of definition: BoardDefinition) throws(ScoreUpdateError) {
        let (operation, value) = try Self.change(object, definition)
        guard definition.operators.contains(operation) else {
            throw ScoreUpdateError(.operator, definition.refusal(of: operation.member, lacking: operation.rawValue))
        }
        // Whoever sends them relies on them.
        let season = try Self.season(object["season"], definition)
        let metadata = try ScoreUpdate.metadata(of: object)
        let grant = object["grant"]?.string
        let segments = try object["segments"].map { (value) throws(ScoreUpdateError) in
            try SegmentMoves(value, of: definition.segments)
        }
        self.init(
            user: user,
            operation,
            value,
            grant: grant,
            season: season,
            segments: segments,
            metadata: metadata
        )
    }

    private static func season(
        _ value: JSONValue?,
        _ definition: BoardDefinition
    ) throws(ScoreUpdateError) -> NamedSeason? {
        guard let value else { return nil }
        guard let text = value.string else { throw NamedSeason.malformed }
        guard !definition.windows.seasonal.isEmpty else {
            throw .noSeasons
        }
        return try NamedSeason(text, of: definition.windows)
    }

    private static let members = ["score_increase", "score_decrease", "score"]

    /// What the object says of the score. Whether the board takes the operator is not looked at.
    static func change(
        _ object: JSONObject,
        _ definition: BoardDefinition
    ) throws(ScoreUpdateError) -> (BoardDefinition.Operator, Int) {
        let given = members.filter { object[$0] != nil }
        guard given.count == 1, let member = given.first else {
            throw ScoreUpdateError(.score, "Give one of score_increase, score_decrease and score.")
        }
        let value = object[member]?.integer
        guard member == "score" else {
            guard let value, (0...definition.maximumIncrease).contains(value) else {
                let message = "\(member) must be an integer from 0 to \(definition.maximumIncrease)."
                throw ScoreUpdateError(member == "score_increase" ? .scoreIncrease : .scoreDecrease, message)
            }
            guard object["operator"] == nil else {
                throw ScoreUpdateError(.operator, "operator belongs to score alone.")
            }
            return (member == "score_increase" ? .incr : .decr, value)
        }
        guard let value, ScoreRange.contains(value) else {
            throw ScoreUpdateError(.score, "score must be an integer from \(-ScoreRange.limit) to \(ScoreRange.limit).")
        }
        return (try named(object["operator"], definition), value)
    }

    /// The operator of a `score`.
    private static func named(
        _ word: JSONValue?,
        _ definition: BoardDefinition
    ) throws(ScoreUpdateError) -> BoardDefinition.Operator {
        switch word {
        case nil:
            if [.set, .best].contains(definition.usualOperator) { return definition.usualOperator }
            guard !definition.operators.isDisjoint(with: [.set, .best]) else {
                throw ScoreUpdateError(.operator, definition.refusal(of: "score", lacking: "set or best"))
            }
            throw ScoreUpdateError(.operator, "With score, say which operator is meant: set or best.")
        case .string("set"): return .set
        case .string("best"): return .best
        default: throw ScoreUpdateError(.operator, "operator must be set or best.")
        }
    }
}

extension BoardDefinition {
    /// Says what to send instead, and what an operator of the board would have to change.
    /// - Parameters:
    ///   - member: that was sent.
    ///   - names: of operators that it needs.
    fileprivate func refusal(of member: String, lacking names: String) -> String {
        let taken = Operator.allCases.filter(operators.contains).map(\.member).joined(separator: ", ")
        return "This board takes \(taken), not \(member): for that, the operators of its definition must name \(names)."
    }
}

extension BoardDefinition.Operator {
    /// What an update says that means it.
    fileprivate var member: String {
        switch self {
        case .incr: "score_increase"
        case .decr: "score_decrease"
        case .set, .best: "score (\(rawValue))"
        }
    }
}
