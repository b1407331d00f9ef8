import Board
import Leaderboard
import NIOCore
import Text

/// Where a user is, of one board or of all. Neither ids of users nor names of boards need escaping.
enum UserBoardsJSON {
    static func page(_ user: UserID, _ page: HoldingsPage) -> ByteBuffer {
        let rows = page.rows.map { row in
            let holding = row.holding
            return #"{"board":"\#(row.board)","score":\#(text(holding.score)),"rank":\#(text(holding.rank)),"#
                + #""withheld_score":\#(text(holding.withheld)),"suspended":\#(holding.isSuspended)\#(hidden(holding))"#
                + (row.isOnHold ? #","on_hold":true}"# : "}")
        }
        let failed = page.failed.map { "\"\($0)\"" }
        let next = page.next.map { #","next":"\#($0)""# } ?? ""
        return ByteBuffer(
            string: #"{"user_id":"\#(user)","boards":[\#(rows.joined(separator: ","))],"#
                + #""failed":[\#(failed.joined(separator: ","))],"looked_at":\#(page.lookedAt),"total":\#(page.total)\#(next)}"#
        )
    }

    /// Of one board.
    static func user(_ user: UserID, _ holding: Holding, _ said: KeptMetadata, _ hand: HeldByHand?) -> ByteBuffer {
        let metadata = said.metadata.isEmpty ? "" : #","metadata":\#(said.metadata.json)"#
        var body = ByteBuffer(
            string: #"{"user_id":"\#(user)","score":\#(text(holding.score)),"rank":\#(text(holding.rank)),"#
                + #""suspended":\#(holding.isSuspended)\#(hidden(holding)),"withheld_score":\#(text(holding.withheld))\#(metadata)"#
                + (said.isHeld ? #","profile_held":true"# : "")
        )
        if let hand {
            body.writeString(#","on_hold":{"actor":"#)
            body.writeJSON(hand.actor)
            body.writeString(#","time":\#(hand.time),"reason":"#)
            body.writeJSON(hand.reason)
            body.writeStaticString("}")
        }
        body.writeStaticString("}")
        return body
    }

    /// A member behind `suspended`, of who is hidden alone.
    static func hidden(_ holding: Holding) -> String { holding.isHidden ? #","hidden":true"# : "" }

    private static func text(_ number: Int?) -> String { number.map(String.init) ?? "null" }
}
