import Board
import Leaderboard
import NIOCore
import Seasons
import Text

/// What happened on a board, as its message tells it: `{"type","timestamp","data"}`, as Standard Webhooks has it.
struct WebhookEvent: Sendable, Equatable {
    let id: String
    let type: WebhookEventType
    let board: BoardID
    /// Milliseconds since 1970.
    let time: Int
    /// A JSON object.
    let data: String
    /// The endpoint's ``WebhookEndpoint/top`` must be as much; 0: of any.
    var place = 0

    /// Messages that may wait for one endpoint. Those of places leave room for those of seasons.
    static let maximumWaiting = 10_000
    static let maximumWaitingOfPlaces = 1_000

    var maximumWaiting: Int { type == .seasonEnded ? Self.maximumWaiting : Self.maximumWaitingOfPlaces }

    var body: String {
        var timestamp: [UInt8] = []
        LogTime(milliseconds: time).append(to: &timestamp)
        let text = String(decoding: timestamp, as: UTF8.self)
        return #"{"type":"\#(type.rawValue)","timestamp":"\#(text)","data":\#(data)}"#
    }

    static func newID() -> String {
        "msg_" + (0..<2).map { _ in UInt64.random(in: .min ... .max).hexadecimal(digits: 16) }.joined()
    }

    static func ping(time: Int) -> WebhookEvent {
        WebhookEvent(
            id: newID(),
            type: .ping,
            board: .main,
            time: time,
            data: #"{"message":"Hello from leaderboard."}"#
        )
    }

    /// - Parameter final: its best, and how many are in it.
    static func ended(_ ended: WindowSeason, of board: BoardID, _ final: RankedPage) -> WebhookEvent {
        let season = ended.season
        var data = ByteBuffer(
            string: #"{"board":"\#(board)","window":"\#(ended.window)","season":"\#(season.id)","#
                + #""from":\#(season.from / 1000),"until":\#(season.until / 1000),"#
                + #""users":\#(final.snapshot.total),"scoreboard":"#
        )
        data.writeImmutableBuffer(BoardJSON.rows(final))
        data.writeStaticString("}")
        return WebhookEvent(
            id: newID(),
            type: .seasonEnded,
            board: board,
            time: season.until / 1000,
            data: String(buffer: data)
        )
    }
}
