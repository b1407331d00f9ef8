import Crypto
import CryptoExtras
import Foundation

@testable import LeaderboardService

/// A key of the tests: signs whatever it is given, and shows its public part as a JWK.
enum TestSigner: Sendable {
    case hs256(String)
    case rs256(_RSA.Signing.PrivateKey)
    case ps256(_RSA.Signing.PrivateKey)
    case es256(P256.Signing.PrivateKey)
    case edDSA(Curve25519.Signing.PrivateKey)

    /// One of each kind that a key set may hold. RSA keys are dear: they are made once.
    static let rs256 = TestSigner.rs256(rsa)
    static let ps256 = TestSigner.ps256(rsa)
    static let es256 = TestSigner.es256(P256.Signing.PrivateKey())
    static let edDSA = TestSigner.edDSA(Curve25519.Signing.PrivateKey())
    private static let rsa: _RSA.Signing.PrivateKey = {
        do { return try _RSA.Signing.PrivateKey(keySize: .bits2048) } catch { preconditionFailure("\(error)") }
    }()

    var algorithm: String {
        switch self {
        case .hs256: "HS256"
        case .rs256: "RS256"
        case .ps256: "PS256"
        case .es256: "ES256"
        case .edDSA: "EdDSA"
        }
    }

    /// A token of this header and these claims, whatever they are.
    func token(header: String, claims: String) throws -> String {
        let signed = Data(header.utf8).base64URL + "." + Data(claims.utf8).base64URL
        return signed + "." + (try signature(of: Data(signed.utf8))).base64URL
    }

    /// A token of this algorithm and this `kid`.
    func token(kid: String?, claims: String) throws -> String {
        let kid = kid.map { #","kid":"\#($0)""# } ?? ""
        return try token(header: #"{"alg":"\#(algorithm)"\#(kid)}"#, claims: claims)
    }

    func signature(of signed: Data) throws -> Data {
        switch self {
        case .hs256(let secret):
            Data(HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: Data(secret.utf8))))
        case .rs256(let key):
            try key.signature(for: SHA256.hash(data: signed), padding: .insecurePKCS1v1_5).rawRepresentation
        case .ps256(let key): try key.signature(for: SHA256.hash(data: signed), padding: .PSS).rawRepresentation
        case .es256(let key): try key.signature(for: signed).rawRepresentation
        case .edDSA(let key): try key.signature(for: signed)
        }
    }

    /// The public part; of a secret the secret itself.
    func jwk(kid: String?, _ further: String = "") throws -> String {
        let kid = kid.map { #""kid":"\#($0)","# } ?? ""
        return "{" + kid + further + (try members) + "}"
    }

    private var members: String {
        get throws {
            switch self {
            case .hs256(let secret): return #""kty":"oct","alg":"HS256","k":"\#(Data(secret.utf8).base64URL)""#
            case .rs256(let key), .ps256(let key):
                let parts = try key.publicKey.getKeyPrimitives()
                let (n, e) = (parts.modulus.base64URL, parts.publicExponent.base64URL)
                return #""kty":"RSA","alg":"\#(algorithm)","n":"\#(n)","e":"\#(e)""#
            case .es256(let key):
                let point = key.publicKey.rawRepresentation
                let (x, y) = (point.prefix(32).base64URL, point.suffix(32).base64URL)
                return #""kty":"EC","crv":"P-256","alg":"ES256","x":"\#(x)","y":"\#(y)""#
            case .edDSA(let key):
                let x = key.publicKey.rawRepresentation.base64URL
                return #""kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"\#(x)""#
            }
        }
    }
}

/// A JWK set of these keys.
func keySetJSON(_ jwks: String...) -> String {
    #"{"keys":[\#(jwks.joined(separator: ","))]}"#
}

/// Claims that are valid for ten minutes; `further` begins with a comma.
func validClaims(_ user: String = "12345", _ further: String = "") -> String {
    #"{"sub":"\#(user)","exp":\#(secondsFromNow(600))\#(further)}"#
}

func secondsFromNow(_ seconds: Int) -> Int {
    Int(Date().timeIntervalSince1970) + seconds
}
