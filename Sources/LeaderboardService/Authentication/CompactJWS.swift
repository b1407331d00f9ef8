import Text
import Leaderboard

/// The signature algorithms that are taken (RFC 7518, section 3.1; RFC 8037).
enum JWSAlgorithm: String, Sendable {
    case hs256 = "HS256"
    case rs256 = "RS256"
    case ps256 = "PS256"
    case es256 = "ES256"
    case edDSA = "EdDSA"
}

/// A signed token in compact serialization (RFC 7515, section 7.1), taken apart. Its signature is still to be checked.
///
/// Read here and not by jwt-kit, through which an HS256 verification costs about 17 µs; and what a header may hold is decided here,
/// by a reader that takes no member twice. The signatures themselves are swift-crypto's.
///
/// What the header says of keys (`jwk`, `jku`, `x5u`, `x5c`) is not looked at: a token does not choose what verifies it.
struct CompactJWS: Sendable {
    static let maximumBytes = 8192

    let algorithm: JWSAlgorithm
    /// `kid`.
    let keyID: String?
    /// `typ` in lower case, without the `application/` that may be left out (RFC 7515, section 4.1.9).
    let type: String?
    /// What the signature is of.
    let signed: [UInt8]
    let payload: [UInt8]
    let signature: [UInt8]

    init(_ token: String) throws(TokenError) {
        guard token.utf8.count <= Self.maximumBytes else { throw .malformed }
        let bytes = Array(token.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed }
        let members = try Self.object(header)
        guard let name = members["alg"]?.string, let algorithm = JWSAlgorithm(rawValue: name) else {
            throw .unsupportedAlgorithm
        }
        // `b64` may stand only together with `crit` (RFC 7797, section 6).
        guard members["crit"] == nil, members["b64"] == nil else { throw .criticalExtension }
        self.algorithm = algorithm
        keyID = try Self.text(members["kid"])
        type = try Self.text(members["typ"]).map { type in
            let type = type.lowercased()
            return type.hasPrefix("application/") ? String(type.dropFirst("application/".count)) : type
        }
        signed = Array(bytes[..<parts[1].endIndex])
        self.payload = payload
        self.signature = signature
    }

    /// The payload of a JWT (RFC 7519, section 7.2).
    func claims() throws(TokenError) -> JSONObject {
        try Self.object(payload)
    }

    private static func object(_ bytes: [UInt8]) throws(TokenError) -> JSONObject {
        guard let object = (try? JSONValue(json: bytes, maximumBytes: maximumBytes))?.object else { throw .malformed }
        return object
    }

    private static func text(_ value: JSONValue?) throws(TokenError) -> String? {
        guard let value else { return nil }
        guard let text = value.string else { throw .malformed }
        return text
    }
}
