import HTTPServer

/// Who sends a request: from which address, and with whose token.
struct Callers: Sendable {
    let tokens: TokenVerifier
    let trustedProxies: TrustedProxies

    /// The client's own address: the peer's, or what a trusted proxy says of it.
    func address(of request: Request) -> String {
        trustedProxies.resolve(peer: request.remoteAddress, forwardedFor: request.headers)
    }

    /// The verified bearer token; a token that was verified before costs one look-up.
    func token(of request: Request) async throws(Refusal) -> VerifiedToken {
        guard let token = BearerToken.of(request.headers) else { throw .missingToken }
        if let known = tokens.remembered(token) { return known }
        do {
            return try await tokens.verify(token)
        } catch {
            throw .invalidToken
        }
    }
}
