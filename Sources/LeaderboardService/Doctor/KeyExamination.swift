import FoundationEssentials
import Logging
import NIOCore
import NIOPosix

/// Loads the keys that the service would load, and explains an access token by them.
struct KeyExamination {
    private let configuration: ServiceConfiguration
    private let token: String?

    init(_ configuration: ServiceConfiguration, token: String?) {
        self.configuration = configuration
        self.token = token
    }

    func findings() async -> [Finding] {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let keys: ServiceKeys
        let trouble = LastTrouble()
        do throws(InvalidSetting) {
            keys = try await ServiceKeys(
                configuration,
                eventLoopGroup: group,
                logger: Logger(label: "doctor") { _ in trouble },
                metricsFactory: MetricsRegistry()
            )
        } catch {
            try? await group.shutdownGracefully()
            return [.bad("keys", "\(error)", do: "correct the file, or the setting")]
        }
        await keys.load()
        var findings = keys.missing.map { setting in
            Finding.bad(
                "keys",
                "\(setting): no key set: \(trouble.reason ?? "no answer")",
                do: "see that it can be fetched from here; until then the service is up, but not ready"
            )
        }
        if let token { findings.append(await explain(token, keys.access)) }
        await keys.close()
        try? await group.shutdownGracefully()
        return findings
    }

    private func explain(_ text: String, _ keys: SigningKeys) async -> Finding {
        var text = text.trimmingBlanks()
        if text.lowercased().hasPrefix("bearer ") { text = String(text.dropFirst(7)).trimmingBlanks() }
        let verifier = TokenVerifier(
            keys: keys,
            configuration: configuration.tokens,
            metricsFactory: MetricsRegistry()
        )
        do throws(TokenError) {
            return .good("token", Self.rights(of: try await verifier.verify(text)))
        } catch {
            return .bad("token", "refused: \(error.explanation)", do: error.remedy)
        }
    }

    private static func rights(of token: VerifiedToken) -> String {
        let left = Int(max(0, min(token.expiresAt - Date.now.timeIntervalSince1970, 1e12)))
        var text = "may add to the score of \(token.subject) for \(left) s"
        if !token.isActive { text = "is valid, but says that its user \(token.subject) is not active" }
        if token.scopes.contains(Operators.scope) { text += "; may operate the board (\(Operators.scope))" }
        return text
    }
}

extension TokenError {
    /// For whoever holds the token and runs the service: more than a client is told.
    fileprivate var explanation: String {
        switch self {
        case .malformed: "it is no JWT: not three parts of base64url, no JSON in its header, or longer than 8 KiB"
        case .badHeader: "its header has a name twice, or a kid or typ that is no string"
        case .badPayload: "its payload is no JSON object, or has a name twice"
        case .unsupportedAlgorithm: "its alg is none of HS256, RS256, PS256, ES256, EdDSA"
        case .criticalExtension: "it needs an extension (crit) that is not understood"
        case .wrongType: "its typ is neither JWT nor at+jwt"
        case .unknownKey: "no key fits its kid and its alg"
        case .keysUnavailable: "the key set could not be loaded"
        case .badSignature: "no key of ours made its signature"
        case .missingExpiry: "it has no exp"
        case .unusableExpiry: "its exp is no time in seconds since 1970"
        case .missingUser: "the claim that names its user is missing"
        case .unusableUser: "the claim that names its user is no user id"
        case .badClaims: "one of its claims is not of its type"
        case .expired: "it has expired"
        case .notYetValid: "its nbf or iat is in the future"
        case .missingIssuer: "it has no iss, and JWT_ISSUER is set"
        case .wrongIssuer: "its iss is another than JWT_ISSUER"
        case .missingAudience: "it has no aud, and JWT_AUDIENCE is set"
        case .wrongAudience: "its aud does not have JWT_AUDIENCE"
        }
    }

    fileprivate var remedy: String {
        switch self {
        case .malformed: "see that it is whole: no line ends, no quotes"
        case .unsupportedAlgorithm, .badHeader, .criticalExtension, .wrongType, .badPayload, .missingExpiry,
            .unusableExpiry, .badClaims:
            "let the identity service make another kind of token"
        case .unknownKey, .badSignature: "give the service the key it was signed with: JWT_SECRET or JWT_JWKS"
        case .keysUnavailable: "see that JWT_JWKS can be fetched from here"
        case .missingUser, .unusableUser: "name the claim in JWT_USER_CLAIM, and let it be a user id"
        case .expired: "get a new one"
        case .notYetValid: "keep the clocks of both machines by NTP"
        case .missingIssuer, .wrongIssuer, .missingAudience, .wrongAudience:
            "correct the setting, or get a token that is meant for this service"
        }
    }
}
