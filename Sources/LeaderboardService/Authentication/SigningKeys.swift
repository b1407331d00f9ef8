import Crypto
import FoundationEssentials
import Logging
import Metrics
import NIOCore

/// The keys that tokens of one kind are signed with: a secret, a key set, or both.
struct SigningKeys: Sendable {
    let secret: VerificationKey?
    /// Runs as a service of its own.
    let keySet: KeySetSource?

    /// Changes whenever the keys do.
    var generation: Int { keySet?.generation ?? 0 }

    /// Returns if one of our keys signed the token. A token whose key is known waits for nothing.
    func verify(_ token: CompactJWS) async throws(TokenError) {
        do {
            try check(token)
        } catch {
            guard let keySet else { throw error }
            if let id = token.keyID, !keySet.keys.holds(id) {
                await keySet.loadForUnknownKey()
            } else if keySet.isLoaded {
                throw error
            }
            do {
                try check(token)
            } catch {
                // It may be as good as any, unless it is of a secret: only the set could tell.
                throw keySet.isLoaded || token.algorithm == .hs256 ? error : .keysUnavailable
            }
        }
    }

    /// A `kid` that the set has means that key and no other; the secret is for tokens without a `kid`, and for those whose
    /// `kid` nobody knows.
    private func check(_ token: CompactJWS) throws(TokenError) {
        let set = keySet?.keys
        var candidates = set?.candidates(for: token) ?? []
        let isNamed = token.keyID.flatMap { set?.holds($0) } ?? false
        if let secret, !isNamed { candidates.append(secret) }
        candidates.removeAll { $0.algorithm != token.algorithm }
        guard !candidates.isEmpty else { throw .unknownKey }
        guard candidates.contains(where: { $0.verifies(token) }) else { throw .badSignature }
    }
}

extension SigningKeys {
    /// A file's set is loaded for the first time: one that is wrong keeps the service from starting.
    init(
        secret: String?,
        keySet: KeySetOptions?,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        metricsFactory: any MetricsFactory
    ) async throws(InvalidSetting) {
        self.secret = secret.map { .hs256(SymmetricKey(data: Data($0.utf8))) }
        guard let keySet else {
            self.keySet = nil
            return
        }
        self.keySet = try await KeySetSource(
            keySet,
            eventLoopGroup: eventLoopGroup,
            logger: logger,
            metricsFactory: metricsFactory
        )
    }
}
