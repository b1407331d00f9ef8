import HTTPServer
import NIOCore
import Text

/// By what a live connection says whose it is. A browser can set no header on a WebSocket or an event stream; it has a subprotocol for
/// the one, and a ticket for both.
enum LiveCredential: Sendable {
    /// What is spoken on the WebSocket, and what is chosen where a client names what it speaks.
    static let subprotocol = "leaderboard.v1"
    /// The rest of such a subprotocol is a token. It is never chosen, so that no answer says it (RFC 6455, section 4.2.2).
    private static let bearer = "leaderboard.bearer."

    case none
    case token(ByteBuffer)
    case ticket(String)

    /// Several are none: which of them is meant would be a guess (RFC 6750, section 2).
    init(_ request: Request) throws(Refusal) {
        let headers = request.headers
        let tickets = request.query.values("ticket")
        let offered = headers.list("Sec-WebSocket-Protocol")
        let tokens = offered.filter { $0.hasPrefix(Self.bearer) }
        let hasHeader = if case .none = headers.occurrence(of: "Authorization") { false } else { true }
        guard tickets.count + tokens.count + (hasHeader ? 1 : 0) <= 1 else { throw .severalCredentials }
        if let ticket = tickets.first {
            self = .ticket(ticket)
        } else if let token = tokens.first {
            guard offered.contains(Substring(Self.subprotocol)) else { throw .subprotocolMissing }
            self = .token(ByteBuffer(substring: token.dropFirst(Self.bearer.count)))
        } else {
            self = BearerToken.of(headers).map { .token($0) } ?? .none
        }
    }
}
