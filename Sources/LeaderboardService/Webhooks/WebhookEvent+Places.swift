import Board
import Leaderboard
import NIOCore
import Text

extension WebhookEvent {
    /// - Parameter previous: who was first before; nil: nobody was on the board.
    static func newLeader(_ leader: TopPlaces.Place, after previous: String?, on board: BoardID, time: Int) -> Self {
        var data = ByteBuffer(string: #"{"board":"\#(board)","user_id":"#)
        data.writeJSON(leader.user)
        data.writeString(#","score":\#(leader.score),"previous":"#)
        if let previous { data.writeJSON(previous) } else { data.writeStaticString("null") }
        data.writeStaticString("}")
        return event(.newLeader, board, time, data, place: 0)
    }

    /// - Parameter overtaken: who is still on the board.
    static func overtaken(_ overtaken: TopPlaces.Overtaken, now: TopPlaces.Place, on board: BoardID, time: Int) -> Self
    {
        var data = ByteBuffer(string: #"{"board":"\#(board)","user_id":"#)
        data.writeJSON(now.user)
        data.writeString(#","score":\#(now.score),"old_rank":\#(overtaken.before.rank),"rank":\#(now.rank),"#)
        data.writeStaticString(#""by":{"user_id":"#)
        data.writeJSON(overtaken.by.user)
        data.writeString(#","score":\#(overtaken.by.score),"old_rank":"#)
        data.writeJSON(overtaken.oldRankOfPasser)
        data.writeString(#","rank":\#(overtaken.by.rank)}}"#)
        return event(.overtaken, board, time, data, place: overtaken.before.rank)
    }

    private static func event(
        _ type: WebhookEventType,
        _ board: BoardID,
        _ time: Int,
        _ data: ByteBuffer,
        place: Int
    ) -> Self {
        WebhookEvent(id: newID(), type: type, board: board, time: time, data: String(buffer: data), place: place)
    }
}
