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

    private func decide(_ request: Request, transport: Transport) async -> LiveDecision {
        do throws(Refusal) {
            let wish = try LiveWish(request, transport)
            let caller = try await LiveCaller(request, window: wish.window, tickets: tickets, callers: callers)
            let watching = try await look(at: try RequestedBoard.id(of: request), wish, caller, on: request.eventLoop)
            let place = try place(for: request)
            let welcome = Welcome(watching, transport, from: callers.network(of: request), self)
            guard watching.board != .main || wish.window != nil else {
                return .accept { [broadcaster] in
                    wish.subscribe($0, to: broadcaster.main, watching, admission: welcome.admission(of: $0, place))
                }
            }
            let admission = BoardAdmission(place: place, hold: try hold(watching, wish.window))
            return .accept {
                let stream = admission.hold.stream
                wish.subscribe($0, to: stream, watching, admission: welcome.admission(of: $0, admission))
            }
        } catch {
            return .refuse(PublicRead.open(error.response))
        }
    }

    /// The board is known to be there, and the viewer to be one of those whom it is shown, before it is followed.
    func look(
        at id: BoardID,
        _ wish: LiveWish,
        _ caller: LiveCaller,
        on eventLoop: any EventLoop
    ) async throws(Refusal) -> Watching {
        let before = NIODeadline.now()
        let found = try await boards.toWatch(id, by: caller, on: eventLoop)
        // Whose place it is, has to be known of any board.
        let isUnknown = wish.asked.isOwn && found.viewer == nil
        let viewer = isUnknown ? try await caller.viewer(of: id) : found.viewer
        let isHidden = wish.asked.isOwn ? await boards.isHidden(viewer?.subject, of: id, on: eventLoop) : nil
        let view = try wish.asked.view(of: viewer, isHidden: isHidden)
        if let window = wish.window { try await boards.allowWatching(window, of: id, on: eventLoop) }
        // Who has shown a token goes on when the board is for everybody no more.
        let shown = if let viewer { viewer } else { await caller.viewerIfShown(of: id) }
        let rights = found.viewer.map { _ in RightsLook(shownTo: found.shownTo, asOf: before) }
        let access = shown.map { Access($0, now: callers.tokens.now(), rights) } ?? .unknown
        return Watching(board: id, isMade: found.isMade, viewer: shown, view: view, access: access)
    }

    func hold(_ watching: Watching, _ window: WindowName?) throws(Refusal) -> BoardHold {
        do {
            return try broadcaster.hold(
                watching.board.rawValue,
                window: window?.rawValue,
                isMade: watching.isMade
            )
        } catch { throw .tooManyBoards }
    }

    /// The window that is to be followed; nil: the one that never ends, as by the paths without a board.
    static func window(of request: Request) throws(Refusal) -> WindowName? {
        request.parameters[RequestedBoard.parameter] == nil ? nil : try window(request.query)
    }

    static func window(_ query: Query) throws(Refusal) -> WindowName? {
        guard query.values("season").isEmpty else {
            throw .invalidQuery(
                "A window is followed in the season that runs: leave season out, or read the scoreboard."
            )
        }
        switch try BoardQuery.view(query) {
        case .window(let window, _): return window
        case .whole: return nil
        case .segment:
            throw .invalidSegment(
                "Segments have no live view: follow the board, or read the scoreboard of the segment."
            )
        }
    }

    func place(for request: Request) throws(Refusal) -> Place {
        do throws(NoPlace) { return try places.take(for: callers.network(of: request)) } catch {
            if error == .forNetwork {
                callers.unnamedProxies.noteRefusal(of: request, by: "LIVE_MAX_SUBSCRIBERS_PER_IP")
            }
            throw Refusal(error)
        }
    }
}

extension Refusal {
    init(_ error: NoPlace) {
        switch error {
        case .inTotal: self = .tooManySubscribers
        case .forNetwork: self = .tooManySubscribersOfAddress
        }
    }
}

/// A board that may be watched, and by whom.
struct Watching: Sendable {
    let board: BoardID
    let isMade: Bool
    /// Nil: the board is for everybody, nobody's own place is wanted, and nobody has shown a token.
    let viewer: LiveViewer?
    let view: View
    let access: Access
}

/// What becomes of a viewer who is known when the connection is open.
private struct Welcome: Sendable {
    private let watching: Watching
    private let transport: Transport
    private let network: ClientNetwork
    private let routes: LiveRoutes

    init(_ watching: Watching, _ transport: Transport, from network: ClientNetwork, _ routes: LiveRoutes) {
        self.watching = watching
        self.transport = transport
        self.network = network
        self.routes = routes
    }

    /// - Parameter admission: what is kept until the viewer is gone.
    func admission(of live: LiveChannel, _ admission: any AnyObject & Sendable) -> any AnyObject & Sendable {
        guard let viewer = watching.viewer else { return admission }
        let entered = PrivateViewer(viewer, of: watching.board, on: live.channel, transport, routes.privateViewers)
        let renewal = TokenRenewal(of: entered, from: network, boards: routes.boards)
        live.onMessage(maximumBytes: TokenRenewal.maximumMessageBytes) { $0.map(renewal.take) }
        return PrivateAdmission(viewer: entered, admission: admission)
    }
}
