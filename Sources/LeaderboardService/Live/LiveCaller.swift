import HTTPServer
import Leaderboard
import NIOCore
import Seasons

/// Who opens a live connection. A ticket is looked at, and used up, before anything is said of the board; a token where the answer
/// depends on it.
struct LiveCaller: Sendable {
    private enum Proof: Sendable {
        case token(ByteBuffer?)
        case ticket(LiveTicket)
    }

    private let proof: Proof
    private let request: Request
    private let callers: Callers

    init(_ request: Request, window: WindowName?, tickets: LiveTickets, callers: Callers) async throws(Refusal) {
        (self.request, self.callers) = (request, callers)
        switch try LiveCredential(request) {
        case .none: proof = .token(nil)
        case .token(let token): proof = .token(token)
        case .ticket(let text):
            let ticket = try await tickets.take(text, on: request.eventLoop)
            guard let ticket, let board = try? RequestedBoard.id(of: request),
                ticket.scope.covers(board, window, request.query), ticket.viewer.knownUntil > callers.tokens.now()
            else { throw await callers.refusal(of: request, .invalidTicket) }
            proof = .ticket(ticket)
        }
    }

    /// Who it is, for what is shown to nobody who is unknown.
    func viewer(of board: BoardID) async throws(Refusal) -> LiveViewer {
        switch proof {
        case .ticket(let ticket): return ticket.viewer
        case .token(let token):
            let token = try await callers.token(token, of: request)
            guard token.isActive else { throw .suspendedViewer }
            return LiveViewer(token, of: board)
        }
    }

    /// The same of a board that is hidden from those who are no members. A token that is not good changes nothing then, as it does
    /// of a board that is not there: it is not counted either.
    func viewerIfKnown(of board: BoardID) async throws(Refusal) -> LiveViewer? {
        switch proof {
        case .ticket(let ticket): return ticket.viewer
        case .token(let token):
            guard let token = try await callers.tokenIfGood(token), token.isActive else { return nil }
            return LiveViewer(token, of: board)
        }
    }
}
