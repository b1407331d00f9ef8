import Board
import Broadcast
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1

/// The two live endpoints: what is asked for is checked before the upgrade, then the channel is the broadcaster's.
struct LiveRoutes: Sendable {
    let broadcaster: Broadcaster
    /// Those of viewers.
    let places: Places
    let callers: Callers
    let allowedOrigins: AllowedOrigins

    func webSocket(_ request: Request) async -> LiveDecision {
        guard allowedOrigins.allow(request.headers) else { return .refuse(Refusal.originNotAllowed.response) }
        return decide(request, transport: .webSocket)
    }

    func eventStream(_ request: Request) async -> LiveDecision {
        decide(request, transport: .eventStream)
    }

    private func decide(_ request: Request, transport: Transport) -> LiveDecision {
        do throws(Refusal) {
            let view = try View(request.query)
            let cursor = Self.cursor(of: request)
            let place = try place(for: request)
            return .accept { [broadcaster] live in
                broadcaster.subscribe(
                    live.channel,
                    transport: transport,
                    view: view,
                    cursor: cursor,
                    admission: place,
                    writeDirectly: live.direct.map { $0.write }
                )
            }
        } catch {
            return .refuse(PublicRead.open(error.response))
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

    /// `Last-Event-ID` is what a browser's EventSource sends when it comes back, so it is newer than the query's.
    /// Rubbish is no cursor: the viewer gets a snapshot.
    private static func cursor(of request: Request) -> Cursor? {
        let text =
            request.headers.list("Last-Event-ID").first.map(String.init)
            ?? request.query.values("cursor").first
        return text.flatMap(Cursor.init)
    }
}

extension View {
    static let maximumUsers = 20

    /// `?view=top`, or `?user_id=` up to 20 times, or neither: all changes.
    init(_ query: Query) throws(Refusal) {
        let views = query.values("view")
        let users = query.userIDs
        guard views.count <= 1, views.allSatisfy({ ["all", "top"].contains($0) }) else {
            throw .invalidQuery("view must be top or all.")
        }
        guard !users.isEmpty else {
            self = views.first == "top" ? .top : .all
            return
        }
        guard views.isEmpty, users.count <= Self.maximumUsers, users.allSatisfy({ (try? UserID($0)) != nil }) else {
            throw .invalidQuery("user_id must be 1 to \(Self.maximumUsers) valid user ids, and goes without view.")
        }
        self = .users(users)
    }
}

extension Framings {
    static let live = Framings(
        webSocket: Framing(frame: { message, _ in WebSocketFrame.text(message) }, end: end),
        eventStream: Framing(
            frame: { message, cursor in ServerSentEvent.message(id: cursor.description, data: message) },
            end: end
        )
    )

    @Sendable private static func end(_ channel: any Channel, _ reason: EndReason) {
        switch reason {
        case .tooSlow:
            // 1013, "try again later" (IANA WebSocket Close Code Number Registry).
            channel.triggerUserOutboundEvent(EndLive(code: 1013, reason: "too slow: come back later"), promise: nil)
        }
    }
}
