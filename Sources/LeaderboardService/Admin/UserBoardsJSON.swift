import Board
import Leaderboard
import NIOCore

/// On which boards a user is. Neither ids of users nor names of boards need escaping.
enum UserBoardsJSON {
    static func page(_ user: UserID, _ page: HoldingsPage) -> ByteBuffer {
        let rows = page.rows.map { row in
            let holding = row.holding
            return #"{"board":"\#(row.board)","score":\#(text(holding.score)),"rank":\#(text(holding.rank)),"#
                + #""withheld_score":\#(text(holding.withheld)),"suspended":\#(holding.isSuspended)}"#
        }
        let failed = page.failed.map { "\"\($0)\"" }
        let next = page.next.map { #","next":"\#($0)""# } ?? ""
        return ByteBuffer(
            string: #"{"user_id":"\#(user)","boards":[\#(rows.joined(separator: ","))],"#
                + #""failed":[\#(failed.joined(separator: ","))],"looked_at":\#(page.lookedAt),"total":\#(page.total)\#(next)}"#
        )
    }

    private static func text(_ number: Int?) -> String { number.map(String.init) ?? "null" }
}
