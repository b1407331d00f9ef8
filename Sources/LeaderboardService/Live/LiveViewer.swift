import Board
import FoundationEssentials
import Leaderboard

/// Who watches, as a token said it: their own, or the one that a ticket was asked for with.
struct LiveViewer: Sendable, Equatable {
    let subject: UserID
    /// Seconds since 1970, in which the token ends.
    let knownUntil: Double
    /// The token says that it is for the board, or is an operator's. Who is on the board's list is a member as well.
    let isMember: Bool

    init(_ token: VerifiedToken, of board: BoardID) {
        self.init(subject: token.subject, knownUntil: token.isTakenUntil, isMember: token.isMember(of: board))
    }

    init(subject: UserID, knownUntil: Double, isMember: Bool) {
        self.subject = subject
        self.knownUntil = knownUntil
        self.isMember = isMember
    }
}

extension VerifiedToken {
    /// As far as the token itself says it.
    func isMember(of board: BoardID) -> Bool {
        scopes.contains(Operators.scope) || boards?.names(board) == true
    }
}
