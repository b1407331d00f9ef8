/// Why a token is not accepted: for the metrics and the log. What of it the client is told is ``Refusal``'s business.
enum TokenError: String, Error, CaseIterable {
    /// Not three parts of canonical base64url, longer than 8 KiB, or a header that is no JSON object.
    case malformed
    /// No `alg`, or none of ``JWSAlgorithm``: `none` in any spelling, HS384, …
    case unsupportedAlgorithm = "unsupported_algorithm"
    /// No key of this `kid` whose own algorithm is the token's.
    case unknownKey = "unknown_key"
    /// None of our keys, and a key set that has never been loaded.
    case keysUnavailable = "keys_unavailable"
    case badSignature = "bad_signature"

    // From here on the signature is right.

    /// A header with a name twice, or whose `kid` or `typ` is no string.
    case badHeader = "bad_header"
    /// `crit`: no extension is understood here (RFC 7515, section 4.1.11).
    case criticalExtension = "critical_extension"
    /// A token of another kind (RFC 8725, section 3.11).
    case wrongType = "wrong_type"
    /// A payload that is no JSON object, or has a name twice.
    case badPayload = "bad_payload"
    /// No `exp`.
    case missingExpiry = "missing_expiry"
    /// An `exp` that is no number, or none that a double holds: `1e400`.
    case unusableExpiry = "unusable_expiry"
    /// The claim that names the user is missing.
    case missingUser = "missing_user"
    /// The claim that names the user is no user id.
    case unusableUser = "unusable_user"
    /// Another claim is not of its type.
    case badClaims = "bad_claims"
    case expired
    /// `nbf` or `iat` is in the future.
    case notYetValid = "not_yet_valid"
    case missingIssuer = "missing_issuer"
    case wrongIssuer = "wrong_issuer"
    case missingAudience = "missing_audience"
    case wrongAudience = "wrong_audience"
}
