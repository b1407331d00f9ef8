import Text
import Board
import HTTPServer
import Leaderboard

/// Who may operate the board: whose token has the scope `leaderboard:admin`.
struct Operators: Sendable {
    static let scope = "leaderboard:admin"

    let callers: Callers

    /// The operator who asks. None: 401; a valid token without the scope: 403 (RFC 6750, section 3.1). Then, a parameter of the
    /// query that is none of these: 400. It could be one that was meant to narrow what is done.
    func actor(of request: Request, parameters: [String] = []) async throws(Refusal) -> UserID {
        let token = try await callers.token(of: request)
        guard token.scopes.contains(Self.scope) else { throw .insufficientScope }
        guard token.isActive else { throw .userSuspended }
        if let unknown = UnknownWord(in: request.query.pairs.map(\.name), known: parameters) {
            throw .invalidQuery(unknown.text(as: "parameter"))
        }
        return token.subject
    }

    func act(_ request: Request, by actor: UserID, because reason: AuditReason) -> OperatorAct {
        OperatorAct(
            actor: actor,
            reason: reason,
            origin: UpdateOrigin(ip: callers.address(of: request), requestID: request.id)
        )
    }
}
