import Board
import Leaderboard
import NIOCore

/// The bodies of a successful update.
enum UpdateBody {
    static let plain = ByteBuffer(string: #"{"message":"Score updated successfully","status":"success"}"#)

    /// What `Prefer: return=representation` asks for. A user id needs no escaping: see ``UserID``.
    static func representation(_ user: UserID, _ applied: AppliedUpdate) -> ByteBuffer {
        let rank = applied.rank.map(String.init) ?? "null"
        return ByteBuffer(
            string: #"{"message":"Score updated successfully","status":"success","user_id":"\#(user.rawValue)","#
                + #""score":\#(applied.score),"rank":\#(rank),"seq":\#(applied.seq)}"#
        )
    }

    /// The same for a board of which an update may change nothing.
    static func representation(_ user: UserID, on board: BoardID, _ applied: AppliedUpdate) -> ByteBuffer {
        let rank = applied.rank.map(String.init) ?? "null"
        return ByteBuffer(
            string:
                #"{"message":"Score updated successfully","status":"success","board":"\#(board)","user_id":"\#(user.rawValue)","#
                + #""score":\#(applied.score),"rank":\#(rank),"seq":\#(applied.seq),"changed":\#(applied.isChange)}"#
        )
    }
}
