import Board
import Broadcast

@testable import Leaderboard
@testable import LeaderboardService

extension FuzzTarget {
    static let cursor = FuzzTarget(
        "cursor",
        "cursors of viewers, ids and links of the audit, moments",
        dictionary: "query",
        maximumBytes: 160
    ) { input in
        let text = input.text
        if let cursor = Cursor(text) {
            promise(cursor.seq >= 0 && cursor.description == text, "a cursor is an epoch and a number, with one text")
            promise(Cursor(cursor.description) == cursor, "a cursor comes back as it is")
        }
        if let id = AuditID(text) {
            promise(id.description == text && !(id < .zero), "an id has one text")
        }
        if let link = AuditChain.Link(text) { promise(link.text == text, "a link has one text") }
        if let moment = Moment.milliseconds(text) {
            promise((0...ScoreRange.limit).contains(moment), "a moment is in range")
        }
    }
}
