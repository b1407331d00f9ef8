import HTTPServer
import NIOHTTP1

/// What a client is told of a token that is not accepted (RFC 6750, section 3.1).
///
/// The reason is told of a token that one of our keys signed, for its holder has to get another one; and of an algorithm that is
/// none of ours, as the documentation says it too. Of any other nothing is told but that it is invalid: who makes tokens up must
/// not learn how far they came.
extension Refusal {
    init(_ error: TokenError) {
        switch error {
        case .keysUnavailable: self = .keysUnavailable
        case .malformed, .unknownKey, .badSignature: self = .invalidToken(nil)
        case .unsupportedAlgorithm:
            self = .invalidToken("Its algorithm is none of RS256, PS256, ES256, EdDSA and HS256")
        case .badHeader: self = .invalidToken("Its header has a name twice, or a kid or typ that is no string")
        case .criticalExtension: self = .invalidToken("It needs an extension (crit), and none is understood here")
        case .wrongType: self = .invalidToken("Its typ is that of another kind of token: neither JWT nor at+jwt")
        case .badPayload: self = .invalidToken("Its payload is no JSON object, or has a name twice")
        case .missingExpiry: self = .invalidToken("It has no exp")
        case .unusableExpiry: self = .invalidToken("Its exp is no time in seconds since 1970")
        case .missingUser: self = .invalidToken("The claim that names its user is missing")
        case .unusableUser: self = .invalidToken("The claim that names its user is no user id")
        case .badClaims: self = .invalidToken("One of its claims is not of its type")
        case .expired: self = .invalidToken("It has expired")
        case .notYetValid: self = .invalidToken("It is not valid yet")
        case .missingIssuer: self = .invalidToken("It has no iss")
        case .wrongIssuer: self = .invalidToken("It is of another issuer")
        case .missingAudience: self = .invalidToken("It has no aud")
        case .wrongAudience: self = .invalidToken("It is for another audience")
        }
        reason = error.rawValue
    }

    static let invalidToken = Refusal.invalidToken(nil)

    /// - Parameter description: a main clause without its full stop; nothing that a quoted string would have to escape.
    private static func invalidToken(_ description: String?) -> Refusal {
        let told = description.map { ", error_description=\"\($0)\"" } ?? ""
        return Refusal(
            status: .unauthorized,
            code: "invalid_token",
            message: description.map { "The access token is not valid: \($0.prefix(1).lowercased())\($0.dropFirst())." }
                ?? "The access token is not valid, or not any more: get a new one.",
            headers: ["WWW-Authenticate": "Bearer error=\"invalid_token\"\(told)"]
        )
    }

    /// Whether the token is good cannot be told yet.
    static let keysUnavailable = Refusal(
        status: .serviceUnavailable,
        code: "keys_unavailable",
        message: "This instance has not got the keys yet that tokens are checked with: try again.",
        retryAfter: 1,
        isLogged: false
    )
}
