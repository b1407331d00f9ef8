import Board
import Broadcast
import HTTPServer
import Leaderboard
import Seasons

/// What a viewer asks for.
struct LiveWish: Sendable {
    let transport: Transport
    let asked: AskedView
    let cursor: Cursor?
    /// The path names a board.
    let namesBoard: Bool
    let includesMetadata: Bool
    /// Nil: the one that never ends.
    let window: WindowName?

    init(_ request: Request, _ transport: Transport) throws(Refusal) {
        try self.init(
            request.query,
            transport,
            cursor: Self.cursor(of: request),
            namesBoard: request.parameters[RequestedBoard.parameter] != nil
        )
    }

    init(_ query: Query, _ transport: Transport, cursor: Cursor?, namesBoard: Bool) throws(Refusal) {
        self.transport = transport
        self.cursor = cursor
        self.namesBoard = namesBoard
        asked = try AskedView(query)
        includesMetadata = try BoardQuery.includesMetadata(query)
        window = namesBoard ? try LiveRoutes.window(query) : nil
        guard !asked.isOwn || !includesMetadata else { throw .invalidQuery("include=metadata goes without view=me.") }
    }

    func subscribe(
        _ live: LiveChannel,
        to stream: BoardStream,
        _ watching: Watching,
        admission: any AnyObject & Sendable
    ) {
        stream.subscribe(
            live.channel,
            transport: live.isDeflated ? .deflatedWebSocket : transport,
            view: watching.view,
            cursor: cursor,
            namesBoard: namesBoard,
            includesMetadata: includesMetadata,
            access: watching.access,
            admission: admission,
            socket: live.direct
        )
    }

    /// `Last-Event-ID` is what a browser's EventSource sends when it comes back, so it is newer than the query's.
    /// Rubbish is no cursor: the viewer gets a snapshot.
    private static func cursor(of request: Request) -> Cursor? {
        let text =
            request.headers.list("Last-Event-ID").first.map(String.init)
            ?? request.query.values("cursor").first
        return text.flatMap(Cursor.init)
    }
}
