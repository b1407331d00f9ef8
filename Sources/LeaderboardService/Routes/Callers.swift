import HTTPServer
import NIOCore

/// Who sends a request: from which address, and with whose token.
struct Callers: Sendable {
    let tokens: TokenVerifier
    let trustedProxies: TrustedProxies
    let failures: FailureLimit

    /// The client's own address: the peer's, or what a trusted proxy says of it.
    func address(of request: Request) -> String {
        trustedProxies.resolve(peer: request.remoteAddress, forwardedFor: request.headers)
    }

    /// The verified bearer token; a token that was verified before costs one look-up.
    ///
    /// The token comes first: one that is valid passes, however many bad ones come from the same address. So nobody can
    /// lock out those who share an address with him, and the limit is one of what a bad token costs.
    func token(of request: Request) async throws(Refusal) -> VerifiedToken {
        guard let token = BearerToken.of(request.headers) else { throw await refusal(of: request, .missingToken) }
        if let known = tokens.remembered(token) { return known }
        do {
            return try await tokens.verify(String(buffer: token))
        } catch {
            throw await refusal(of: request, .invalidToken)
        }
    }

    /// That of the request itself, or of its address' limit.
    private func refusal(of request: Request, _ refusal: Refusal) async -> Refusal {
        let wait = await failures.note(address(of: request), on: request.eventLoop)
        return wait.map { .tooManyFailures(retryAfter: $0) } ?? refusal
    }
}
