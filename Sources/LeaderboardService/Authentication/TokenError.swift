/// Why a token is not accepted: for the metrics and the log. What of it the client is told is ``Refusal``'s business.
enum TokenError: String, Error, CaseIterable {
    /// Not three parts of canonical base64url, longer than 8 KiB, not JSON objects, or one with a name twice.
    case malformed
    /// No `alg`, or none of ``JWSAlgorithm``: `none` in any spelling, HS384, …
    case unsupportedAlgorithm = "unsupported_algorithm"
    /// `crit`: no extension is understood here (RFC 7515, section 4.1.11).
    case criticalExtension = "critical_extension"
    /// A token of another kind (RFC 8725, section 3.11).
    case wrongType = "wrong_type"
    /// No key of this `kid` whose own algorithm is the token's.
    case unknownKey = "unknown_key"
    /// None of our keys, and a key set that has never been loaded.
    case keysUnavailable = "keys_unavailable"
    case badSignature = "bad_signature"

    // From here on the signature is right.

    /// No `exp`.
    case missingExpiry = "missing_expiry"
    /// An `exp` that is no number, or none that a double holds: `1e400`.
    case unusableExpiry = "unusable_expiry"
    /// The claim that names the user is missing, or no user id.
    case missingUser = "missing_user"
    /// Another claim is not of its type.
    case badClaims = "bad_claims"
    case expired
    /// `nbf` or `iat` is in the future.
    case notYetValid = "not_yet_valid"
    case wrongIssuer = "wrong_issuer"
    case wrongAudience = "wrong_audience"
}
