import Board
import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Seasons

/// The live endpoints: what is asked for is checked before the upgrade, then the channel is the broadcaster's.
struct LiveRoutes: Sendable {
    let broadcaster: Broadcaster
    let boards: RequestedBoard
    /// Those of viewers.
    let places: Places
    let callers: Callers
    let tickets: LiveTickets
    let privateViewers: PrivateViewers
    let allowedOrigins: AllowedOrigins

    func webSocket(_ request: Request) async -> LiveDecision {
        guard allowedOrigins.allow(request.headers) else { return .refuse(Refusal.originNotAllowed.response) }
        return await decide(request, transport: .webSocket)
    }

    func eventStream(_ request: Request) async -> LiveDecision {
        await decide(request, transport: .eventStream)
    }

    /// The board is known to be there, and the viewer to be one of those whom it is shown, before it is followed.
    private func decide(_ request: Request, transport: Transport) async -> LiveDecision {
        do throws(Refusal) {
            var wish = try LiveWish(request, transport)
            let caller = try await LiveCaller(request, window: wish.window, tickets: tickets, callers: callers)
            let (id, known) = try await boards.toWatch(request, by: caller)
            // Whose place it is, has to be known of any board.
            let viewer = wish.asked.isOwn && known == nil ? try await caller.viewer(of: id) : known
            let isHidden = wish.asked.isOwn ? await boards.isHidden(viewer?.subject, on: id, request) : nil
            let view = try wish.asked.view(of: viewer, isHidden: isHidden)
            if let viewer { wish.access = Access(viewer, now: callers.tokens.now()) }
            if let window = wish.window { try await boards.allowWatching(window, of: id, request) }
            let place = try place(for: request)
            let welcome = Welcome(viewer, of: id, transport, from: callers.network(of: request), self)
            guard id != .main || wish.window != nil else {
                return .accept { [broadcaster, wish] in
                    wish.subscribe($0, to: broadcaster.main, view, admission: welcome.admission(of: $0, place))
                }
            }
            let hold: BoardHold
            do { hold = try broadcaster.hold(id.rawValue, window: wish.window?.rawValue) } catch {
                throw .tooManyBoards
            }
            let admission = BoardAdmission(place: place, hold: hold)
            return .accept { [wish] in
                wish.subscribe($0, to: admission.hold.stream, view, admission: welcome.admission(of: $0, admission))
            }
        } catch {
            return .refuse(PublicRead.open(error.response))
        }
    }

    /// The window that is to be followed; nil: the one that never ends, as by the paths without a board.
    static func window(of request: Request) throws(Refusal) -> WindowName? {
        guard request.parameters[RequestedBoard.parameter] != nil else { return nil }
        guard request.query.values("season").isEmpty else {
            throw .invalidQuery(
                "A window is followed in the season that runs: leave season out, or read the scoreboard."
            )
        }
        switch try BoardQuery.view(request.query) {
        case .window(let window, _): return window
        case .whole: return nil
        case .segment:
            throw .invalidSegment(
                "Segments have no live view: follow the board, or read the scoreboard of the segment."
            )
        }
    }

    private func place(for request: Request) throws(Refusal) -> Place {
        do throws(NoPlace) {
            return try places.take(for: callers.network(of: request))
        } catch {
            switch error {
            case .inTotal: throw Refusal.tooManySubscribers
            case .forNetwork:
                callers.unnamedProxies.noteRefusal(of: request, by: "LIVE_MAX_SUBSCRIBERS_PER_IP")
                throw Refusal.tooManySubscribersOfAddress
            }
        }
    }

}

/// What becomes of a viewer of a board that is not for everybody when its connection is open.
private struct Welcome: Sendable {
    private let viewer: LiveViewer?
    private let board: BoardID
    private let transport: Transport
    private let network: ClientNetwork
    private let routes: LiveRoutes

    init(
        _ viewer: LiveViewer?,
        of board: BoardID,
        _ transport: Transport,
        from network: ClientNetwork,
        _ routes: LiveRoutes
    ) {
        self.viewer = viewer
        self.board = board
        self.transport = transport
        self.network = network
        self.routes = routes
    }

    /// - Parameter admission: what is kept until the viewer is gone.
    func admission(of live: LiveChannel, _ admission: any AnyObject & Sendable) -> any AnyObject & Sendable {
        guard let viewer else { return admission }
        let entered = PrivateViewer(viewer, of: board, on: live.channel, transport, routes.privateViewers)
        let renewal = TokenRenewal(of: entered, from: network, boards: routes.boards)
        live.onText(maximumBytes: TokenRenewal.maximumMessageBytes, renewal.take)
        return PrivateAdmission(viewer: entered, admission: admission)
    }
}

/// What keeps a viewer among those of boards that are not for everybody.
private final class PrivateAdmission: Sendable {
    private let viewer: PrivateViewer
    private let admission: any AnyObject & Sendable

    init(viewer: PrivateViewer, admission: any AnyObject & Sendable) {
        self.viewer = viewer
        self.admission = admission
    }
}

/// What keeps a viewer's place, and the stream of its board or window, until the viewer is gone.
private final class BoardAdmission: Sendable {
    private let place: Place
    let hold: BoardHold

    init(place: Place, hold: BoardHold) {
        self.place = place
        self.hold = hold
    }
}

/// What a viewer asks for.
private struct LiveWish: Sendable {
    let transport: Transport
    let asked: AskedView
    let cursor: Cursor?
    /// The path names a board.
    let namesBoard: Bool
    let includesMetadata: Bool
    /// Nil: the one that never ends.
    let window: WindowName?
    var access = Access.unknown

    init(_ request: Request, _ transport: Transport) throws(Refusal) {
        self.transport = transport
        asked = try AskedView(request.query)
        cursor = Self.cursor(of: request)
        namesBoard = request.parameters[RequestedBoard.parameter] != nil
        includesMetadata = try BoardQuery.includesMetadata(request.query)
        window = try LiveRoutes.window(of: request)
        guard !asked.isOwn || !includesMetadata else { throw .invalidQuery("include=metadata goes without view=me.") }
    }

    func subscribe(_ live: LiveChannel, to stream: BoardStream, _ view: View, admission: any AnyObject & Sendable) {
        stream.subscribe(
            live.channel,
            transport: transport,
            view: view,
            cursor: cursor,
            namesBoard: namesBoard,
            includesMetadata: includesMetadata,
            access: access,
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
