import HTTPServer
import Leaderboard
import NIOCore
import Seasons

/// Who opens a live connection. A ticket is looked at, and used up, before anything is said of the board; a token where the answer
/// depends on it.
struct LiveCaller: Sendable {
    private enum Proof: Sendable {
        case token(ByteBuffer?, Request)
        case ticket(LiveTicket)
        /// By a token that was looked at before; nil: there was none.
        case shown(VerifiedToken?)
    }

    private let proof: Proof
    private let callers: Callers

    /// Of a connection that is open.
    init(shown token: VerifiedToken?, callers: Callers) {
        (proof, self.callers) = (.shown(token), callers)
    }

    init(_ request: Request, window: WindowName?, tickets: LiveTickets, callers: Callers) async throws(Refusal) {
        self.callers = callers
        switch try LiveCredential(request) {
        case .none: proof = .token(nil, request)
        case .token(let token): proof = .token(token, request)
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
        case .token(let text, let request):
            let token = try await callers.token(text, of: request)
            guard token.isActive else { throw .suspendedViewer }
            return LiveViewer(token, of: board)
        case .shown(let token):
            guard let token else { throw .missingToken }
            guard token.isTakenUntil > callers.tokens.now() else { throw .invalidToken }
            guard token.isActive else { throw .suspendedViewer }
            return LiveViewer(token, of: board)
        }
    }

    /// The same of a board that is for everybody: nobody has to show anything, and what is not good changes nothing. Costs nothing
    /// where nothing was shown.
    func viewerIfShown(of board: BoardID) async -> LiveViewer? {
        do { return try await viewerIfKnown(of: board) } catch { return nil }
    }

    /// The same of a board that is hidden from those who are no members. A token that is not good changes nothing then, as it does
    /// of a board that is not there: it is not counted either.
    func viewerIfKnown(of board: BoardID) async throws(Refusal) -> LiveViewer? {
        switch proof {
        case .ticket(let ticket): return ticket.viewer
        case .token(let text, _):
            guard let token = try await callers.tokenIfGood(text), token.isActive else { return nil }
            return LiveViewer(token, of: board)
        case .shown(let token):
            guard let token, token.isTakenUntil > callers.tokens.now(), token.isActive else { return nil }
            return LiveViewer(token, of: board)
        }
    }
}
