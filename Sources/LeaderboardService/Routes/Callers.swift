import HTTPServer
import Logging
import NIOCore
import RedisClient

/// Who sends a request: from which address, and with whose token.
final class Callers: Sendable {
    let tokens: TokenVerifier
    let trustedProxies: TrustedProxies
    let failures: FailureLimit
    let unnamedProxies: UnnamedProxies
    let logger: Logger
    private let refusals = LogThrottle()

    init(
        tokens: TokenVerifier,
        trustedProxies: TrustedProxies,
        failures: FailureLimit,
        unnamedProxies: UnnamedProxies,
        logger: Logger
    ) {
        self.tokens = tokens
        self.trustedProxies = trustedProxies
        self.failures = failures
        self.unnamedProxies = unnamedProxies
        self.logger = logger
    }

    /// The client's own address: the peer's, or what a trusted proxy says of it.
    func address(of request: Request) -> String {
        trustedProxies.resolve(peer: request.remoteAddress, forwardedFor: request.headers)
    }

    /// What is bounded of it.
    func network(of request: Request) -> ClientNetwork {
        ClientNetwork(address(of: request))
    }

    /// The verified bearer token; a token that was verified before costs one look-up.
    ///
    /// The token comes first: one that is valid passes, however many bad ones come from the same address. So nobody can
    /// lock out those who share an address with them, and the limit is one of what a bad token costs.
    func token(of request: Request) async throws(Refusal) -> VerifiedToken {
        try await token(BearerToken.of(request.headers), of: request)
    }

    /// The same at once, of a token that was verified before.
    func knownToken(of request: Request) -> VerifiedToken? {
        BearerToken.of(request.headers).flatMap(tokens.remembered)
    }

    /// The same of a token that came with a request otherwise.
    func token(_ token: ByteBuffer?, of request: Request) async throws(Refusal) -> VerifiedToken {
        guard let token else { throw await refusal(of: request, .missingToken) }
        if let known = tokens.remembered(token) { return known }
        return try await verify(token, of: request)
    }

    @inline(never)
    private func verify(_ token: ByteBuffer, of request: Request) async throws(Refusal) -> VerifiedToken {
        do {
            return try await tokens.verify(String(buffer: token))
        } catch .keysUnavailable {
            // Nobody's failure but ours.
            throw .keysUnavailable
        } catch {
            note(error, of: request)
            throw await refusal(of: request, Refusal(error))
        }
    }

    /// The same of a token that came over a connection which this network has opened before.
    func token(
        _ token: ByteBuffer,
        from network: ClientNetwork,
        on eventLoop: any EventLoop
    ) async throws(Refusal) -> VerifiedToken {
        if let known = tokens.remembered(token) { return known }
        do { return try await tokens.verify(String(buffer: token)) } catch .keysUnavailable {
            throw .keysUnavailable
        } catch {
            guard let wait = await failures.note(network, on: eventLoop) else { throw Refusal(error) }
            throw .tooManyFailures(retryAfter: wait)
        }
    }

    /// The token, if it is a good one. One that is not is neither counted nor told of: for what must not show that it was looked at.
    func tokenIfGood(_ token: ByteBuffer?) async throws(Refusal) -> VerifiedToken? {
        guard let token else { return nil }
        if let known = tokens.remembered(token) { return known }
        do { return try await tokens.verify(String(buffer: token)) } catch .keysUnavailable {
            throw .keysUnavailable
        } catch {
            return nil
        }
    }

    /// The last of them, once a minute, on whichever route it came: a wrong key or a clock that is off refuses everybody.
    private func note(_ error: TokenError, of request: Request) {
        guard let count = refusals.countIfDue() else { return }
        logger.info(
            "access tokens refused",
            metadata: ["count": "\(count)", "reason": "\(error.rawValue)", "ip": "\(address(of: request))"]
        )
    }

    /// That of the request itself, or of its address' limit.
    @inline(never)
    func refusal(of request: Request, _ refusal: Refusal) async -> Refusal {
        guard let wait = await failures.note(network(of: request), on: request.eventLoop) else { return refusal }
        unnamedProxies.noteRefusal(of: request, by: "UNAUTHENTICATED_LIMIT")
        return .tooManyFailures(retryAfter: wait)
    }
}
