import Crypto
import FoundationEssentials
import HTTPServer
import Leaderboard
import NIOCore
import NIOHTTP1
import Text

/// Makes tickets and takes them. They are kept in Redis, so each is good on whichever instance, once. After a failover that lost its use
/// a ticket may be used again, for as long as it would have held.
struct LiveTickets: Sendable {
    static let lifetime = Duration.seconds(30)
    private static let randomBytes = 24
    /// Of its text: base64url.
    static let length = 32

    let functions: FunctionCalls
    /// Of one user.
    let limit: RateLimit

    /// - Returns: its text, which is kept nowhere.
    func make(_ ticket: LiveTicket, on eventLoop: any EventLoop) async throws(Refusal) -> String {
        let text = Self.randomText()
        let wait: Int?
        do {
            wait = try await functions.makeTicket(
                Self.digest(text),
                content: ticket.text,
                lifetime: Self.lifetime,
                for: ticket.viewer.subject,
                limit: limit,
                on: eventLoop
            )
        } catch { throw .storeUnavailable }
        if let wait { throw .tooManyTickets(retryAfter: wait) }
        return text
    }

    /// Nil: it is none, was used before, or has run out.
    func take(_ text: String, on eventLoop: any EventLoop) async throws(Refusal) -> LiveTicket? {
        guard text.utf8.count == Self.length, Base64URL.decode(Array(text.utf8)) != nil else { return nil }
        do {
            return try await functions.takeTicket(Self.digest(text), on: eventLoop).flatMap { LiveTicket(text: $0) }
        } catch { throw .storeUnavailable }
    }

    private static func randomText() -> String {
        var generator = SystemRandomNumberGenerator()
        return Data((0..<randomBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }).base64URL
    }

    /// What Redis has instead of the text.
    private static func digest(_ text: String) -> String {
        Array(SHA256.hash(data: Data(text.utf8))).hexadecimal
    }
}

extension Refusal {
    static let invalidTicket = Refusal(
        status: .unauthorized,
        code: "invalid_ticket",
        message:
            "The ticket is not valid here, or not any more: each opens one live connection, of what it was asked for, "
            + "within 30 s. Ask for another one.",
        headers: ["WWW-Authenticate": "Bearer"]
    )

    static func tooManyTickets(retryAfter seconds: Int) -> Refusal {
        Refusal(
            status: .tooManyRequests,
            code: "rate_limited",
            message: "Too many tickets for this user: try again in \(seconds) s.",
            retryAfter: seconds
        )
    }

    static let severalCredentials = Refusal(
        status: .badRequest,
        code: "several_credentials",
        message:
            "Send one of a ticket, a token in the header Authorization, and a token in the subprotocols, and it once."
    )

    static let subprotocolMissing = Refusal(
        status: .badRequest,
        code: "subprotocol_missing",
        message: "Offer the subprotocol \(LiveCredential.subprotocol) beside the one that carries the token: "
            + "that is the one that is chosen."
    )
}
