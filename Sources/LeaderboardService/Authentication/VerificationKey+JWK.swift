import Text
import Crypto
import CryptoExtras
import Leaderboard

/// Why a JWK is of no use here: constant words, nothing of the key.
struct JWKError: Error, Equatable {
    let reason: String
}

extension VerificationKey {
    /// The key of a JWK (RFC 7517; RFC 7518, section 6; RFC 8037). Where `alg` is left out, the key's kind decides; an RSA
    /// key is then for RS256.
    init(jwk: JSONObject) throws(JWKError) {
        try Self.checkPurpose(jwk)
        switch (jwk["kty"]?.string, try Self.algorithm(jwk)) {
        case ("oct", "HS256"), ("oct", nil): self = .hs256(try Self.secret(jwk))
        case ("RSA", "RS256"), ("RSA", nil): self = .rs256(try Self.rsa(jwk))
        case ("RSA", "PS256"): self = .ps256(try Self.rsa(jwk))
        case ("EC", "ES256"), ("EC", nil): self = .es256(try Self.p256(jwk))
        case ("OKP", "EdDSA"), ("OKP", nil): self = .edDSA(try Self.ed25519(jwk))
        default: throw JWKError(reason: "kty and alg are none of RSA (RS256, PS256), EC (ES256), OKP (EdDSA)")
        }
    }

    /// `use` and `key_ops`, where there are any, must allow the key to verify; and it must be a public one.
    private static func checkPurpose(_ jwk: JSONObject) throws(JWKError) {
        if let use = jwk["use"], use.string != "sig" { throw JWKError(reason: "use is not sig") }
        if let operations = jwk["key_ops"] {
            let names = operations.array?.compactMap(\.string) ?? []
            guard names.contains("verify"), Set(names).count == operations.array?.count else {
                throw JWKError(reason: "key_ops does not have verify, or has a name twice")
            }
        }
        guard jwk["d"] == nil else { throw JWKError(reason: "it is a private key: give away the public part only") }
    }

    private static func algorithm(_ jwk: JSONObject) throws(JWKError) -> String? {
        guard let value = jwk["alg"] else { return nil }
        guard let name = value.string else { throw JWKError(reason: "alg is no string") }
        return name
    }

    private static func secret(_ jwk: JSONObject) throws(JWKError) -> SymmetricKey {
        let bytes = try bytes(jwk, "k")
        // RFC 7518, section 3.2: not shorter than the hash.
        guard bytes.count >= 32 else { throw JWKError(reason: "the secret is shorter than 32 bytes") }
        return SymmetricKey(data: bytes)
    }

    private static func rsa(_ jwk: JSONObject) throws(JWKError) -> _RSA.Signing.PublicKey {
        let modulus = try RSAModulus(try bytes(jwk, "n"))
        let exponent = try bytes(jwk, "e")
        let isSound =
            (1...4).contains(exponent.count) && exponent[0] != 0 && exponent.last.map { $0 & 1 == 1 } == true
            && exponent != [1]
        guard isSound else { throw JWKError(reason: "the RSA exponent must be odd, from 3 to 4294967295") }
        do {
            return try _RSA.Signing.PublicKey(n: modulus.bytes, e: exponent)
        } catch {
            throw JWKError(reason: "no RSA key")
        }
    }

    private static func p256(_ jwk: JSONObject) throws(JWKError) -> P256.Signing.PublicKey {
        guard jwk["crv"]?.string == "P-256" else { throw JWKError(reason: "the curve is not P-256") }
        let (x, y) = (try bytes(jwk, "x"), try bytes(jwk, "y"))
        guard x.count == 32, y.count == 32, let key = try? P256.Signing.PublicKey(x963Representation: [4] + x + y)
        else { throw JWKError(reason: "no point of P-256") }
        return key
    }

    private static func ed25519(_ jwk: JSONObject) throws(JWKError) -> Curve25519.Signing.PublicKey {
        guard jwk["crv"]?.string == "Ed25519" else { throw JWKError(reason: "the curve is not Ed25519") }
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: try bytes(jwk, "x")) else {
            throw JWKError(reason: "no Ed25519 key")
        }
        return key
    }

    private static func bytes(_ jwk: JSONObject, _ name: String) throws(JWKError) -> [UInt8] {
        guard let text = jwk[name]?.string, let bytes = Base64URL.decode(text.utf8) else {
            throw JWKError(reason: "\(name) is missing, or not base64url")
        }
        return bytes
    }
}
