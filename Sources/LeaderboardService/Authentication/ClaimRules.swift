import Text
import Leaderboard

/// The registered claims (RFC 7519, section 4.1) that say when a token is valid, from whom, and for whom.
struct ClaimRules: Sendable {
    var issuer: String?
    var audience: String?
    /// Which claim names the user.
    var userClaim = ClaimName.subject
    /// How far clocks may differ, in seconds.
    var leeway: Double

    /// When the token ends, in seconds since 1970. `exp` must be there, a number that a clock can reach; `nbf` and `iat` hold
    /// where they are.
    func expiry(of claims: JSONObject, now: Double) throws(TokenError) -> Double {
        guard let end = claims["exp"] else { throw .missingExpiry }
        guard let expiry = end.number?.double else { throw .unusableExpiry }
        guard expiry + leeway > now else { throw .expired }
        for name in ["nbf", "iat"] {
            guard let value = claims[name] else { continue }
            guard let time = value.number?.double else { throw .badClaims }
            guard time - leeway <= now else { throw .notYetValid }
        }
        if let issuer, claims["iss"]?.string != issuer {
            throw claims["iss"] == nil ? .missingIssuer : .wrongIssuer
        }
        if let audience, !Self.audiences(claims["aud"]).contains(audience) {
            throw claims["aud"] == nil ? .missingAudience : .wrongAudience
        }
        return expiry
    }

    /// One string, or an array of nothing but strings.
    private static func audiences(_ claim: JSONValue?) -> [String] {
        if let one = claim?.string { return [one] }
        let several = claim?.array ?? []
        let names = several.compactMap(\.string)
        return names.count == several.count ? names : []
    }
}
