import HTTPServer

/// `GET /api/v1/live`: the WebSocket of many boards (``ManyBoardsSocket``).
struct ManyBoardsRoute: Sendable {
    let live: LiveRoutes

    /// A token is looked at here, for nothing is asked of a board yet. Who shows none may follow what is for everybody, and show one later.
    func decide(_ request: Request) async -> LiveDecision {
        guard live.allowedOrigins.allow(request.headers) else { return .refuse(Refusal.originNotAllowed.response) }
        do throws(Refusal) {
            var token: VerifiedToken?
            switch try LiveCredential(request) {
            case .none: break
            case .token(let text): token = try await live.callers.token(text, of: request)
            case .ticket: throw .ticketOfOneBoard
            }
            guard request.query.pairs.isEmpty else { throw .queryOfOneBoard }
            let (place, network) = (try live.place(for: request), live.callers.network(of: request))
            return .accept { [live, token] in ManyBoardsSocket.open($0, live, token, from: network, place) }
        } catch {
            return .refuse(PublicRead.open(error.response))
        }
    }
}
