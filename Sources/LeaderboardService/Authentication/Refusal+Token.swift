import HTTPServer
import NIOHTTP1

/// What a client is told of a token that is not accepted (RFC 6750, section 3.1).
///
/// The reason is told of a token that one of our keys signed, for its holder has to get another one; and of an algorithm that is
/// none of ours, as the documentation says it too. Of any other nothing is told but that it is invalid: who makes tokens up must
/// not learn how far they came.
extension Refusal {
    init(_ error: TokenError) {
        self =
            error == .keysUnavailable
            ? .keysUnavailable : .invalidToken(Self.description(of: error), reason: error.rawValue)
    }

    /// What the client may know of it.
    private static func description(of error: TokenError) -> String? {
        switch error {
        case .keysUnavailable, .malformed, .unknownKey, .badSignature: nil
        case .unsupportedAlgorithm:
            "Its algorithm is none of RS256, PS256, ES256, EdDSA and HS256"
        case .badHeader: "Its header has a name twice, or a kid or typ that is no string"
        case .criticalExtension: "It needs an extension (crit), and none is understood here"
        case .wrongType: "Its typ is that of another kind of token: neither JWT nor at+jwt"
        case .badPayload: "Its payload is no JSON object, or has a name twice"
        case .missingExpiry: "It has no exp"
        case .unusableExpiry: "Its exp is no time in seconds since 1970"
        case .missingUser: "The claim that names its user is missing"
        case .unusableUser: "The claim that names its user is no user id"
        case .badClaims: "One of its claims is not of its type"
        case .expired: "It has expired"
        case .notYetValid: "It is not valid yet"
        case .missingIssuer: "It has no iss"
        case .wrongIssuer: "It is of another issuer"
        case .missingAudience: "It has no aud"
        case .wrongAudience: "It is for another audience"
        }
    }

    static let invalidToken = Refusal.invalidToken(nil)

    /// - Parameter description: a main clause without its full stop; nothing that a quoted string would have to escape.
    private static func invalidToken(_ description: String?, reason: String? = nil) -> Refusal {
        let told = description.map { ", error_description=\"\($0)\"" } ?? ""
        return Refusal(
            status: .unauthorized,
            code: "invalid_token",
            message: description.map { "The access token is not valid: \($0.prefix(1).lowercased())\($0.dropFirst())." }
                ?? "The access token is not valid, or not any more: get a new one.",
            headers: ["WWW-Authenticate": "Bearer error=\"invalid_token\"\(told)"],
            reason: reason
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
