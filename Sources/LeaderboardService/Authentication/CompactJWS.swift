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
    /// What makes the token of no use, whoever signed it; told once the signature is known to be right.
    let headerFault: TokenError?
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
        let (members, isPlain) = try Self.members(header)
        guard let name = members["alg"]?.string, let algorithm = JWSAlgorithm(rawValue: name) else {
            throw .unsupportedAlgorithm
        }
        let (kid, typ) = (members["kid"], members["typ"])
        if !isPlain || kid != nil && kid?.string == nil || typ != nil && typ?.string == nil {
            headerFault = .badHeader
        } else {
            // `b64` may stand only together with `crit` (RFC 7797, section 6).
            headerFault = members["crit"] == nil && members["b64"] == nil ? nil : .criticalExtension
        }
        self.algorithm = algorithm
        keyID = kid?.string
        type = typ?.string.map { type in
            let type = type.lowercased()
            return type.hasPrefix("application/") ? String(type.dropFirst("application/".count)) : type
        }
        signed = Array(bytes[..<parts[1].endIndex])
        self.payload = payload
        self.signature = signature
    }

    /// The payload of a JWT (RFC 7519, section 7.2), once the signature is known to be right: nobody else learns what is wrong with it.
    /// - Parameter types: what `typ` may be; nil: it may be left out.
    func claims(of types: Set<String?>) throws(TokenError) -> JSONObject {
        if let headerFault { throw headerFault }
        guard types.contains(type) else { throw .wrongType }
        guard let object = (try? JSONValue(json: payload, maximumBytes: Self.maximumBytes))?.object else {
            throw .badPayload
        }
        return object
    }

    /// - Returns: isPlain: no member is there twice. Where one is, the first says how the signature is checked, of a token that is refused
    ///   either way.
    private static func members(_ header: [UInt8]) throws(TokenError) -> (members: JSONObject, isPlain: Bool) {
        if let object = (try? JSONValue(json: header, maximumBytes: maximumBytes))?.object { return (object, true) }
        guard let object = (try? JSONValue(json: header, maximumBytes: maximumBytes, mayRepeatNames: true))?.object
        else { throw .malformed }
        return (object, false)
    }
}
