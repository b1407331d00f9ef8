import Leaderboard

extension VerifiedToken {
    /// Of a service that is trusted to report the scores of all users.
    static let reportScope = "leaderboard:report"

    /// Whether it may write everybody's score on some board.
    var isOfService: Bool { scopes.contains(Self.reportScope) }

    /// Whether it may on this one: where it has a claim `boards`, on those that this names.
    func reports(on board: BoardID) -> Bool {
        isOfService && boards.map { $0.names(board) } ?? true
    }
}
