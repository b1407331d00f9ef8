import Crypto
import CryptoExtras
import FoundationEssentials

/// A key that checks signatures by one algorithm, its own (RFC 8725, section 3.1): a token's `alg` can only agree.
enum VerificationKey: Sendable {
    case hs256(SymmetricKey)
    case rs256(_RSA.Signing.PublicKey)
    case ps256(_RSA.Signing.PublicKey)
    case es256(P256.Signing.PublicKey)
    case edDSA(Curve25519.Signing.PublicKey)

    var algorithm: JWSAlgorithm {
        switch self {
        case .hs256: .hs256
        case .rs256: .rs256
        case .ps256: .ps256
        case .es256: .es256
        case .edDSA: .edDSA
        }
    }

    /// Whether the token was signed with this key. A HMAC is compared in constant time.
    func verifies(_ token: CompactJWS) -> Bool {
        guard token.algorithm == algorithm else { return false }
        let (signature, signed) = (token.signature, token.signed)
        switch self {
        case .hs256(let key):
            return HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: signed, using: key)
        case .rs256(let key):
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature),
                for: SHA256.hash(data: signed),
                padding: .insecurePKCS1v1_5
            )
        case .ps256(let key):
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature),
                for: SHA256.hash(data: signed),
                padding: .PSS
            )
        case .es256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: signed)
        case .edDSA(let key):
            return key.isValidSignature(signature, for: signed)
        }
    }
}
