import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Seasons
import Text

/// `POST /api/v1/live/tickets`: a ticket for who has a token, to open one live connection with where no header can be set.
struct TicketRoute: Sendable {
    /// Twenty user ids, with escapes.
    static let maximumBodyBytes = 16_384

    let boards: RequestedBoard
    let tickets: LiveTickets

    func answer(_ request: Request) async -> Response {
        do throws(Refusal) {
            let token = try await boards.callers.token(of: request)
            guard token.isActive else { throw .userSuspended }
            let body = try AdminBody.object(of: request, maximumBytes: Self.maximumBodyBytes, isOptional: true)
            let scope = try TicketScope(json: body)
            // Who may not read the board is told so here, as by any read of it.
            try await boards.allowReading(scope.board, request)
            if let window = scope.window, window != .all {
                try await boards.allowWatching(window, of: scope.board, on: request.eventLoop)
            }
            let ticket = LiveTicket(viewer: LiveViewer(token, of: scope.board), scope: scope)
            let text = try await tickets.make(ticket, on: request.eventLoop)
            let seconds = LiveTickets.lifetime.components.seconds
            var response = Response(
                .ok,
                json: ByteBuffer(string: #"{"status":"success","ticket":"\#(text)","expires_in":\#(seconds)}"#)
            )
            response.headers.add(name: "Cache-Control", value: "no-store")
            return response
        } catch {
            return error.response
        }
    }
}
