import FoundationEssentials
import Metrics
import NIOCore
import Synchronization

/// Verifies access tokens: JWTs in compact serialization (RFC 7515, RFC 7519, with the advice of RFC 8725), and remembers
/// the valid ones, so that most requests cost a look-up.
package final class TokenVerifier: Sendable {
    /// The kinds of token that grant access; a token without a `typ` is one too. The second is that of RFC 9068.
    private static let types: Set<String?> = [nil, "jwt", "at+jwt"]

    private struct Remembered {
        let token: VerifiedToken
        /// Of the keys it was verified with.
        let generation: Int
    }

    private let keys: SigningKeys
    private let rules: ClaimRules
    let now: @Sendable () -> Double
    private let outcomes: TokenOutcomes
    private let tagKey = TokenTag.Key.random()
    private let cache: Mutex<RecentEntries<TokenTag, Remembered>>

    /// - Parameter now: seconds since 1970.
    init(
        keys: SigningKeys,
        configuration: TokenConfiguration,
        metricsFactory: any MetricsFactory,
        now: @escaping @Sendable () -> Double = { Date.now.timeIntervalSince1970 }
    ) {
        self.keys = keys
        rules = configuration.rules
        self.now = now
        outcomes = TokenOutcomes(factory: metricsFactory)
        cache = Mutex(RecentEntries(maximum: configuration.maximumRemembered))
    }

    /// A token that was verified before with the keys of now, and has not expired since: what the leeway for clocks adds
    /// is not remembered.
    func remembered(_ token: ByteBuffer) -> VerifiedToken? {
        guard token.readableBytes <= CompactJWS.maximumBytes else { return nil }
        let tag = TokenTag(token.readableBytesUInt8Span, key: tagKey)
        guard let known = cache.withLock({ $0.value(for: tag) }), known.generation == keys.generation,
            known.token.expiresAt > now()
        else { return nil }
        return known.token
    }

    func verify(_ text: String) async throws(TokenError) -> VerifiedToken {
        do throws(TokenError) {
            // Keys that change meanwhile make the entry one of yesterday, never the other way round.
            let generation = keys.generation
            let token = try CompactJWS(text)
            try await keys.verify(token)
            let verified = try VerifiedToken(token.claims(of: Self.types), rules: rules, now: now())
            let tag = TokenTag(text.utf8.span, key: tagKey)
            cache.withLock { $0.insert(Remembered(token: verified, generation: generation), for: tag) }
            outcomes.note(nil)
            return verified
        } catch {
            outcomes.note(error)
            throw error
        }
    }
}

/// Counts the tokens that were checked, by outcome.
private struct TokenOutcomes: Sendable {
    private let valid: Counter
    private let refused: [TokenError: Counter]

    init(factory: any MetricsFactory) {
        func counter(_ outcome: String) -> Counter {
            Counter(label: "token_verifications", dimensions: [("outcome", outcome)], factory: factory)
        }
        valid = counter("valid")
        refused = Dictionary(uniqueKeysWithValues: TokenError.allCases.map { ($0, counter($0.rawValue)) })
    }

    func note(_ error: TokenError?) {
        guard let error else { return valid.increment() }
        refused[error]?.increment()
    }
}
