package import Board
import RedisClient
import Text

/// Which updates are taken back.
package enum RevertSelection: Sendable, Equatable {
    /// The one with this number.
    case update(seq: Int)
    /// The user's updates of this ``AuditEntry/time`` (milliseconds since 1970, both included), as far as the audit reaches.
    case updates(of: UserID, since: Int?, until: Int?)
}

/// What was taken back.
package struct Reverted: Sendable, Equatable {
    package let user: UserID
    /// Updates that were taken back now; those that had been before are not among them.
    package var updates = 0
    /// By how much the score fell, held to ``ScoreRange``; below 0: it rose. Of who left the board, all of it.
    package var points = 0
    /// The score now. Nil: nothing is left of the user's updates that makes one, and the user is not on the board.
    package var score: Int?
    /// The final seasons that lost any of it, as `weekly/2026-W48`.
    package internal(set) var finalSeasons: [String] = []

    package init(user: UserID, updates: Int = 0, points: Int = 0, score: Int?) {
        self.user = user
        self.updates = updates
        self.points = points
        self.score = score
    }

    /// One step more, as the functions tell it: `done`, of how many updates, their points, the score, and final seasons, if any.
    mutating func add(_ reply: [RESPValue], of count: Int) throws(ScoreStoreError) {
        guard reply.count == 4 || reply.count == 5, reply[1].count == count, let change = reply[2].score else {
            throw .outcomeUnknown("unexpected reply")
        }
        updates += count
        points = ScoreRange.held(points + change)
        score = reply[3].score
        if reply.count == 5 { add(finalSeasons: reply[4].text ?? "") }
    }

    /// - Parameter text: as the audit has them: `weekly 2026-W48;…`.
    mutating func add(finalSeasons text: String) {
        for name in FinalSeasons.names(text) where !finalSeasons.contains(name) { finalSeasons.append(name) }
    }
}

/// What the audit and the answers of our functions say of seasons that were reached although they were over.
enum FinalSeasons {
    /// Of `weekly 2026-W48;…`, as operators name them: `weekly/2026-W48`.
    static func names(_ text: String) -> [String] {
        text.parts(at: ";").filter { !$0.isEmpty }.map { $0.parts(at: " ").joined(separator: "/") }
    }
}
