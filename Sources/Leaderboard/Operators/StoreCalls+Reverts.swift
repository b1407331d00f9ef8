import Board
import RedisClient
import Seasons

/// What happens to updates of a user.
enum UpdatesTurn: String {
    case takeBack = "take_back"
    case giveBack = "give_back"
}

extension StoreCalls {
    /// - Parameters:
    ///   - gains: as rules of plausibility are told (``RevertedHistory/gains(of:isReturn:by:)``): to them, what is taken back is not gained.
    ///   - rules: of the board.
    func turn(
        _ turn: UpdatesTurn,
        _ user: UserID,
        by act: OperatorAct,
        _ words: [String],
        _ gains: [String],
        in seasons: [WindowSeason],
        _ rules: [PlausibilityRule]
    ) -> RedisCommand {
        guard !rules.isEmpty else { return operation(turn.rawValue, user: user, by: act, words, in: seasons) }
        return operation(
            turn.rawValue + RuledCall.suffix,
            user: user,
            by: act,
            words + gains,
            in: seasons,
            pace: keys.pace(user)
        )
    }
}
